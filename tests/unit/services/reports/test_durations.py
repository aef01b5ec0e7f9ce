"""Percentiles, with and without what has not ended yet."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.answers.part import Percentiles
from app.services.reports.durations import days_between, percentiles, survival

DAYS = st.lists(st.floats(min_value=0, max_value=4_000), max_size=40)


def told(*days: float | None) -> Percentiles:
    p25, p50, p75, p90 = days
    return Percentiles(p25_days=p25, p50_days=p50, p75_days=p75, p90_days=p90)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], told(None, None, None, None)),
        ([3], told(3, 3, 3, 3)),
        ([4, 1, 3, 2], told(1, 2, 3, 4)),
        (list(range(1, 101)), told(25, 50, 75, 90)),
    ],
)
def test_percentiles_are_values_that_occur(days: list[float], expected: Percentiles) -> None:
    assert percentiles(days) == expected


@given(DAYS)
def test_where_all_have_ended_the_estimate_is_the_plain_percentile(days: list[float]) -> None:
    assert survival(days, []).estimate == percentiles(days)


def test_who_still_waits_makes_it_longer() -> None:
    # By hand: at 1 five wait, at 3 three, at 6 one. Survival 4/5, then 4/5 * 2/3 = 8/15, then 0.
    found = survival([1, 3, 6], [2, 5])

    assert (found.done, found.waiting) == (3, 2)
    assert found.estimate == told(3, 6, 6, 6)
    assert percentiles([1, 3, 6]) == told(1, 3, 6, 6)


def test_what_more_than_that_part_still_waits_for_is_not_known() -> None:
    assert survival([1], [9, 9, 9]).estimate == told(1, None, None, None)


@given(DAYS, DAYS)
def test_waiting_longer_never_makes_it_shorter(ended: list[float], waiting: list[float]) -> None:
    before = survival(ended, waiting).estimate
    after = survival(ended, [days + 10_000 for days in waiting]).estimate

    for name in Percentiles.model_fields:
        one, other = getattr(before, name), getattr(after, name)
        assert other is None or (one is not None and other >= one) or one is None


def test_a_clock_that_goes_before_gives_no_negative_age() -> None:
    now = datetime(2026, 6, 1, tzinfo=UTC)

    assert days_between(now + timedelta(hours=1), now) == 0
    assert days_between(datetime(2026, 5, 31), now) == 1  # noqa: DTZ001 -- a moment that does not name its zone is the case
