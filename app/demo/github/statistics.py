"""Statistics that are computed when first asked for: https://docs.github.com/en/rest/metrics/statistics.

"If the data hasn't been cached when you query a repository's statistics, you'll receive a 202 response".
"""

from collections.abc import Callable

from app.demo.github.catalogue import ANCHOR, DAY
from app.demo.github.records import Account, Repository
from app.demo.github.replies import Json

WEEKS = 52
WEEK = 7 * DAY
# Weeks begin on Sunday; the last of them holds the anchor (1970-01-01 was a Thursday).
FIRST_WEEK = (ANCHOR - 3 * DAY) // WEEK * WEEK + 3 * DAY - (WEEKS - 1) * WEEK


class StatisticsDesk:
    """Remembers which statistic of which repository was asked for, how often, and since when."""

    def __init__(self, ready_after_asks: int, ready_after_seconds: float, clock: Callable[[], float]) -> None:
        self._asks_needed = ready_after_asks
        self._seconds_needed = ready_after_seconds
        self._clock = clock
        self._asks: dict[tuple[int, str], int] = {}
        self._since: dict[tuple[int, str], float] = {}

    def is_ready(self, repository: Repository, statistic: str) -> bool:
        key = (repository.id, statistic)
        now = self._clock()
        self._asks[key] = self._asks.get(key, 0) + 1
        waited = now - self._since.setdefault(key, now)
        return self._asks[key] >= self._asks_needed and waited >= self._seconds_needed


def commit_activity(repository: Repository) -> list[Json]:
    """The last year, week by week, days from Sunday on."""
    days = _commits_by_day(repository)
    weeks = (days[start : start + 7] for start in range(0, WEEKS * 7, 7))
    return [{"total": sum(week), "week": FIRST_WEEK + number * WEEK, "days": week} for number, week in enumerate(weeks)]


def participation(repository: Repository) -> Json:
    """All commits per week, and those of the owner."""
    by_owner = _commits_by_day(repository, repository.owner)
    everybody = _commits_by_day(repository)
    return {
        "all": [sum(everybody[start : start + 7]) for start in range(0, WEEKS * 7, 7)],
        "owner": [sum(by_owner[start : start + 7]) for start in range(0, WEEKS * 7, 7)],
    }


def _commits_by_day(repository: Repository, author: Account | None = None) -> list[int]:
    days = [0] * (WEEKS * 7)
    for commit in repository.commits:
        day = (commit.date - FIRST_WEEK) // DAY
        if 0 <= day < len(days) and (author is None or author is commit.author):
            days[day] += 1
    return days
