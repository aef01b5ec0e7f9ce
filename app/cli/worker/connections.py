"""How many connections a worker keeps open. Those beyond are closed as they come, before anything is read."""

from collections.abc import Callable
from time import monotonic
from typing import Any, Final

from app.api.protocol import EdgeProtocol
from app.logs.logger import logger_of

logger = logger_of(__name__)

TELL_SECONDS: Final = 10.0
"""Not more often is it logged: whoever floods us with connections shall not flood the log, too."""


class Door:
    """Lets in as many as there is room for."""

    def __init__(self, most: int, *, clock: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._clock = clock
        self._turned_away = 0
        self._tell_at = 0.0

    def has_room(self, open_connections: int) -> bool:
        """Whether one more may come in."""
        if open_connections < self._most:
            return True
        self._turned_away += 1
        if (now := self._clock()) >= self._tell_at:
            logger.warning("connections were turned away", connections=self._turned_away, most=self._most)
            self._turned_away, self._tell_at = 0, now + TELL_SECONDS
        return False


class Connection(EdgeProtocol):
    """One connection, if there is room for it."""

    __slots__ = ("_door",)

    def __init__(self, *, door: Door, **given: Any) -> None:
        super().__init__(**given)
        self._door = door

    def connection_made(self, transport: Any) -> None:
        if self._door.has_room(len(self.connections)):
            super().connection_made(transport)  # type: ignore[no-untyped-call]  # Sanic's
        else:
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.conn_info is not None:  # it had been let in
            super().connection_lost(exc)  # type: ignore[no-untyped-call]  # Sanic's
