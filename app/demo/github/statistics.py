"""Statistics that are computed when first asked for: https://docs.github.com/en/rest/metrics/statistics.

"If the data hasn't been cached when you query a repository's statistics, you'll receive a 202 response".
"""

from collections.abc import Callable

from app.demo.github.catalogue import DAY
from app.demo.github.records import Account, Repository
from app.demo.github.replies import Json

WEEKS = 52
WEEK = 7 * DAY


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


def first_week(ends_at: int) -> int:
    """Weeks begin on Sunday; the last of them holds the end of the world (1970-01-01 was a Thursday)."""
    return (ends_at - 3 * DAY) // WEEK * WEEK + 3 * DAY - (WEEKS - 1) * WEEK


def commit_activity(repository: Repository, ends_at: int) -> list[Json]:
    """The last year, week by week, days from Sunday on."""
    first = first_week(ends_at)
    days = _commits_by_day(repository, first)
    weeks = (days[start : start + 7] for start in range(0, WEEKS * 7, 7))
    return [{"total": sum(week), "week": first + number * WEEK, "days": week} for number, week in enumerate(weeks)]


def participation(repository: Repository, ends_at: int) -> Json:
    """All commits per week, and those of the owner."""
    first = first_week(ends_at)
    by_owner = _commits_by_day(repository, first, repository.owner)
    everybody = _commits_by_day(repository, first)
    return {
        "all": [sum(everybody[start : start + 7]) for start in range(0, WEEKS * 7, 7)],
        "owner": [sum(by_owner[start : start + 7]) for start in range(0, WEEKS * 7, 7)],
    }


def _commits_by_day(repository: Repository, first_week: int, author: Account | None = None) -> list[int]:
    days = [0] * (WEEKS * 7)
    for commit in repository.commits:
        day = (commit.date - first_week) // DAY
        if 0 <= day < len(days) and (author is None or author is commit.author):
            days[day] += 1
    return days
