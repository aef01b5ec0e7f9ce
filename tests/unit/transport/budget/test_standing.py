"""Whether a request may go: of quotas, limits and pace, without a clock of its own."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.call import Urgency
from app.transport.budget.rules import BudgetRules
from app.transport.budget.standing import (
    SECONDARY_LONGEST_SECONDS,
    Refused,
    Standing,
    Unclear,
    Why,
    Window,
    backoff_seconds,
    due_after,
    judge,
    streak_after,
    turn_at,
)

NOW = 1_000_000.0
RESET = 1_000_600


def standing(limit: int = 100, used: int = 0, in_flight: int = 0, blocked_until: float = 0.0) -> Standing:
    return Standing(Window(limit, used, RESET), in_flight, blocked_until)


def test_nothing_known_lets_one_go_to_find_out() -> None:
    assert judge(Standing(None, 0, 0), 1, 0, NOW) is None
    assert judge(Standing(None, 1, 0), 1, 0, NOW) is Unclear.UNKNOWN


def test_a_window_that_is_over_tells_nothing() -> None:
    over = Standing(Window(100, 100, int(NOW)), 0, 0)
    assert judge(over, 1, 0, NOW) is None
    assert judge(over._replace(in_flight=1), 1, 0, NOW) is Unclear.UNKNOWN


def test_a_spent_quota_is_refused_until_its_reset() -> None:
    assert judge(standing(used=100), 1, 0, NOW) == Refused(Why.SPENT, 600, Window(100, 100, RESET))
    assert judge(standing(used=120), 1, 0, NOW) == Refused(Why.SPENT, 600, Window(100, 120, RESET))
    assert judge(standing(used=99), 1, 0, NOW) is None
    assert judge(standing(used=99), 2, 0, NOW) == Refused(Why.SPENT, 600, Window(100, 99, RESET))


def test_the_last_points_may_be_under_way() -> None:
    assert judge(standing(used=95, in_flight=4), 1, 0, NOW) is None
    assert judge(standing(used=95, in_flight=5), 1, 0, NOW) is Unclear.LANDING


def test_what_is_kept_for_others() -> None:
    assert judge(standing(used=89), 1, 10, NOW) is None
    assert judge(standing(used=90), 1, 10, NOW) == Refused(Why.RESERVED, 600, Window(100, 90, RESET))
    assert judge(standing(used=90), 1, 0, NOW) is None
    assert judge(standing(used=85, in_flight=5), 1, 10, NOW) is Unclear.LANDING


def test_a_block_comes_before_all_else() -> None:
    assert judge(standing(blocked_until=NOW + 60), 1, 0, NOW) == Refused(Why.BLOCKED, 60)
    assert judge(standing(blocked_until=NOW), 1, 0, NOW) is None


@given(
    st.integers(0, 200),
    st.integers(0, 200),
    st.integers(0, 50),
    st.integers(0, 100),
    st.integers(1, 5),
)
def test_who_goes_never_spends_what_is_not_there(used: int, limit: int, in_flight: int, kept: int, points: int) -> None:
    if judge(Standing(Window(limit, used, RESET), in_flight, 0), points, kept, NOW) is None:
        assert used + in_flight + points <= limit - kept


@pytest.mark.parametrize(
    ("urgency", "share"), [(Urgency.INTERACTIVE, 0), (Urgency.NORMAL, 0.05), (Urgency.BATCH, 0.25)]
)
def test_what_each_class_leaves(urgency: Urgency, share: float) -> None:
    assert BudgetRules(interactive_percent=5, normal_percent=20).kept_share(urgency) == share


def test_no_more_is_kept_than_there_is() -> None:
    assert BudgetRules(interactive_percent=80, normal_percent=80).kept_share(Urgency.BATCH) == 1


@given(
    st.integers(1, 1000),
    st.lists(st.tuples(st.floats(0, 5), st.integers(1, 5)), min_size=1, max_size=400),
)
def test_no_minute_has_more_points_than_the_rules_allow(points_a_minute: int, asked: list[tuple[float, int]]) -> None:
    rules = BudgetRules(points_a_minute=points_a_minute)
    due_at, now = 0.0, 1000.0
    spent: list[tuple[float, int]] = []
    for pause, points in asked:
        now += pause
        if turn_at(due_at, points, rules.point_seconds, rules.burst_seconds, now) <= now:
            due_at = due_after(due_at, points, rules.point_seconds, now)
            spent.append((now, points))
    for start, _ in spent:
        in_a_minute = sum(points for at, points in spent if start <= at < start + 60)
        # Of what is larger than a whole burst one goes all the same, where a whole burst could.
        assert in_a_minute <= points_a_minute + 5


def test_a_burst_goes_at_once_and_the_rest_at_an_even_pace() -> None:
    rules = BudgetRules(points_a_minute=900)
    due_at, now, went = 0.0, 1000.0, []
    for _ in range(600):
        now = max(now, turn_at(due_at, 1, rules.point_seconds, rules.burst_seconds, now))
        due_at = due_after(due_at, 1, rules.point_seconds, now)
        went.append(now)
    assert went[299] - went[0] < 0.2
    assert all(abs(after - before - 0.1) < 0.001 for before, after in pairwise(went[301:]))


def test_a_wait_that_upstream_names_is_kept_and_others_grow() -> None:
    assert backoff_seconds(7.0, 60.0, 5) == 7.0
    assert [backoff_seconds(None, 60.0, streak) for streak in (1, 2, 3)] == [60, 120, 240]
    assert backoff_seconds(None, 60.0, 31) == SECONDARY_LONGEST_SECONDS


def test_limits_of_one_burst_are_one() -> None:
    assert streak_after(0.0, 0, 60, NOW) == 1
    assert streak_after(NOW + 59, 1, 60, NOW) == 1


def test_a_limit_soon_after_another_counts_on() -> None:
    assert streak_after(NOW - 1, 1, 60, NOW) == 2
    assert streak_after(NOW - 100, 2, 60, NOW) == 3  # the second was to be waited for two minutes


def test_a_limit_long_after_another_begins_anew() -> None:
    assert streak_after(NOW - 61, 1, 60, NOW) == 1
