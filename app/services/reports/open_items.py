"""What is open, and for how long: of everything, or of a sample that says how it was chosen."""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Final

from app.services.answers.part import Sample
from app.services.answers.report import AgeGroup, OpenItems
from app.services.reports.durations import days_between, percentiles, rounded

PER_PAGE: Final = 100
MOST_PAGES: Final = 4
GROUPS: Final = (
    ("under a week", 7),
    ("under a month", 30),
    ("under three months", 90),
    ("under a year", 365),
    ("a year and more", None),
)


def pages_of_sample(total: int) -> tuple[int, ...]:
    """Which pages of a list of `total` items are looked at: all, or as many as we allow, evenly spread from the first to
    the last. Along a list by age that is a sample of all ages.
    """
    pages = ceil(total / PER_PAGE)
    if pages <= MOST_PAGES:
        return tuple(range(1, pages + 1))
    return tuple(round(1 + place * (pages - 1) / (MOST_PAGES - 1)) for place in range(MOST_PAGES))


def open_items(created: Sequence[datetime], now: datetime, total: int | None, sample: Sample) -> OpenItems:
    """What is told of them.

    Args:
        created: When those of the sample were opened.
        now: In UTC.
        total: How many there are; None: not known.
        sample: How those were chosen.
    """
    ages = [days_between(moment, now) for moment in created]
    return OpenItems(
        open=total,
        ages=percentiles(ages),
        oldest_days=rounded(max(ages, default=None)),
        groups=_groups(ages),
        sample=sample,
    )


def _groups(ages: Sequence[float]) -> tuple[AgeGroup, ...]:
    groups, lower = [], 0.0
    for label, under_days in GROUPS:
        upper = float("inf") if under_days is None else float(under_days)
        count = sum(lower <= age < upper for age in ages)
        groups.append(AgeGroup(label=label, under_days=under_days, count=count))
        lower = upper
    return tuple(groups)
