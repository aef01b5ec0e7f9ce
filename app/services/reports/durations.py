"""Percentiles of durations, of which some are still going on.

What has not ended yet has lasted for so long at least. To leave it out would make everything look quick, to count it as
ended would, too; the product-limit estimate uses what is known of each (Kaplan and Meier, "Nonparametric Estimation from
Incomplete Observations", 1958).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import ceil
from typing import Final

from app.services.answers.part import Percentiles
from app.services.answers.report import Duration

DAY_SECONDS: Final = 86_400.0
SHARES: Final = (0.25, 0.5, 0.75, 0.9)
ROUNDED_TO: Final = 3
"""Days with three digits: a minute and a half."""


def percentiles(days: Iterable[float]) -> Percentiles:
    """Of what has ended, or of ages: the smallest value that is not exceeded by that share (nearest rank)."""
    ordered = sorted(days)
    return _told([ordered[max(0, ceil(share * len(ordered)) - 1)] if ordered else None for share in SHARES])


def survival(ended_days: Sequence[float], waiting_days: Sequence[float]) -> Duration:
    """How long it takes.

    Args:
        ended_days: Of those that have ended.
        waiting_days: For how long the others have waited so far.
    """
    return Duration(done=len(ended_days), waiting=len(waiting_days), estimate=_estimate(ended_days, waiting_days))


def _estimate(ended_days: Sequence[float], waiting_days: Sequence[float]) -> Percentiles:
    # Of two at the same moment the end counts first: who waits was still waiting when the other ended.
    moments = sorted([(days, 0) for days in ended_days] + [(days, 1) for days in waiting_days])
    found: list[float | None] = [None] * len(SHARES)
    at_risk, surviving = len(moments), 1.0
    for days, waits in moments:
        if not waits:
            surviving *= 1 - 1 / at_risk
            for place, share in enumerate(SHARES):
                if found[place] is None and surviving <= 1 - share + 1e-9:
                    found[place] = days
        at_risk -= 1
    return _told(found)


def days_between(earlier: datetime, later: datetime) -> float:
    """In days; zero where the clocks of two machines disagree about the order."""
    return max(0.0, (in_utc(later) - in_utc(earlier)).total_seconds() / DAY_SECONDS)


def in_utc(moment: datetime) -> datetime:
    """GitHub's times are UTC; one that does not say so could not be compared with one that does."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def rounded(days: float | None) -> float | None:
    return None if days is None else round(days, ROUNDED_TO)


def _told(days: Sequence[float | None]) -> Percentiles:
    p25, p50, p75, p90 = (rounded(each) for each in days)
    return Percentiles(p25_days=p25, p50_days=p50, p75_days=p75, p90_days=p90)
