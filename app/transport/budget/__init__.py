"""What an upstream allows, shared fairly: quotas, limits, how much at once, and who is next."""
