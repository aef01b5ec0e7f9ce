"""Spans of time and sizes, as people say them."""

from typing import Final

DAY_SECONDS: Final = 86_400
_SPANS: Final = ((DAY_SECONDS, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))
_SIZES: Final = ("bytes", "KiB", "MiB", "GiB")


def said(seconds: float) -> str:
    """In one unit, rounded down: `83 days`, `1 hour`, `0 seconds`."""
    whole = max(0, int(seconds))
    for length, unit in _SPANS:
        if whole >= length or length == 1:
            count = whole // length
            return f"{count:,} {unit}{'s' * (count != 1)}"
    raise AssertionError("a second is a unit")


def readable_size(size_bytes: int) -> str:
    """With three digits or so: `1.5 MiB`."""
    size, unit = float(size_bytes), 0
    while size >= 1024 and unit < len(_SIZES) - 1:
        size, unit = size / 1024, unit + 1
    return f"{size:.3g} {_SIZES[unit]}" if unit and size < 1000 else f"{size:,.0f} {_SIZES[unit]}"
