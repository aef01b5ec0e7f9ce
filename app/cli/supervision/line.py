"""The line between the main process and a worker: a pair of sockets, and a word on each line of text.

The worker beats (an empty line) as long as its event loop turns, and says that it listens, that it has left, or why it
cannot start. The main process says `retire` to one worker, or `stop` to all. When its end is closed without a word, it is
dead, and the worker stops, too.
Neither ever waits for the other: what does not fit into a full buffer is not said.
"""

import socket
from contextlib import suppress
from typing import Final

BEAT: Final = ""
LISTENS: Final = "listens"
LEFT: Final = "left"
"""A worker that retires accepts no connection any more."""
RETIRE: Final = "retire"
"""Leave the rest to others."""
STOP: Final = "stop"
"""All stop: nobody accepts connections any more."""
CANNOT: Final = "cannot "
"""Before the reason why a worker cannot start."""

BEAT_SECONDS: Final = 0.25
_CHUNK_BYTES: Final = 65_536


class Line:
    """One end of it.

    Attributes:
        has_ended: Whether the other end is closed.
    """

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(False)
        self._socket = end
        self._heard = b""
        self.has_ended = False

    def fileno(self) -> int:
        return self._socket.fileno()

    def tell(self, word: str) -> None:
        with suppress(OSError):  # the other one is gone, or has not listened for a minute
            self._socket.send(" ".join(word.splitlines()).encode() + b"\n")

    def hear(self) -> list[str]:
        """The words that have come since."""
        while not self.has_ended:
            try:
                chunk = self._socket.recv(_CHUNK_BYTES)
            except BlockingIOError:
                break
            except OSError:  # the other one died with something unheard
                chunk = b""
            self._heard += chunk
            self.has_ended = not chunk
        *words, self._heard = self._heard.split(b"\n")
        return [word.decode(errors="replace") for word in words]

    def close(self) -> None:
        self._socket.close()
