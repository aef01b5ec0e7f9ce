"""What may be asked about usage, and what is found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from app.usage.sums import Row, Sums

By = Literal["caller", "route", "outcome"]


@dataclass(frozen=True, slots=True)
class Question:
    """Sums of a span of time.

    Attributes:
        by: What they are told apart by.
        since: Seconds since the epoch: what began then or later.
        until: The same: what began before.
        only_caller: Whose alone; None: everybody's.
    """

    by: By
    since: int
    until: int
    only_caller: str | None = None

    def takes(self, row: Row) -> bool:
        """Whether `row` is in the span, and of the caller."""
        return self.since <= row.at < self.until and self.only_caller in {None, row.caller}


@dataclass(slots=True)
class Found:
    """Sums by name and outcome.

    Attributes:
        sums: By the name of the caller, route or outcome, and the outcome: some of what is told needs that.
        oldest: When the oldest of all that is kept of the caller began, whatever the span (seconds since the epoch); None:
            nothing is.
        shared: Whether it is what all workers have written, or this one's alone.
        trouble: Why something may be missing after a restart; None: all is well.
    """

    sums: dict[tuple[str, str], Sums] = field(default_factory=dict)
    oldest: int | None = None
    shared: bool = False
    trouble: str | None = None

    def add(self, name: str, outcome: str, sums: Sums) -> None:
        self.sums.setdefault((name, outcome), Sums()).add(sums)

    def has_from(self, at: int | None) -> None:
        """Something is kept from then."""
        if at is not None:
            self.oldest = at if self.oldest is None else min(self.oldest, at)


def add_counted(found: Found, question: Question, rows: Mapping[Row, Sums]) -> None:
    """Adds what there is in memory."""
    for row, sums in rows.items():
        if question.only_caller in {None, row.caller}:
            found.has_from(row.at)
        if question.takes(row):
            found.add(str(getattr(row, question.by)), row.outcome, sums)
