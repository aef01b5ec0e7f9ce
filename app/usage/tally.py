"""Sums in memory, in a number of rows that is bounded whatever callers do: where there are too many, old ones are told
apart less.
"""

from collections.abc import Callable, Mapping
from typing import Final

from app.journal.records import Asked, Served
from app.usage.sums import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, OTHER, Row, Sums, start_of

MOST_ROWS: Final = 10_000
"""Some three megabytes."""


class Tally:
    """Sums by row.

    Args:
        most_rows: There are never more, but for the few that `OTHER` has. What is old is then told apart less; of what comes
            in the running hour alone beyond that, neither caller nor route is known.
    """

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._rows: dict[Row, Sums] = {}
        self._tight_until = 0

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def rows(self) -> Mapping[Row, Sums]:
        return self._rows

    def count_served(self, record: Served) -> None:
        """But for its points: those are counted where they were spent, which also happens in the background."""
        sums = self._of(int(record.at) // MINUTE_SECONDS * MINUTE_SECONDS, record.caller, record.route, record.outcome)
        sums.requests += 1
        sums.saved_points += record.saved
        sums.seconds += record.seconds
        sums.sent_bytes += record.sent_bytes
        if record.status >= 500:
            sums.failed_requests += 1

    def count_asked(self, record: Asked) -> None:
        at = int(record.at) // MINUTE_SECONDS * MINUTE_SECONDS
        sums = self._of(at, record.caller, record.route, outcome_of(record.status))
        sums.upstream_requests += 1
        sums.points += record.points

    def add(self, rows: Mapping[Row, Sums]) -> None:
        for row, sums in rows.items():
            self._of(*row).add(sums)

    def take(self) -> dict[Row, Sums]:
        """All that is there; from then on nothing is."""
        taken, self._rows = self._rows, {}
        self._tight_until = 0
        return taken

    def forget_before(self, moment: int) -> None:
        """What began before `moment` (seconds since the epoch) was long enough ago."""
        self._rows = {row: sums for row, sums in self._rows.items() if row.at >= moment}

    def fold_into_hours(self, before: int) -> None:
        """Minutes before `before` (seconds since the epoch) are told apart no longer."""
        self._fold(before, _hour_of)

    def _of(self, at: int, caller: str, route: str, outcome: str) -> Sums:
        row = Row(at, caller, route, outcome)
        sums = self._rows.get(row)
        if sums is not None:
            return sums
        if len(self._rows) >= self._most_rows and not self._makes_room(at):
            row = _other_hour_of(row)
        return self._rows.setdefault(row, Sums())

    def _makes_room(self, at: int) -> bool:
        """Folds what is older than the running hour, no further than it takes to halve the rows. False: that is too little."""
        if at < self._tight_until:
            return False
        hour = start_of(max(at, *(row.at for row in self._rows)), HOUR_SECONDS)
        for coarser in (_hour_of, _day_of, _other_day_of):
            self._fold(hour, coarser)
            if len(self._rows) <= self._most_rows // 2:
                return True
        self._tight_until = at + MINUTE_SECONDS  # not again for each row
        return False

    def _fold(self, before: int, coarser: Callable[[Row], Row]) -> None:
        folded: dict[Row, Sums] = {}
        for row, sums in self._rows.items():
            folded.setdefault(coarser(row) if row.at < before else row, Sums()).add(sums)
        self._rows = folded


def outcome_of(status: int | None) -> str:
    """Of an exchange with an upstream, by the reply's status; None: there was none."""
    if status is None or status >= 500:
        return "failed"
    return "revalidated" if status == 304 else "miss"


def _hour_of(row: Row) -> Row:
    return row._replace(at=start_of(row.at, HOUR_SECONDS))


def _day_of(row: Row) -> Row:
    return row._replace(at=start_of(row.at, DAY_SECONDS))


def _other_day_of(row: Row) -> Row:
    return Row(start_of(row.at, DAY_SECONDS), OTHER, OTHER, row.outcome)


def _other_hour_of(row: Row) -> Row:
    return Row(start_of(row.at, HOUR_SECONDS), OTHER, OTHER, row.outcome)
