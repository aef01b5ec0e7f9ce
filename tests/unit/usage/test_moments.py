"""From when to when."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.usage.moments import DETAIL_SECONDS, detailed_from, moment_of, widened
from app.usage.sums import DAY_SECONDS, HOUR_SECONDS
from tests.usage_records import NOON


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("90m", NOON - 5_400),
        ("24h", NOON - DAY_SECONDS),
        ("7d", NOON - 7 * DAY_SECONDS),
        ("4w", NOON - 28 * DAY_SECONDS),
        ("0h", NOON),
        ("2026-06-01T12:00:00Z", NOON),
        ("2026-06-01T12:00:00.5Z", NOON + 0.5),
        ("2026-06-01T14:00:00+02:00", NOON),
        ("2026-06-01T12:00:00", NOON),
        ("2026-06-01 12:00", NOON),
        ("2026-06-01", NOON - 12 * HOUR_SECONDS),
    ],
)
def test_a_moment(text: str, moment: float) -> None:
    assert moment_of(text, NOON) == moment


@pytest.mark.parametrize(
    "text", ["", "24", "h", "-1h", "1.5h", "1000000h", "24 h", "24H", "yesterday", "20260601", "2026-13-01", "\u0661h", "1780315200"]
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="a moment"):
        moment_of(text, NOON)


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_moment_or_a_fault(text: str) -> None:
    try:
        moment_of(text, NOON)
    except ValueError as fault:
        assert str(fault).startswith("a moment")  # noqa: PT017 -- most of them are faults, and some are none


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_the_ends_of_the_calendar(text: str) -> None:
    since, until = sorted((moment_of(text, NOON), float(NOON)))
    begin, end = widened(since, until, NOON)
    assert 0 <= begin <= end <= NOON + HOUR_SECONDS


def test_a_span_is_whole_minutes() -> None:
    assert widened(NOON - 3_601, NOON - 1, NOON) == (NOON - 3_660, NOON)
    assert widened(NOON - 3_600, NOON, NOON) == (NOON - 3_600, NOON)
    assert widened(NOON - 90, NOON + 5, NOON + 5) == (NOON - 120, NOON + 60)


def test_before_minutes_are_told_apart_it_is_whole_hours() -> None:
    long_ago = NOON - 3 * DAY_SECONDS
    assert widened(long_ago + 1, long_ago + 3_601, NOON) == (long_ago, long_ago + 7_200)
    assert detailed_from(NOON + 1_800) == NOON - DETAIL_SECONDS


@given(st.floats(-1e11, 1e12), st.floats(0, 1e12), st.floats(NOON, 4e9))
def test_it_holds_what_was_asked_for(since: float, length: float, now: float) -> None:
    until = since + length
    begin, end = widened(since, until, now)
    assert begin <= max(since, 0)
    assert begin <= end
    assert end >= min(until, now) or until <= 0
    datetime.fromtimestamp(end, UTC)  # can be told
