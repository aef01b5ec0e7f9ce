"""How long upstream wants to be left alone: in seconds or by a date, never negative, and nothing from nonsense."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.retry_after import LONGEST_SECONDS, retry_after_seconds
from tests.unit.transport.caching.replies import NOON, NOON_DATE, fields

YEAR = 365 * 24 * 3600.0


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", 0),
        ("1", 1),
        ("120", 120),
        ("007", 7),
        (" \t 3 ", 3),
        (NOON_DATE, 90),
        ("Thursday, 01-Jan-26 12:00:00 GMT", 90),
        ("Thu Jan  1 12:00:00 2026", 90),
    ],
)
def test_both_forms(value: str, wait: float) -> None:
    assert retry_after_seconds(fields(f"retry-after: {value}"), NOON - 90) == wait


def test_parts_of_a_second_are_not_lost_before_a_date() -> None:
    assert retry_after_seconds(fields(f"Retry-After: {NOON_DATE}"), NOON - 0.25) == 0.25


@pytest.mark.parametrize("late", [0, 0.5, YEAR])
def test_a_date_that_is_past_means_now(late: float) -> None:
    assert retry_after_seconds(fields(f"Retry-After: {NOON_DATE}"), NOON + late) == 0


@pytest.mark.parametrize(
    "nonsense",
    ["", "soon", "-1", "+1", "1.5", "1e3", "0x10", "1_000", "\u0661", "\u00b2", "1, 2", "1 2", "inf", "nan", "12:00"],
)
def test_nonsense_says_nothing(nonsense: str) -> None:
    assert retry_after_seconds(fields(f"Retry-After: {nonsense}"), NOON) is None


def test_no_line_says_nothing() -> None:
    assert retry_after_seconds(fields("Date: " + NOON_DATE), NOON) is None


@pytest.mark.parametrize("value", ["9" * 20, "9" * 400, "9" * 5000, "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_for_ever_is_a_number_that_can_be_counted_with(value: str) -> None:
    assert retry_after_seconds(fields(f"Retry-After: {value}"), NOON) == LONGEST_SECONDS


@pytest.mark.parametrize("values", [("5", "30"), ("30", "5"), ("never", "30", "1"), (NOON_DATE, "30", "x")])
def test_of_several_lines_the_longest_that_is_valid_counts(values: tuple[str, ...]) -> None:
    assert retry_after_seconds(fields(*(f"Retry-After: {value}" for value in values)), NOON - 10) == 30


@given(st.lists(st.text() | st.from_regex(r"[0-9]{1,12}")), st.floats(min_value=0, max_value=1e11))
def test_nothing_makes_it_raise_or_negative(values: list[str], now: float) -> None:
    headers = fields()
    for value in values:
        headers.add("Retry-After", value)

    wait = retry_after_seconds(headers, now)

    assert wait is None or 0 <= wait <= LONGEST_SECONDS
