"""How many requests ended in the last seconds, and how many of them failed. Pure: the clock is passed in."""

from collections import deque
from itertools import repeat
from math import inf
from typing import Final

BUCKETS: Final = 10
_NOTHING: Final = (0, 0)


class Window:
    """A ring of ten buckets of time. What is a whole window old is forgotten, and nothing before nine tenths of one.

    Every moment is seconds since any moment, never going back. To count costs a comparison and an increment: only a
    failure has to know the totals.
    """

    __slots__ = ("_bucket_seconds", "_ends_at", "_failures", "_index", "_past", "_requests")

    def __init__(self, seconds: float) -> None:
        self._bucket_seconds = seconds / BUCKETS
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        self._past = deque(repeat(_NOTHING, BUCKETS - 1), BUCKETS - 1)
        self._index = 0
        self._ends_at = -inf
        self._requests = self._failures = 0  # of the bucket that is being filled

    def add_success(self, now: float) -> None:
        if now >= self._ends_at:
            self._turn(now)
        self._requests += 1

    def add_failure(self, now: float) -> None:
        self.add_success(now)
        self._failures += 1

    def totals(self, now: float) -> tuple[int, int]:
        """How many requests ended, and how many of those failed."""
        if now >= self._ends_at:
            self._turn(now)
        requests, failures = self._requests, self._failures
        for past_requests, past_failures in self._past:
            requests += past_requests
            failures += past_failures
        return requests, failures

    def _turn(self, now: float) -> None:
        index = int(now // self._bucket_seconds)
        passed = index - self._index
        if passed > 0:
            self._past.append((self._requests, self._failures))
            self._past.extend(repeat(_NOTHING, min(passed - 1, BUCKETS - 1)))
            self._requests = self._failures = 0
            self._index = index
        self._ends_at = (index + 1) * self._bucket_seconds
