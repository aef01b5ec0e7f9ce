"""HTTP's dates (RFC 9110 section 5.6.7)."""

import re
from calendar import timegm
from datetime import UTC, datetime
from functools import lru_cache

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_CLOCK = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_WEEKDAY = "(?:mon|tue|wed|thu|fri|sat|sun)"

# A cache should compare without case (RFC 9111 section 4.2), and forgives nothing else.
_FORMATS = tuple(
    re.compile(pattern, re.IGNORECASE | re.ASCII)
    for pattern in (
        rf"{_WEEKDAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_CLOCK} GMT",
        rf"(?:mon|tues|wednes|thurs|fri|satur|sun)day, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_CLOCK} GMT",
        rf"{_WEEKDAY} {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_CLOCK} (?P<year>[0-9]{{4}})",
    )
)
_FIRST_SHORT_YEAR = 70
"""Two digits mean 1970 to 2069: without a clock, and no date that HTTP has seen is read wrongly by it."""


def epoch_seconds(http_date: str | None) -> float | None:
    """Seconds since the epoch of an HTTP-date in any of the three formats; None for what is none.

    The name of the weekday must be one, but need not be the right one.
    """
    return None if http_date is None else _read(http_date)


@lru_cache(maxsize=1_000)  # all replies of one second have one Date
def _read(http_date: str) -> float | None:
    text = http_date.strip(" \t")
    for written in _FORMATS:
        if found := written.fullmatch(text):
            return _seconds(found)
    return None


def _seconds(found: re.Match[str]) -> float | None:
    year, second = int(found["year"]), int(found["second"])
    if len(found["year"]) == 2:
        year += 1900 if year >= _FIRST_SHORT_YEAR else 2000
    month = _MONTHS.index(found["month"].lower()) + 1
    leap = second == 60  # which datetime does not know, and HTTP allows
    try:
        moment = datetime(
            year, month, int(found["day"]), int(found["hour"]), int(found["minute"]), second - leap, tzinfo=UTC
        )
    except ValueError:  # the 30th of February, 25 o'clock
        return None
    return float(timegm(moment.utctimetuple()) + leap)
