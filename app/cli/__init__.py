"""The command line: `headgate serve · demo · config`."""

from app.cli.main import main

__all__ = ["main"]
