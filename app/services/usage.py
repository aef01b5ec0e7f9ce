"""Who spent the quota, and what was saved."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from time import time
from typing import Final

from app.errors import InvalidRequest, ParameterFault
from app.journal.journal import Journal
from app.services.answers.usage import By, UsageRow, UsageState, UsageSums
from app.services.queries import UsageQuery
from app.usage.book import UsageBook
from app.usage.moments import EXPECTED_MOMENT, moment_of, widened
from app.usage.question import Found, Question
from app.usage.sums import OTHER, Sums

MOST_ROWS: Final = 1_000
"""What comes after them is told as one row."""

_WITHOUT_UPSTREAM: Final = frozenset({"hit", "stale", "collapsed"})
_NOT_OF_UPSTREAMS: Final = frozenset({"-", "refused"})


class UsageService:
    """For operators, and for callers as far as it is about themselves."""

    def __init__(self, book: UsageBook, journal: Journal, *, clock: Callable[[], float] = time) -> None:
        """Besides its collaborators.

        Args:
            clock: Seconds since the epoch.
        """
        self._book = book
        self._journal = journal
        self._clock = clock

    async def usage(self, query: UsageQuery, only_caller: str | None = None) -> UsageState:
        """What was used.

        Args:
            query: Of what time, and how it is told apart.
            only_caller: Whose alone; None: everybody's.

        Raises:
            InvalidRequest: The span ends before it begins.
        """
        question, found = await self._found(query, only_caller)
        return state_of(question, found)

    async def grouped(
        self, query: UsageQuery, group_of: Callable[[str], str | None], only_caller: str | None = None
    ) -> UsageState:
        """The same, with rows of what names have in common; `totals` are of all.

        Args:
            query: Of what time, and how it is told apart.
            group_of: Gives a row's new name by its name; None: it has none, and no row.
            only_caller: Whose alone; None: everybody's.

        Raises:
            InvalidRequest: The span ends before it begins.
        """
        question, found = await self._found(query, only_caller)
        groups = Found()
        for (name, outcome), sums in found.sums.items():
            if (group := group_of(name)) is not None:
                groups.add(group, outcome, sums)
        return state_of(question, found).model_copy(update={"rows": state_of(question, groups).rows})

    async def _found(self, query: UsageQuery, only_caller: str | None) -> tuple[Question, Found]:
        question = question_of(query.by, query.since, query.until, self._clock(), only_caller)
        self._journal.flush()
        return question, await self._book.find(question)


def question_of(by: By, since: str, until: str | None, now: float, only_caller: str | None = None) -> Question:
    """What is asked for at the moment `now` (seconds since the epoch).

    Raises:
        InvalidRequest: The span ends before it begins, or one end is no moment.
    """
    begins = _moment("since", since, now)
    ends = now if until is None else _moment("until", until, now)
    if begins >= ends:
        raise InvalidRequest([ParameterFault("query", "since", "should be before the end of the span")])
    return Question(by, *widened(begins, ends, now), only_caller)


def state_of(question: Question, found: Found) -> UsageState:
    """The answer."""
    names: dict[str, dict[str, Sums]] = {}
    totals: dict[str, Sums] = {}
    for (name, outcome), sums in found.sums.items():
        names.setdefault(name, {})[outcome] = sums
        totals.setdefault(outcome, Sums()).add(sums)
    return UsageState(
        by=question.by,
        since=_datetime(question.since),
        until=_datetime(question.until),
        kept_since=None if found.oldest is None else _datetime(found.oldest),
        scope="machine" if found.shared else "worker",
        degraded=found.trouble,
        only_caller=question.only_caller,
        totals=_told(totals),
        rows=_rows(names),
    )


def _rows(names: dict[str, dict[str, Sums]]) -> tuple[UsageRow, ...]:
    ranked = sorted(((_sum(outcomes), name) for name, outcomes in names.items()), key=_rank)
    if len(ranked) > MOST_ROWS:
        rest = {name for _, name in ranked[MOST_ROWS - 1 :]} | {OTHER} & names.keys()
        merged: dict[str, Sums] = {}
        for name in rest:
            for outcome, sums in names[name].items():
                merged.setdefault(outcome, Sums()).add(sums)
        names = {name: outcomes for name, outcomes in names.items() if name not in rest} | {OTHER: merged}
        ranked = sorted(((_sum(outcomes), name) for name, outcomes in names.items()), key=_rank)
    return tuple(UsageRow(name=name, **dict(_told(names[name]))) for _, name in ranked)


def _rank(ranked: tuple[Sums, str]) -> tuple[int, int, str]:
    sums, name = ranked
    return -sums.points, -sums.requests, name


def _sum(outcomes: dict[str, Sums]) -> Sums:
    total = Sums()
    for sums in outcomes.values():
        total.add(sums)
    return total


def _told(outcomes: dict[str, Sums]) -> UsageSums:
    total = _sum(outcomes)
    asking = sum(sums.requests for outcome, sums in outcomes.items() if outcome not in _NOT_OF_UPSTREAMS)
    without = sum(sums.requests for outcome, sums in outcomes.items() if outcome in _WITHOUT_UPSTREAM)
    worth = total.points + total.saved_points
    return UsageSums(
        **{**asdict(total), "seconds": round(total.seconds, 6)},
        hit_ratio=round(without / asking, 4) if asking else None,
        saved_percent=round(100 * total.saved_points / worth, 2) if worth else None,
    )


def _moment(name: str, text: str, now: float) -> float:
    try:
        return moment_of(text, now)
    except ValueError:
        raise InvalidRequest([ParameterFault("query", name, f"should be {EXPECTED_MOMENT}")]) from None


def _datetime(epoch_seconds: int) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)
