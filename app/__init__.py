"""Headgate: a gateway through which a company's own tools take data from upstream HTTP APIs."""

__version__ = "0.1.0"
