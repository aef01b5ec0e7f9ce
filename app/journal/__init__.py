"""What happened, as one record a request and one an exchange with an upstream: written cheaply, read by whoever counts or tells."""
