"""Guessing what somebody meant."""

import difflib
from collections.abc import Iterable


def nearest(written: str, known: Iterable[str]) -> str:
    """`; did you mean …?` where one of `known` is close to `written`, else nothing."""
    close = difflib.get_close_matches(written.lower(), list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
