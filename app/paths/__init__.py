"""Paths of URLs: what they may be read as, and patterns over them."""
