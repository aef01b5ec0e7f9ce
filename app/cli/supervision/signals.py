"""Signals as something to wait for, together with all else that the main process waits for."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

STOPPING: Final = (signal.SIGTERM, signal.SIGINT)
HEEDED: Final = (*STOPPING, signal.SIGHUP)
"""A terminal or a service manager sends them to all processes at once; the main process alone acts upon them."""


class Signals:
    """What has been signalled and not read yet."""

    def __init__(self, readable: socket.socket) -> None:
        readable.setblocking(False)
        self._readable = readable

    def fileno(self) -> int:
        return self._readable.fileno()

    def read(self) -> frozenset[int]:
        """The numbers of the signals that have come since; other ones than those heeded may be among them."""
        try:
            return frozenset(self._readable.recv(4096))
        except BlockingIOError:
            return frozenset()


@contextmanager
def heeded_signals() -> Iterator[Signals]:
    """For as long as the block runs, signals end nothing and are noted."""
    readable, writable = socket.socketpair()
    writable.setblocking(False)
    former = {number: signal.signal(number, _noted) for number in HEEDED}
    former_descriptor = signal.set_wakeup_fd(writable.fileno(), warn_on_full_buffer=False)
    with readable, writable:
        try:
            yield Signals(readable)
        finally:
            signal.set_wakeup_fd(former_descriptor)
            for number, handler in former.items():
                signal.signal(number, handler)


def _noted(number: int, frame: object) -> None:
    """Nothing: Python writes the number to the socket by itself."""


class Terminal:
    """The terminal that the command was started from, if there is one. When it is closed, SIGHUP comes, too, and means the
    end (signal(7)); unless it was to be ignored then, as `nohup` says.
    """

    def __init__(self) -> None:
        self._matters = _has_terminal() and signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN

    @property
    def is_gone(self) -> bool:
        """Whether it has been closed."""
        return self._matters and not _has_terminal()


def _has_terminal() -> bool:
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError:
        return False
    return True
