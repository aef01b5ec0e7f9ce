"""Takes connections from the socket that all workers share.

Not by the event loop's own server: libuv accepts one connection in a turn (its change 3696), and a turn that serves a thousand
callers takes a twentieth of a second. When a worker is lost, those who were connected to it would come back one by one.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, Final

from app.logs.logger import logger_of

logger = logger_of(__name__)

BACKLOG: Final = 1024
AT_ONCE: Final = 32
"""In one turn of the event loop; the rest is for the other workers, or for the next."""
PAUSE_SECONDS: Final = 0.5
TELL_SECONDS: Final = 10.0
"""Not more often is it logged: whoever floods us with connections shall not flood the log, too."""
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class Acceptor:
    """One worker's.

    Attributes:
        beginning: Connections that are not among those that are served yet: in their handshake, as a rule. By their tasks.
    """

    def __init__(
        self,
        listener: socket.socket,
        protocol: Callable[[], asyncio.Protocol],
        connections: set[Any],
        *,
        most: int,
        tls: ssl.SSLContext | None,
        handshake_seconds: float,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Besides its collaborators.

        Args:
            connections: Those that are served; who gets in puts itself there.
            most: How many there may be. Those beyond are closed as they come, before anything is read.
            tls: None: plain HTTP.
            handshake_seconds: How long TLS may take to be agreed upon.
            clock: Monotonic seconds.
        """
        self._listener = listener
        self._protocol = protocol
        self._connections = connections
        self._most = most
        self._tls: dict[str, Any] = {} if tls is None else {"ssl": tls, "ssl_handshake_timeout": handshake_seconds}
        self._clock = clock
        self._turned_away = 0
        self._tell_at = 0.0
        self._resuming: asyncio.TimerHandle | None = None
        self.beginning: dict[asyncio.Task[None], asyncio.Protocol] = {}

    def start(self) -> None:
        self._listener.setblocking(False)
        self._listener.listen(BACKLOG)
        self._resume()

    def stop(self) -> None:
        """Leaves the rest to the other workers: the socket is theirs, too."""
        if self._resuming is not None:
            self._resuming.cancel()
        asyncio.get_running_loop().remove_reader(self._listener)

    def refuse(self) -> None:
        """For all workers: nobody shall wait for an answer that will not come."""
        with suppress(OSError):  # another worker was first
            self._listener.shutdown(socket.SHUT_RDWR)

    def _resume(self) -> None:
        self._resuming = None
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def _accept(self) -> None:
        room = self._room()
        for _ in range(AT_ONCE):
            try:
                connection, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):  # another worker was first, or who came has left
                return
            except OSError as error:
                if error.errno in _EXHAUSTED:
                    self._pause(error)
                else:  # another worker has shut it down for all
                    self.stop()
                return
            if room > 0:
                room -= 1
                connection.setblocking(False)
                protocol = self._protocol()
                task = asyncio.get_running_loop().create_task(self._begin(connection, protocol))
                self.beginning[task] = protocol
                task.add_done_callback(self.beginning.pop)
            else:
                connection.close()
                self._tell_turned_away()

    def _room(self) -> int:
        """For how many more; exact where it matters. Who has just been let in is for a moment among both."""
        room = self._most - len(self._connections) - len(self.beginning)
        if room < AT_ONCE:
            room += sum(protocol in self._connections for protocol in self.beginning.values())
        return room

    async def _begin(self, connection: socket.socket, protocol: asyncio.Protocol) -> None:
        loop = asyncio.get_running_loop()
        try:
            await loop.connect_accepted_socket(lambda: protocol, connection, **self._tls)
        except OSError:  # what came was no handshake, or took too long: SSLError and TimeoutError are OSErrors
            connection.close()

    def _pause(self, error: OSError) -> None:
        """Others may still have what is missing here, and some connections may end meanwhile."""
        logger.error("no connection can be accepted", reason=error.strerror)
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._resuming = loop.call_later(PAUSE_SECONDS, self._resume)

    def _tell_turned_away(self) -> None:
        self._turned_away += 1
        if (now := self._clock()) >= self._tell_at:
            logger.warning("connections were turned away", connections=self._turned_away, most=self._most)
            self._turned_away, self._tell_at = 0, now + TELL_SECONDS
