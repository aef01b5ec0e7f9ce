"""The end of a wait whose time may grow."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

from app.call import Call


class Watch:
    """Ends the wait of one whose time is over. Its time may grow while it waits (`Call.begin_until`)."""

    __slots__ = ("_call", "_error", "_future", "_timer")

    def __init__(self, future: "asyncio.Future[Any]", call: Call, error: Callable[[], Exception]) -> None:
        self._future = future
        self._call = call
        self._error = error
        self._timer: asyncio.TimerHandle | None = None
        self._look()

    def _look(self) -> None:
        loop, until = self._future.get_loop(), self._call.begin_until
        if self._future.done():
            return
        if until <= loop.time():
            self._future.set_exception(self._error())
        elif until < inf:
            self._timer = loop.call_at(until, self._look)

    def end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
