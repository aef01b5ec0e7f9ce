"""Sums in memory: what each record adds, and that nothing grows without end and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.usage.sums import DAY_SECONDS, HOUR_SECONDS, MINUTE_SECONDS, OTHER, Row, Sums, start_of
from app.usage.tally import Tally
from tests.usage_records import NOON, asked, served

ROUTE = "/api/v1/repos/<owner>/<repo>"


def test_a_request_counts_where_it_was_served() -> None:
    tally = Tally()
    tally.count_served(served(saved=2, points=9))
    tally.count_served(served(at=NOON + 59.9, status=503, saved=0))
    tally.count_served(served(at=NOON + 60.0))

    assert tally.rows == {
        Row(NOON, "ci", ROUTE, "hit"): Sums(requests=2, saved_points=2, failed_requests=1, seconds=0.5, sent_bytes=200),
        Row(NOON + 60, "ci", ROUTE, "hit"): Sums(requests=1, saved_points=1, seconds=0.25, sent_bytes=100),
    }


@pytest.mark.parametrize(
    ("status", "outcome"), [(200, "miss"), (404, "miss"), (304, "revalidated"), (500, "failed"), (None, "failed")]
)
def test_points_count_where_they_were_spent(status: int | None, outcome: str) -> None:
    tally = Tally()
    tally.count_asked(asked(status=status, points=3))

    assert tally.rows == {Row(NOON, "ci", ROUTE, outcome): Sums(points=3, upstream_requests=1)}


def test_what_was_taken_is_gone() -> None:
    tally = Tally()
    tally.count_served(served())

    assert len(tally.take()) == 1
    assert len(tally) == 0


def filled(rows: int, most_rows: int, **given: int) -> Tally:
    """With one request of each of so many callers."""
    tally = Tally(most_rows)
    for number in range(rows):
        tally.count_served(served(caller=f"caller-{number}", **given))
    return tally


def total(tally: Tally) -> int:
    return sum(sums.requests for sums in tally.rows.values())


def test_too_many_callers_within_an_hour_are_others() -> None:
    tally = filled(50, 10)

    assert len(tally) == 11
    assert tally.rows[Row(NOON, OTHER, OTHER, "hit")].requests == 40
    tally.count_served(served(caller="caller-3"))
    assert tally.rows[Row(NOON, "caller-3", ROUTE, "hit")].requests == 2, "who is known stays known"


def test_old_minutes_become_hours_first() -> None:
    tally = Tally(10)
    for minute in range(10):
        tally.count_served(served(at=NOON + 60 * minute))
    tally.count_served(served(at=NOON + HOUR_SECONDS))

    assert {row.at: sums.requests for row, sums in tally.rows.items()} == {NOON: 10, NOON + HOUR_SECONDS: 1}


def test_then_days_then_others_of_a_day() -> None:
    by_hour = Tally(10)
    for hour in range(10):
        by_hour.count_served(served(at=NOON + HOUR_SECONDS * hour))
    by_hour.count_served(served(at=NOON + DAY_SECONDS))
    midnight = start_of(NOON, DAY_SECONDS)
    assert {row.at: sums.requests for row, sums in by_hour.rows.items()} == {midnight: 10, NOON + DAY_SECONDS: 1}

    by_caller = filled(10, 10)
    by_caller.count_served(served(at=NOON + DAY_SECONDS))
    assert by_caller.rows[Row(midnight, OTHER, OTHER, "hit")].requests == 10
    assert len(by_caller) == 2


def test_where_there_is_no_room_it_is_looked_for_once_a_minute() -> None:
    tally = filled(10, 10)
    for number in range(100):
        tally.count_served(served(caller=f"new-{number}", at=NOON + 30))
    assert total(tally) == 110
    tally.count_served(served(caller="new", at=NOON + HOUR_SECONDS))
    assert Row(NOON + HOUR_SECONDS, "new", ROUTE, "hit") in tally.rows


def test_what_is_too_old_is_forgotten() -> None:
    tally = Tally()
    for at in (NOON - 60, NOON, NOON + 60):
        tally.count_served(served(at=at))
    tally.forget_before(NOON)
    assert [row.at for row in tally.rows] == [NOON, NOON + 60]


def test_minutes_are_folded_into_hours() -> None:
    tally = Tally()
    for at in (NOON - 60, NOON - 120, NOON, NOON + 60):
        tally.count_served(served(at=at))
    tally.fold_into_hours(NOON)
    assert {row.at: sums.requests for row, sums in tally.rows.items()} == {
        NOON - HOUR_SECONDS: 2,
        NOON: 1,
        NOON + MINUTE_SECONDS: 1,
    }


@given(
    st.lists(
        st.tuples(st.integers(0, 5 * DAY_SECONDS), st.sampled_from("abcdefgh"), st.sampled_from(["hit", "miss", "-"])),
        max_size=200,
    ),
    st.integers(1, 20),
)
def test_it_stays_small_and_loses_nothing(requests: list[tuple[int, str, str]], most_rows: int) -> None:
    tally = Tally(most_rows)
    for at, caller, outcome in requests:
        tally.count_served(served(at=NOON + at, caller=caller, outcome=outcome))

    assert total(tally) == len(requests)
    named = [row for row in tally.rows if row.caller != OTHER]
    assert len(named) <= most_rows
    assert len(tally) - len(named) <= 3 * 5 * 24 + 3
    for outcome in ("hit", "miss", "-"):
        counted = sum(sums.requests for row, sums in tally.rows.items() if row.outcome == outcome)
        assert counted == sum(1 for _, _, each in requests if each == outcome)
