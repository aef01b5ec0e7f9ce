"""An event loop on which a minute takes as long as its work does: where it would wait, its clock jumps."""

import asyncio
import selectors


class Jumping(selectors.SelectSelector):
    """No sockets are watched; to wait is to move the clock."""

    now = 1_000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise AssertionError("somebody waits for what never comes")
        self.now += max(timeout, 0.0)
        return []


class VirtualTime(asyncio.SelectorEventLoop):
    """`time()` counts virtual seconds. Where everybody waits and nothing will ever happen, it fails."""

    def __init__(self) -> None:
        self._jumping = Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now
