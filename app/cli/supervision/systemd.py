"""What a service manager is told: that we are ready, reload, stop, and are alive (sd_notify(3), systemd.service(5)).

A datagram to the socket that NOTIFY_SOCKET names, and nothing where it names none. A manager that does not listen is no
reason not to serve.
"""

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Final

_MICROSECONDS: Final = 1_000_000


class ServiceManager:
    """As told by an environment."""

    def __init__(
        self, environ: Mapping[str, str], *, pid: int, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        """Besides the environment.

        Args:
            pid: Ours: WATCHDOG_PID may mean another process.
            monotonic: Seconds on CLOCK_MONOTONIC, which systemd has in common with us.
        """
        self._address = _address(environ.get("NOTIFY_SOCKET", ""))
        self._monotonic = monotonic
        self._status = ""
        self._alive_every = _watchdog_seconds(environ, pid) / 2
        self._alive_at = -self._alive_every

    def ready(self) -> None:
        """It serves; also after a reload."""
        self._tell("READY=1")

    def reloading(self) -> None:
        self._tell(f"RELOADING=1\nMONOTONIC_USEC={int(self._monotonic() * _MICROSECONDS)}")

    def stopping(self, seconds: float) -> None:
        """It stops, which may take so long."""
        self._tell(f"STOPPING=1\nEXTEND_TIMEOUT_USEC={int(seconds * _MICROSECONDS)}")

    def status(self, text: str) -> None:
        """One line for people."""
        if text != self._status:
            self._status = text
            self._tell(f"STATUS={text}")

    def alive(self) -> None:
        """All is well. Told as often as the watchdog wants it, however often it is called."""
        if self._alive_every and self._monotonic() >= self._alive_at + self._alive_every:
            self._alive_at = self._monotonic()
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if self._address is not None:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
                told.setblocking(False)
                told.sendto(state.encode(), self._address)


def _address(named: str) -> str | None:
    """A path, or a name in the abstract space, which is written with an @."""
    if named.startswith("@"):
        return "\0" + named[1:]
    return named if named.startswith(os.sep) else None


def _watchdog_seconds(environ: Mapping[str, str], pid: int) -> float:
    """How long the watchdog waits; 0: there is none, or it is not for us."""
    for_pid, microseconds = environ.get("WATCHDOG_PID", str(pid)), environ.get("WATCHDOG_USEC", "")
    if for_pid != str(pid) or not microseconds.isdecimal():
        return 0.0
    return int(microseconds) / _MICROSECONDS
