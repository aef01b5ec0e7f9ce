"""Moments as people write them: ISO 8601, in UTC where they do not say otherwise."""

from datetime import UTC, datetime
from typing import Final

EXPECTED_MOMENT: Final = (
    "a moment such as '2027-01-31T12:00:00Z', or a day such as '2027-01-31' (its first moment, in UTC)"
)


def moment_of(text: str) -> float:
    """Seconds since the epoch.

    Raises:
        ValueError: It is no moment, or one before 1970; with `EXPECTED_MOMENT`.
    """
    try:
        moment = datetime.fromisoformat(text)
        seconds = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        raise ValueError(EXPECTED_MOMENT) from None
    if seconds < 0:
        raise ValueError(EXPECTED_MOMENT)
    return seconds


def written_moment(seconds: float) -> str:
    """`2027-01-31T12:00:00Z`."""
    return datetime.fromtimestamp(int(seconds), UTC).isoformat().replace("+00:00", "Z")
