"""The command line: `headgate serve · demo · config · cache`."""

from app.cli.main import main

__all__ = ["main"]
