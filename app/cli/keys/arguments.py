"""What the options of `headgate keys` may say. Each of these finishes argparse's line with "expected …"."""

import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Final, TypeVar

from app.callers.entry import EXPECTED_NAME, is_name
from app.callers.rates import parse_rate
from app.callers.scope import parse_rule
from app.settings.moments import moment_of

T = TypeVar("T")

MOST_POINTS: Final = 1_000_000
_UNITS: Final = {"s": 1, "min": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_SPAN: Final = re.compile(r"([0-9]{1,6})(s|min|h|d|w)")
_EXPECTED_SPAN: Final = "a span of time such as 90d, 12h or 30min"
_LONGEST_SECONDS: Final = 100 * 366 * 86_400


def name(text: str) -> str:
    """A caller's name. What is none is not repeated: it may be a key."""
    if not is_name(text):
        raise ArgumentTypeError(f"expected {EXPECTED_NAME}")
    return text


def rule(text: str) -> str:
    """A rule, as it is written."""
    _read(parse_rule, text)
    return text.strip()


def rate(text: str) -> str:
    """A rate, as it is written."""
    _read(parse_rate, text)
    return text.strip()


def points(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,6}", text) or int(text) > MOST_POINTS:
        raise ArgumentTypeError(f"expected a whole number from 1 to {MOST_POINTS}")
    return int(text)


def span_seconds(text: str) -> float:
    """`90d`, `12h`, `30min`; 0: none."""
    found = _SPAN.fullmatch("0s" if text == "0" else text)
    if found is None or (seconds := int(found[1]) * _UNITS[found[2]]) > _LONGEST_SECONDS:
        raise ArgumentTypeError(f"expected {_EXPECTED_SPAN}")
    return float(seconds)


def end(text: str) -> Callable[[float], float]:
    """A span from now, or a moment: a function from now to when that is, in seconds since the epoch."""
    if _SPAN.fullmatch(text):
        seconds = span_seconds(text)
        return lambda now: now + seconds
    try:
        at = moment_of(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expected {_EXPECTED_SPAN}, or {error}") from None
    return lambda _: at


def _read(read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except ValueError as error:
        raise ArgumentTypeError(f"expected {error}") from None
