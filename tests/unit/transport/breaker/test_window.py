"""What a window forgets and what it does not, whatever the times."""

from hypothesis import given
from hypothesis import strategies as st

from app.transport.breaker.window import Window

WINDOW_SECONDS = 10.0

moments = st.lists(st.tuples(st.floats(0, 40, allow_subnormal=False), st.booleans()), max_size=60).map(sorted)


@given(outcomes=moments, begun_at=st.sampled_from([0.0, 0.3, 1e5, 3e7]), idle=st.floats(0, 30))
def test_nothing_before_nine_tenths_are_over_and_everything_after_the_whole(
    outcomes: list[tuple[float, bool]], begun_at: float, idle: float
) -> None:
    window = Window(WINDOW_SECONDS)
    for at, failed in outcomes:
        (window.add_failure if failed else window.add_success)(begun_at + at)
    now = begun_at + max([at for at, _ in outcomes], default=0.0) + idle

    requests, failures = window.totals(now)

    rounding = 1e-6
    ages = [(now - (begun_at + at), failed) for at, failed in outcomes]
    surely = [failed for age, failed in ages if age <= WINDOW_SECONDS * 0.9 - rounding]
    perhaps = [failed for age, failed in ages if age < WINDOW_SECONDS + rounding]
    assert len(surely) <= requests <= len(perhaps)
    assert sum(surely) <= failures <= sum(perhaps)
    assert window.totals(now) == (requests, failures)


def test_an_empty_one_has_seen_nothing() -> None:
    assert Window(WINDOW_SECONDS).totals(12_345.6) == (0, 0)


def test_a_clock_that_stands_still_counts_on() -> None:
    window = Window(WINDOW_SECONDS)
    for _ in range(3):
        window.add_failure(7.0)

    assert window.totals(7.0) == (3, 3)


def test_what_is_cleared_is_forgotten_at_once() -> None:
    window = Window(WINDOW_SECONDS)
    window.add_failure(7.0)
    window.clear()
    assert window.totals(7.0) == (0, 0)

    window.add_success(7.5)
    assert window.totals(7.5) == (1, 0)
