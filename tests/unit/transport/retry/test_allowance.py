"""Repeats are a share of recent traffic, with a floor; proved for any traffic at any moments."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.retry.allowance import FLOOR, WINDOW_SECONDS, Allowance


def granted(allowance: Allowance, now: float, wanted: int) -> int:
    """How many of `wanted` repeats may be sent."""
    return sum(allowance.grants(now) for _ in range(wanted))


def busy(firsts: int, now: float, percent: float = 10) -> Allowance:
    allowance = Allowance(percent)
    for _ in range(firsts):
        allowance.count(now)
    return allowance


@pytest.mark.parametrize("percent", [0, 10, 100])
def test_without_traffic_there_is_the_floor(percent: float) -> None:
    assert granted(Allowance(percent), 5.0, 50) == FLOOR


@pytest.mark.parametrize(
    ("firsts", "percent", "repeats"), [(99, 10, FLOOR), (300, 10, 30), (309, 10, 30), (300, 100, 300), (300, 0, FLOOR)]
)
def test_with_traffic_there_is_a_share_of_it(firsts: int, percent: float, repeats: int) -> None:
    assert granted(busy(firsts, 5.0, percent), 5.5, 1_000) == repeats


def test_the_floor_is_no_addition() -> None:
    allowance = busy(0, 5.0)
    assert granted(allowance, 5.0, 50) == FLOOR
    for _ in range(300):
        allowance.count(6.0)
    assert granted(allowance, 6.0, 50) == 30 - FLOOR


def test_traffic_counts_for_nine_seconds_at_least() -> None:
    assert granted(busy(300, 5.99), 14.99, 50) == 30


def test_traffic_counts_for_ten_seconds_at_most() -> None:
    assert granted(busy(300, 5.0), 15.0, 50) == FLOOR


def test_repeats_count_for_ten_seconds_at_least() -> None:
    allowance = Allowance(10)
    granted(allowance, 5.99, FLOOR)
    assert granted(allowance, 15.99, 50) == 0


def test_repeats_count_for_eleven_seconds_at_most() -> None:
    allowance = Allowance(10)
    granted(allowance, 5.0, FLOOR)
    assert granted(allowance, 16.0, 50) == FLOOR


@pytest.mark.parametrize("idle_seconds", [11, 22, 1_000_000])
def test_after_a_long_silence_everything_is_forgotten(idle_seconds: int) -> None:
    allowance = busy(300, 5.0)
    granted(allowance, 5.0, 30)
    assert granted(allowance, 5.0 + idle_seconds, 50) == FLOOR


def test_what_never_left_is_no_traffic() -> None:
    allowance = busy(300, 5.0)
    for _ in range(200):
        allowance.take_back(5.0)
    assert granted(allowance, 6.0, 50) == FLOOR


def test_what_is_taken_back_late_takes_nothing_from_others() -> None:
    allowance = busy(1, 5.0)
    for _ in range(300):
        allowance.count(16.0)  # in the same place of the ring
    allowance.take_back(5.0)
    assert granted(allowance, 16.0, 50) == 30


@dataclass(slots=True)
class Books:
    """Every event with its moment, as somebody would write them down who has all the room in the world."""

    firsts: list[float] = field(default_factory=list)
    repeats: list[float] = field(default_factory=list)

    @staticmethod
    def within(moments: list[float], since: float, until: float) -> int:
        return sum(since < moment <= until for moment in moments)


# Many of one kind at once, or none of them would ever get beyond the floor.
EVENTS = st.lists(
    st.tuples(
        st.floats(min_value=0, max_value=7) | st.sampled_from([0.0, 0.5, 1.0, 9.0, 9.999, 10.0, 11.0, 30.0]),
        st.integers(min_value=0, max_value=250),
        st.integers(min_value=0, max_value=40),
        st.integers(min_value=0, max_value=60),
    ),
    max_size=25,
)


@given(EVENTS, st.sampled_from([0, 1, 10, 12.5, 50, 100]), st.floats(min_value=0, max_value=1))
def test_repeats_are_bounded_in_any_ten_seconds(
    events: list[tuple[float, int, int, int]], percent: float, began: float
) -> None:
    allowance, books, now = Allowance(percent), Books(), began
    for later, firsts, not_sent, wanted in events:
        now += later
        for _ in range(firsts):
            allowance.count(now)
        books.firsts += [now] * firsts
        for _ in range(min(not_sent, firsts)):
            allowance.take_back(now)
            books.firsts.remove(now)
        for _ in range(wanted):
            if allowance.grants(now):
                books.repeats.append(now)
                since = now - WINDOW_SECONDS
                share = percent * books.within(books.firsts, since, now) / 100
                assert books.within(books.repeats, since, now) <= max(FLOOR, share)

    for moment in {*books.firsts, *books.repeats}:
        for until in (moment, moment + WINDOW_SECONDS / 2, moment + WINDOW_SECONDS):
            repeats = books.within(books.repeats, until - WINDOW_SECONDS, until)
            share = percent * books.within(books.firsts, until - 2 * WINDOW_SECONDS, until) / 100
            assert repeats <= max(FLOOR, share)


@given(
    st.floats(min_value=0, max_value=1_000),
    st.integers(min_value=0, max_value=400),
    st.floats(min_value=0, max_value=8.9),
)
def test_no_repeat_is_refused_that_the_share_of_nine_seconds_allows(now: float, firsts: int, later: float) -> None:
    """The other side: an allowance that granted nothing would be within every bound, too."""
    assert granted(busy(firsts, now), now + later, 100) == max(FLOOR, firsts // 10)
