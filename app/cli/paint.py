"""Colours, on a terminal only, and only where nobody has said otherwise (https://no-color.org)."""

from collections.abc import Mapping
from enum import Enum
from typing import TextIO


class Colour(Enum):
    """By its number in ECMA-48, 8.3.117 (SGR)."""

    BOLD = 1
    DIM = 2
    RED = 31
    GREEN = 32
    YELLOW = 33


class Paint:
    """Colours text, or leaves it as it is.

    Args:
        on: Whether it colours.
    """

    def __init__(self, *, on: bool) -> None:
        self._on = on

    @classmethod
    def for_stream(cls, stream: TextIO, environ: Mapping[str, str]) -> "Paint":
        """For what is written to `stream`."""
        return cls(on=stream.isatty() and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb")

    @property
    def on(self) -> bool:
        """Whether it colours."""
        return self._on

    def __call__(self, text: str, colour: Colour) -> str:
        return f"\x1b[{colour.value}m{text}\x1b[0m" if self._on else text
