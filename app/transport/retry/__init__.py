"""Asking again when upstream fails: whether, when, and how often at most."""
