"""Where a worker's threads are, asked from outside: it answers whatever it is busy with, as long as it is not stopped.

Python's faulthandler writes them in the signal's own handler, in C, without the interpreter's lock: files, lines and the
names of functions, and no value of any variable.
"""

import faulthandler
import os
import select
import signal
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic
from typing import Final

ASKED_BY: Final = signal.SIGUSR2
ANSWER_SECONDS: Final = 0.5
_QUIET_SECONDS: Final = 0.05
_MOST_BYTES: Final = 16_384
_STOPPED: Final = frozenset("Tt")


def answer_with_stacks(writable: Connection) -> None:
    """From now on this process writes them there when it is asked. What does not fit is not written: nobody waits."""
    os.set_blocking(writable.fileno(), False)
    faulthandler.register(ASKED_BY, file=writable.fileno(), all_threads=True, chain=False)


def stacks(pid: int, readable: Connection) -> str:
    """Those of the process, innermost calls first; empty where it does not answer."""
    descriptor = readable.fileno()
    os.set_blocking(descriptor, False)
    _read(descriptor)  # what somebody else has asked for
    with suppress(ProcessLookupError):
        os.kill(pid, ASKED_BY)
    until, told = monotonic() + ANSWER_SECONDS, b""
    while len(told) < _MOST_BYTES:
        patience = _QUIET_SECONDS if told else max(0.0, until - monotonic())
        if not select.select([descriptor], [], [], patience)[0]:
            break
        if not (more := _read(descriptor)):
            break
        told += more
    return told[:_MOST_BYTES].decode(errors="replace").strip()


def is_stopped(pid: int) -> bool:
    """Whether somebody has stopped it (SIGSTOP, a debugger). Where that cannot be seen: no."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in _STOPPED
    except (OSError, IndexError):
        return False


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65_536)
    except OSError:  # nothing is there, or it ended
        return b""
