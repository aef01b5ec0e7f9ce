"""One worker as the main process sees it."""

import multiprocessing
import signal
import socket
from enum import Enum
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Final

from app.cli.supervision import stacks
from app.cli.supervision.line import CANNOT, LEFT, LISTENS, RETIRE, Line
from app.cli.supervision.patience import START_SECONDS
from app.cli.supervision.signals import HEEDED
from app.place import WorkerPlace

MARGIN_SECONDS: Final = 5.0
"""How long after its drain and its grace a worker may take to close its sessions before it is killed."""


_IMPORTED: Final = "app.cli.worker.life"


class Stage(Enum):
    """What a worker is at."""

    STARTING = "starting"
    SERVING = "serving"
    RETIRING = "retiring"


class WorkerProcess:
    """A process, the line to it, and what it has said.

    Attributes:
        generation: Of the configuration that it has.
        has_left: Whether it retires and accepts no connection any more.
        place: What it was given.
        stage: What it is at.
        told: Why it cannot start; empty: it has not said so.
    """

    def __init__(
        self,
        process: ForkServerProcess,
        line: Line,
        stack: Connection,
        place: WorkerPlace,
        generation: int,
        now: float,
    ) -> None:
        """Besides its collaborators: `now`, as everywhere here, is seconds on the monotonic clock."""
        self._process = process
        self._stack = stack
        self._heard_at = now
        self._since = now
        self._patience_seconds = START_SECONDS
        self._leave_until: float | None = None
        self.line = line
        self.place = place
        self.generation = generation
        self.stage = Stage.STARTING
        self.has_left = False
        self.told = ""
        self.pid = process.pid or 0

    @property
    def sentinel(self) -> int:
        """Can be read once it has ended."""
        return self._process.sentinel

    @property
    def has_ended(self) -> bool:
        return not self._process.is_alive()

    @property
    def ended_well(self) -> bool:
        """Once it has ended: whether by itself, and without a failure."""
        return self._process.exitcode == 0

    @property
    def reason(self) -> str:
        """Why it has ended."""
        code = self._process.exitcode
        how = "with exit code" if code is None or code >= 0 else "by signal"
        return self.told or f"a worker ended {how} {abs(code or 0)}"

    def hear(self, now: float) -> None:
        """Takes what it has said since."""
        for word in self.line.hear():
            if self.stage is not Stage.STARTING:  # until it listens, it has so long in all
                self._heard_at = now
            if word == LISTENS:
                self.stage = Stage.SERVING
                self._since = self._heard_at = now
                self._patience_seconds = self.place.settings.server.hang_seconds
            elif word == LEFT:
                self.has_left = True
            elif word.startswith(CANNOT):
                self.told = word.removeprefix(CANNOT)

    def served_seconds(self, now: float) -> float | None:
        """How long it has listened; None: it never has."""
        return None if self.stage is Stage.STARTING else now - self._since

    def forgive(self, seconds: float) -> None:
        """So much of its silence was not its own fault."""
        self._heard_at += seconds

    def silent_seconds(self, now: float) -> float:
        """For how long it has been silent, if that is longer than it may be; else 0."""
        silent = now - self._heard_at
        return silent if silent > self._patience_seconds else 0.0

    def retire(self, now: float) -> None:
        """It shall leave the rest to others, and end."""
        self.stage = Stage.RETIRING
        self._leave_until = now + self.place.settings.server.graceful_shutdown_seconds + MARGIN_SECONDS
        self.line.tell(RETIRE)

    def is_overdue(self, now: float) -> bool:
        """Whether it should have left by now."""
        return self._leave_until is not None and now > self._leave_until

    def stacks(self) -> str:
        """Where its threads are, while it is alive."""
        return "" if self.is_stopped else stacks.stacks(self.pid, self._stack)

    @property
    def is_stopped(self) -> bool:
        """Whether somebody has stopped it."""
        return stacks.is_stopped(self.pid)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        self._process.join(max(0.0, seconds))
        return self.has_ended

    def kill(self) -> None:
        """Ends it at once, also when it is stopped."""
        self._process.kill()
        self._process.join()

    def close(self) -> None:
        """Once it has ended."""
        self.line.close()
        self._stack.close()
        self._process.join()
        self._process.close()


def started(place: WorkerPlace, listener: socket.socket, generation: int, now: float) -> WorkerProcess:
    """A new worker in this place.

    It is forked off a process that has imported everything and does nothing else: it serves within a quarter of a second, where
    to import all of it anew takes more than one, and longest when it matters most, on a machine with much to do.

    Raises:
        OSError, EOFError: No process can be had.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([_IMPORTED])
    ours, theirs = socket.socketpair()
    readable, writable = context.Pipe(duplex=False)
    process = context.Process(
        target=_work, args=(place, listener, theirs, writable), name=f"headgate-worker-{place.slot}", daemon=True
    )
    # Signals stay blocked in the workers for good, and in what they are forked off. The tracker comes first: starting it would
    # unblock them.
    resource_tracker.ensure_running()
    blocked_before = signal.pthread_sigmask(signal.SIG_BLOCK, HEEDED)
    try:
        process.start()
    except BaseException:
        ours.close()
        readable.close()
        raise
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked_before)
        theirs.close()
        writable.close()
    return WorkerProcess(process, Line(ours), readable, place, generation, now)


def _work(place: WorkerPlace, listener: socket.socket, line: socket.socket, stack: Connection) -> None:
    """What a worker process runs. Only there are Sanic and the whole application imported."""
    from app.cli.worker.life import work  # noqa: PLC0415 -- the main process stays small and starts at once

    work(place, listener, Line(line), stack)
