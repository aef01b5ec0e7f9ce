"""Mounts: an upstream's own API under a path of the gateway."""
