"""Spans of time and sizes, as people say them."""

from typing import Final

DAY_SECONDS: Final = 86_400
_UNITS: Final = ((DAY_SECONDS, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def said(seconds: float) -> str:
    """In one unit, rounded down: `83 days`, `1 hour`, `0 seconds`."""
    whole = max(0, int(seconds))
    for length, unit in _UNITS:
        if whole >= length or length == 1:
            count = whole // length
            return f"{count:,} {unit}{'s' * (count != 1)}"
    raise AssertionError("a second is a unit")
