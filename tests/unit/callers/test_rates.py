"""How often a key may ask: the decision, and what is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.callers.caller import RateState
from app.callers.rates import NANOSECONDS, RateRule, parse_rate, state, taken

RULES = st.builds(RateRule, st.integers(1, 2000), st.sampled_from([1, 60, 3600, 86400]))
START = 10**15


def asked(rule: RateRule, moments: list[int]) -> list[bool]:
    """Which of the requests at these moments (nanoseconds) are taken."""
    due, told = 0, []
    for now in moments:
        after = taken(due, now, rule.step_nanoseconds, rule.span_nanoseconds)
        told.append(after != 0)
        due = after or due
    return told


class TestWritten:
    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("10/s", RateRule(10, 1)),
            ("100/min", RateRule(100, 60)),
            (" 5000/h ", RateRule(5000, 3600)),
            ("2000/day", RateRule(2000, 86400)),
            ("1000000/s", RateRule(1_000_000, 1)),
        ],
    )
    def test_as_people_write_it(self, text: str, rule: RateRule) -> None:
        assert parse_rate(text) == rule

    @pytest.mark.parametrize("text", ["", "5", "0/s", "05/s", "-1/s", "1.5/s", "5/m", "5/minute", "5 / s", "9999999/s"])
    def test_what_is_none(self, text: str) -> None:
        with pytest.raises(ValueError, match="requests per window, such as"):
            parse_rate(text)


@given(rule=RULES)
def test_the_quota_may_be_asked_at_once_and_no_more(rule: RateRule) -> None:
    assert asked(rule, [START] * (rule.quota + 1)) == [True] * rule.quota + [False]


@given(rule=RULES, gaps=st.lists(st.integers(0, 10 * NANOSECONDS), max_size=300))
def test_in_any_time_no_more_than_the_quota_and_what_came_back_in_it(rule: RateRule, gaps: list[int]) -> None:
    now, moments = START, []
    for gap in gaps:
        now += gap
        moments.append(now)
    told = asked(rule, moments)
    passed = [moment for moment, was_taken in zip(moments, told, strict=True) if was_taken]
    for first in range(0, len(passed), 7):
        for last in range(first, len(passed)):
            allowed = rule.quota + (passed[last] - passed[first]) // rule.step_nanoseconds
            assert last - first + 1 <= allowed


@given(rule=RULES, requests=st.integers(1, 3000), later=st.integers(0, 10**14))
def test_what_is_told_is_what_happens(rule: RateRule, requests: int, later: int) -> None:
    """`remaining` more are taken at once, and not one besides; and after `retry_after_seconds` one is."""
    step, span = rule.step_nanoseconds, rule.span_nanoseconds
    due = 0
    for _ in range(requests):
        due = taken(due, START, step, span) or due
    now = START + later
    after = taken(due, now, step, span)
    told = state(after or due, now, rule, refused=not after)
    assert 0 <= told.remaining < rule.quota
    assert told.reset_seconds <= rule.window_seconds
    assert sum(asked_from(after or due, now, rule, told.remaining + 1)) == told.remaining
    assert (told.retry_after_seconds > 0) == (after == 0)
    if not after:
        wait = round(told.retry_after_seconds * NANOSECONDS)
        assert taken(due, now + wait + 1_000, step, span) != 0
        if wait > 2_000:
            assert taken(due, now + wait - 2_000, step, span) == 0


def asked_from(due: int, now: int, rule: RateRule, requests: int) -> list[bool]:
    told = []
    for _ in range(requests):
        after = taken(due, now, rule.step_nanoseconds, rule.span_nanoseconds)
        told.append(after != 0)
        due = after or due
    return told


def test_told_in_numbers() -> None:
    rule = RateRule(4, 60)
    step = rule.step_nanoseconds
    assert state(START + step, START, rule) == RateState(4, 60, 3, 15)
    assert state(START + 4 * step, START, rule) == RateState(4, 60, 0, 60)
    assert state(START + 4 * step, START + NANOSECONDS, rule, refused=True) == RateState(4, 60, 0, 59, 14.0)
    assert state(START - 5, START, rule) == RateState(4, 60, 4, 0)
