"""Who asks the gateway: keys, what each may ask for, and how much."""
