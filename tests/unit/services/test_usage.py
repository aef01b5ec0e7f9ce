"""Who spent the quota, and what was saved: the answer from the sums."""

from datetime import UTC, datetime

import pytest

from app.errors import InvalidRequest, ParameterFault
from app.journal.journal import Journal
from app.services.answers.usage import UsageState, UsageSums
from app.services.queries import UsageQuery
from app.services.usage import MOST_ROWS, UsageService, question_of, state_of
from app.usage.book import UsageBook
from app.usage.question import Found, Question
from app.usage.sums import Sums
from tests.stored import Clock
from tests.usage_records import NOON, asked, served

SPAN = Question("caller", NOON, NOON + 60)


def state(**found: Sums) -> UsageState:
    """`ci_hit=Sums(…)`: the sums of the caller `ci` with the outcome `hit`."""
    return state_of(SPAN, found_as(found))


def found_as(given: dict[str, Sums]) -> Found:
    answer = Found()
    for name, sums in given.items():
        caller, _, outcome = name.rpartition("_")
        answer.add(caller, outcome.replace("none", "-"), sums)
    return answer


async def test_what_the_journal_tells_is_in_the_answer_at_once() -> None:
    book = UsageBook(None, 35, clock=Clock(NOON))
    journal = Journal([book])
    service = UsageService(book, journal, clock=Clock(NOON + 1))
    journal.write(served())
    journal.write(served(outcome="miss", saved=0, caller="bot"))
    journal.write_asked(asked(caller="bot", points=3))
    await book.open()
    try:
        answer = await service.usage(UsageQuery())
        own = await service.usage(UsageQuery(by="outcome"), only_caller="ci")
    finally:
        await book.close()

    assert [(row.name, row.requests, row.points) for row in answer.rows] == [("bot", 1, 3), ("ci", 1, 0)]
    assert (answer.by, answer.scope, answer.degraded, answer.only_caller) == ("caller", "worker", None, None)
    assert answer.since == datetime(2026, 5, 31, 12, tzinfo=UTC)
    assert answer.until == datetime(2026, 6, 1, 12, 1, tzinfo=UTC)
    assert answer.kept_since == datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert [(row.name, row.requests) for row in own.rows] == [("hit", 1)]
    assert (own.only_caller, own.totals.requests) == ("ci", 1)


def test_how_much_was_answered_without_upstream() -> None:
    answer = state(
        ci_hit=Sums(requests=5),
        ci_stale=Sums(requests=1),
        ci_collapsed=Sums(requests=1),
        ci_miss=Sums(requests=1),
        ci_revalidated=Sums(requests=1),
        ci_failed=Sums(requests=1),
        ci_none=Sums(requests=90),
        ci_refused=Sums(requests=9),
    )
    (row,) = answer.rows
    assert (row.requests, row.hit_ratio) == (109, 0.7)
    assert answer.totals.hit_ratio == 0.7


def test_what_was_saved_of_what_it_is_worth() -> None:
    answer = state(a_miss=Sums(points=1), a_hit=Sums(saved_points=2), b_none=Sums(requests=1))
    shares = {row.name: row.saved_percent for row in answer.rows}
    assert shares == {"a": 66.67, "b": None}
    assert answer.totals.saved_percent == 66.67


def test_who_spent_most_comes_first_then_who_asked_most() -> None:
    answer = state(
        a_hit=Sums(requests=9),
        b_miss=Sums(points=5),
        c_hit=Sums(requests=9),
        d_hit=Sums(requests=10),
        e_miss=Sums(requests=1, points=5),
    )
    assert [row.name for row in answer.rows] == ["e", "b", "d", "a", "c"]


def test_nothing_is_nothing() -> None:
    answer = state()
    assert answer.rows == ()
    assert answer.kept_since is None
    assert answer.totals == UsageSums(
        requests=0,
        failed_requests=0,
        hit_ratio=None,
        points=0,
        saved_points=0,
        saved_percent=None,
        upstream_requests=0,
        seconds=0,
        sent_bytes=0,
    )


def test_of_very_many_the_last_are_one() -> None:
    many = {f"caller-{number}_miss": Sums(requests=1, points=number) for number in range(MOST_ROWS + 10)}
    others = {"other_miss": Sums(requests=7), "other_hit": Sums(requests=1)}
    answer = state_of(SPAN, found_as({**many, **others}))

    assert len(answer.rows) == MOST_ROWS
    (other,) = [row for row in answer.rows if row.name == "other"]
    assert (other.requests, other.points) == (19, sum(range(11)))
    assert sum(row.requests for row in answer.rows) == answer.totals.requests == MOST_ROWS + 18


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"since": "yesterday"}, "since"),
        ({"until": "1 h"}, "until"),
        ({"since": "2026-06-01T13:00:00Z"}, "since"),
        ({"since": "1h", "until": "2h"}, "since"),
        ({"since": "1h", "until": "1h"}, "since"),
    ],
)
def test_a_span_that_cannot_be_meant(given: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        question_of("caller", given.get("since", "24h"), given.get("until"), NOON)
    (fault,) = refusal.value.faults
    assert isinstance(fault, ParameterFault)
    assert (fault.place, fault.name, fault.detail.startswith("should be ")) == ("query", name, True)


def test_a_span_that_can() -> None:
    assert question_of("route", "2026-06-01T10:00:00Z", "1h", NOON, "ci") == Question(
        "route", NOON - 7_200, NOON - 3_600, "ci"
    )


async def test_rows_of_what_names_have_in_common() -> None:
    book = UsageBook(None, 35, clock=Clock(NOON))
    journal = Journal([book])
    service = UsageService(book, journal, clock=Clock(NOON + 1))
    for route, outcome, saved in [("/pages", "hit", 1), ("/posts", "miss", 0), ("/posts", "hit", 2), ("/docs", "-", 0)]:
        journal.write(served(route=route, outcome=outcome, saved=saved))
    await book.open()
    try:
        answer = await service.grouped(UsageQuery(by="route"), {"/pages": "facebook", "/posts": "facebook"}.get)
    finally:
        await book.close()

    assert [(row.name, row.requests, row.saved_points, row.hit_ratio) for row in answer.rows] == [
        ("facebook", 3, 3, 0.6667)
    ]
    assert answer.totals.requests == 4
