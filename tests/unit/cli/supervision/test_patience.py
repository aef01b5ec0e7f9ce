"""How long the main process waits, and for what."""

import pytest

from app.cli.supervision.patience import LONGEST_PAUSE_SECONDS, away_seconds, pause_seconds


@pytest.mark.parametrize(("since", "away"), [(0.0, 0.0), (0.5, 0.0), (0.75, 0.25), (60.5, 60.0)])
def test_what_is_longer_than_between_two_looks_was_the_main_processs_own(since: float, away: float) -> None:
    assert away_seconds(since) == away


def test_who_has_served_is_replaced_at_once() -> None:
    assert pause_seconds(7, 5.0) == 0.0


def test_who_dies_young_is_replaced_within_a_second_nevertheless() -> None:
    assert 0 < pause_seconds(0, 0.1) < 1


def test_who_cannot_start_is_tried_ever_more_rarely_but_always_again() -> None:
    pauses = [pause_seconds(failed, None) for failed in range(1, 100)]
    assert pauses[:4] == [1.0, 2.0, 4.0, 8.0]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE_SECONDS
