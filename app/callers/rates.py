"""How often a key may ask: so many requests in a window, by the generic cell rate algorithm (ITU-T I.371, annex A).

All that is remembered of a caller is one moment, its *due* moment: when all of its requests would be paid for at an even
pace. Who has not asked for a window may ask for the whole quota at once; then requests come back evenly.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from app.callers.caller import RateState

NANOSECONDS: Final = 10**9
WINDOWS: Final = {"s": 1, "min": 60, "h": 3_600, "day": 86_400}
"""In seconds, by how they are written."""
HIGHEST_QUOTA: Final = 1_000_000

EXPECTED_RATE: Final = "requests per window, such as 10/s, 100/min, 5000/h or 20000/day"

_RATE: Final = re.compile(r"([1-9][0-9]{0,6})/(s|min|h|day)")


@dataclass(frozen=True)
class RateRule:
    """So many requests (`quota`) in so many seconds."""

    quota: int
    window_seconds: int

    @cached_property
    def step_nanoseconds(self) -> int:
        """What each request takes of the window."""
        return self.window_seconds * NANOSECONDS // self.quota

    @property
    def span_nanoseconds(self) -> int:
        """What the quota takes: the window, but for a rest of the division."""
        return self.step_nanoseconds * self.quota


def parse_rate(text: str) -> RateRule:
    """Reads `100/min`.

    Raises:
        ValueError: It is none. The message finishes the sentence "expected …".
    """
    found = _RATE.fullmatch(text.strip())
    if found is None or int(found[1]) > HIGHEST_QUOTA:
        raise ValueError(EXPECTED_RATE)
    return RateRule(int(found[1]), WINDOWS[found[2]])


def taken(due: int, now: int, step: int, span: int) -> int:
    """The due moment after one more request; 0: it is one too many, and the moment stays. All in nanoseconds.

    Args:
        due: What is remembered; in the past: nothing is owed.
        now: On the same clock.
        step: Of the rule.
        span: How far ahead of now it may be: the steps of the whole quota.
    """
    after = max(due, now) + step
    return 0 if after - now > span else after


def state(due: int, now: int, rule: RateRule, *, refused: bool = False) -> RateState:
    """What a caller is told.

    Args:
        due: After its request, if that was taken. In nanoseconds.
        now: The same.
        rule: Its limit.
        refused: Whether it was not.
    """
    step, quota = rule.step_nanoseconds, rule.quota
    owed = due - now if due > now else 0
    reset_seconds = -(-owed // NANOSECONDS)
    if not refused:
        return RateState(quota, rule.window_seconds, quota - -(-owed // step), reset_seconds, 0.0)
    retry_after_seconds = max(owed - step * (quota - 1), 1) / NANOSECONDS
    return RateState(quota, rule.window_seconds, 0, reset_seconds, retry_after_seconds)
