"""Guessing what somebody meant."""

import difflib
from collections.abc import Iterable


def nearest(written: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where one of `known` is close to `written`, else nothing."""
    names = list(known)
    start = f"{written.lower()}_"  # `total` for `total_seconds`: far by letters, near by meaning
    close = [name for name in names if name.startswith(start)] or difflib.get_close_matches(written.lower(), names, n=1)
    return f"; did you mean {close[0]}?" if close else ""
