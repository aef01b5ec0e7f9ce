"""From when to when usage is asked for: as people write it, and as far as minutes are still told apart."""

import re
from datetime import UTC, datetime
from typing import Final

from app.usage.sums import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, start_of

DETAIL_SECONDS: Final = 2 * DAY_SECONDS
"""Minutes are told apart for so long, then hours."""

EXPECTED_MOMENT: Final = (
    "a moment (RFC 3339), such as 2026-06-01T12:00:00Z, or how long ago, such as 90m, 24h, 7d or 4w"
)

_AGO: Final = re.compile(r"([0-9]{1,6})([mhdw])")
_SECONDS: Final = {"m": MINUTE_SECONDS, "h": HOUR_SECONDS, "d": DAY_SECONDS, "w": 7 * DAY_SECONDS}


def moment_of(text: str, now: float) -> float:
    """Reads a moment, or how long ago it was. Without a zone it is UTC. Seconds since the epoch.

    Raises:
        ValueError: It is neither. The message finishes the sentence "expected …".
    """
    ago = _AGO.fullmatch(text)
    if ago is not None:
        return now - int(ago[1]) * _SECONDS[ago[2]]
    if "-" not in text:  # `20260601`, which ISO 8601 has and RFC 3339 has not
        raise ValueError(EXPECTED_MOMENT)
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(EXPECTED_MOMENT) from None


def detailed_from(now: float) -> int:
    """From when on minutes are told apart."""
    return start_of(now - DETAIL_SECONDS, HOUR_SECONDS)


def widened(since: float, until: float, now: float) -> tuple[int, int]:
    """The span as whole minutes, or as whole hours where it begins before minutes are told apart. Seconds since the epoch.

    Args:
        since: Its beginning.
        until: Its end, which is not in it. What is later than now is now.
        now: The present.
    """
    step = MINUTE_SECONDS if since >= detailed_from(now) else HOUR_SECONDS
    begin = start_of(min(max(since, 0), now), step)
    return begin, max(begin, -start_of(-min(until, now + step), step))
