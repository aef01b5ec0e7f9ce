"""Upstream's URLs as the caller must see them: those that point to its API lead through the mount."""
