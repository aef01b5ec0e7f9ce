"""The clock as one of the sources of an answer: what tells ages is not given again for ever."""

from collections.abc import Callable, Hashable
from typing import Any, Final, Self

HOLDS_SECONDS: Final = 3_600.0
"""For so long ages that were reckoned once are told again, while nothing else has changed. They are told in days."""


class Reckoned:
    """A `Source` (app/call.py) that holds for an hour, whatever upstream says.

    Attributes:
        born_at: When the answer was reckoned, in seconds since the epoch.
        fresh_until: Until when it may be given again.
        status: Empty: no cache had a part in it.
        made: As in `Source`.
        size_bytes: It keeps nothing.
    """

    __slots__ = ("_clock", "born_at", "fresh_until", "made", "status")

    size_bytes: Final = 0

    def __init__(self, now: float, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.born_at = now
        self.fresh_until = now + HOLDS_SECONDS
        self.status = ""
        self.made: dict[object, Any] = {}

    def is_fresh(self, now: float) -> bool:
        return now < self.fresh_until

    def distrust(self) -> None:
        """Nobody reads it."""

    def derived(self, name: Hashable, make: Callable[[], bytes]) -> bytes:  # noqa: ARG002 -- it has no body to keep forms beside
        return make()

    async def again(self) -> Self | None:
        return self if self.is_fresh(self._clock()) else None
