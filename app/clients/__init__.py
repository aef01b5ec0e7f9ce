"""Typed clients, a package per upstream: one method per upstream call, models, a dialect, a fake."""
