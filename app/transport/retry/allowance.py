"""How many requests may be repeated: a share of those of the last ten seconds. Pure: the clock is passed in.

Without it, an upstream that fails is asked three times as often as one that is well, at the moment in which it can
bear that least.
"""

from typing import Final

WINDOW_SECONDS: Final = 10
FLOOR: Final = 10
"""So many repeats are granted however few requests there are: a quiet gateway would never be allowed one else."""

_BUCKETS: Final = WINDOW_SECONDS + 1


class Allowance:
    """A ring of buckets of one second. Every moment is seconds since any moment, not negative, never going back.

    What holds, exactly, with `repeats(a, b]` for the repeats that were granted after `a` and not after `b`, and
    `firsts(a, b]` for the first attempts that were counted then and not taken back:

    - when a repeat has been granted at `t`, `repeats(t - 10, t] <= max(FLOOR, percent * firsts(t - 10, t] / 100)`;
    - so in any ten seconds whatever, `repeats(t - 10, t] <= max(FLOOR, percent * firsts(t - 20, t] / 100)`.

    The edges of buckets err on the side of fewer: repeats count until they are between ten and eleven seconds old,
    first attempts until they are between nine and ten.

    It is a worker's own: several workers may grant the floor each.
    """

    __slots__ = ("_firsts", "_percent", "_repeats", "_second")

    def __init__(self, percent: float) -> None:
        self._percent = percent
        self._firsts = [0] * _BUCKETS
        self._repeats = [0] * _BUCKETS
        self._second = 0

    def count(self, now: float) -> None:
        """A first attempt begins. It counts from here on, or a burst that fails as a whole would grant nothing."""
        second = int(now)
        if second != self._second:
            self._turn(second)
        self._firsts[second % _BUCKETS] += 1

    def take_back(self, counted_at: float) -> None:
        """The first attempt that was counted then never left for upstream: it is no traffic of which to grant a share.

        While a breaker is open, callers may be turned away by the thousand in a second; a share of those would be a
        storm of repeats for an upstream that has just come back.
        """
        second = int(counted_at)
        if second > self._second - _BUCKETS:
            self._firsts[second % _BUCKETS] -= 1

    def grants(self, now: float) -> bool:
        """Whether one more repeat may be sent. If so, it has been counted."""
        second = int(now)
        if second != self._second:
            self._turn(second)
        oldest = (second + 1) % _BUCKETS  # where the next second will be counted
        firsts = sum(self._firsts) - self._firsts[oldest]
        if sum(self._repeats) >= max(FLOOR, int(firsts * self._percent / 100)):
            return False
        self._repeats[second % _BUCKETS] += 1
        return True

    def _turn(self, second: int) -> None:
        for passed in range(max(self._second, second - _BUCKETS) + 1, second + 1):
            self._firsts[passed % _BUCKETS] = self._repeats[passed % _BUCKETS] = 0
        self._second = second
