"""How late the event loop comes to what is due."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

TICK_SECONDS: Final = 0.1
KEPT: Final = 1_000
"""Where nobody takes them for a while."""


class LoopLag:
    """Is told of each tick, which is due so long after the one before."""

    def __init__(self, clock: Callable[[], float], tick_seconds: float = TICK_SECONDS) -> None:
        """`clock`: monotonic seconds."""
        self._clock = clock
        self._tick_seconds = tick_seconds
        self._due_at: float | None = None
        self._late: deque[float] = deque(maxlen=KEPT)

    def tick(self) -> None:
        """To be called every `tick_seconds`."""
        now = self._clock()
        if self._due_at is not None:
            self._late.append(max(0.0, now - self._due_at))
        self._due_at = self._clock() + self._tick_seconds

    def taken(self) -> Sequence[float]:
        """How late each tick was since the last time, in seconds."""
        late = tuple(self._late)
        self._late.clear()
        return late
