"""`headgate doctor`: looks at a deployment, and says what to do. Probes gather facts, and pure functions judge them."""
