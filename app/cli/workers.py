"""The worker processes as the main process sees them: it starts them, watches them and ends them.

Sanic's own worker manager is not used: it hangs when it is told to stop while it starts, kills the process group of
whoever started it when a worker cannot start, and cuts what is in flight when a signal goes to the whole group. Here the
main process alone heeds signals. A pipe ties each worker to it: the worker writes one message into it, that it listens
or why it cannot, and stops when the pipe ends, be that on purpose or because the main process is dead.
"""

import multiprocessing
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from time import monotonic
from typing import Any, Final, TextIO

from app.logs.logger import logger_of
from app.settings import Settings

logger = logger_of(__name__)

STOPPING: Final = (signal.SIGTERM, signal.SIGINT)
# What a terminal or a service manager sends to all processes at once; only the main process shall act upon it.
BLOCKED: Final = (*STOPPING, signal.SIGHUP)
LISTENS: Final = ""
"""What a worker says when it listens; anything else is why it cannot."""
# A worker that cannot be replaced is tried again after this pause.
RESTART_SECONDS: Final = 1.0
# How long after its drain and its grace a worker may take to close its sessions before it is killed.
MARGIN_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    line: Connection
    listens: bool = False
    told: str = ""

    def hear(self) -> None:
        """Takes its message from the line, if there is one: an end without a message says nothing."""
        with suppress(EOFError, OSError):
            if self.line.poll():
                self.told = self.line.recv_bytes().decode()
                self.listens = self.told == LISTENS

    @property
    def reason(self) -> str:
        """Why it has ended."""
        code = self.process.exitcode
        how = "with exit code" if code is None or code >= 0 else "by signal"
        return self.told or f"a worker ended {how} {abs(code or 0)}"


class Workers:
    """As many workers as the settings say, from the first start to the last stop."""

    def __init__(
        self, settings: Settings, identity_key: bytes, listener: socket.socket, ledger: Path | None = None
    ) -> None:
        """Besides the settings and the socket.

        Args:
            identity_key: Reaches the workers through a pipe: neither a command line nor an environment shows it.
            ledger: The file in which they share what is known of quotas; None where there is one worker only.
        """
        self._settings = settings
        self._identity_key = identity_key
        self._ledger = ledger
        self._listener = listener
        self._context = multiprocessing.get_context("spawn")
        self._workers: list[_Worker] = []
        self._announced = False
        self._start_again_at: float | None = None

    def run(self, *, when_listening: Callable[[], None], errors: TextIO) -> int:
        """Serves until SIGTERM or SIGINT; the exit code.

        Args:
            when_listening: Called once, when every worker listens.
            errors: For the reason why they could not start.
        """
        with _stop_signal() as stop_signal:
            self._fill()
            try:
                while not self._happened(stop_signal):
                    for worker in tuple(self._workers):
                        worker.hear()
                        if not worker.process.is_alive():
                            worker.hear()
                            if not self._announced:
                                print(f"cannot start: {worker.reason}", file=errors, flush=True)
                                return 1
                            self._lose(worker)
                    if not self._announced and all(worker.listens for worker in self._workers):
                        self._announced = True
                        when_listening()
            finally:
                all_is_well = self._stop()
            return 0 if all_is_well else 1

    def _happened(self, stop_signal: socket.socket) -> bool:
        """Waits for something to look after. Whether it is the order to stop."""
        watched: list[Any] = [stop_signal, *(worker.process.sentinel for worker in self._workers)]
        watched += [worker.line for worker in self._workers if not worker.listens and not worker.told]
        pause = None if self._start_again_at is None else max(0.0, self._start_again_at - monotonic())
        happened = wait(watched, pause)
        if stop_signal in happened:
            return True
        if self._start_again_at is not None and monotonic() >= self._start_again_at:
            self._start_again_at = None
            self._fill()
        return False

    def _fill(self) -> None:
        while len(self._workers) < self._settings.server.workers:
            self._workers.append(self._started())

    def _started(self) -> _Worker:
        line, end_of_worker = self._context.Pipe()
        process = self._context.Process(
            target=_work,
            args=(self._settings, self._identity_key, self._ledger, self._listener, end_of_worker),
            name="headgate-worker",
            daemon=True,
        )
        # Signals stay blocked in the worker for good. The tracker comes first: starting it would unblock them.
        resource_tracker.ensure_running()
        blocked_before = signal.pthread_sigmask(signal.SIG_BLOCK, BLOCKED)
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked_before)
        end_of_worker.close()
        return _Worker(process, line)

    def _lose(self, worker: _Worker) -> None:
        """Another one takes its place: at once when it has served, else after a pause."""
        logger.error("a worker was lost", pid=worker.process.pid, reason=worker.reason)
        self._workers.remove(worker)
        _close(worker)
        if self._start_again_at is None:
            self._start_again_at = monotonic() + (0.0 if worker.listens else RESTART_SECONDS)

    def _stop(self) -> bool:
        """Ends every worker; whether all of them ended by themselves, and without a failure."""
        server = self._settings.server
        for worker in self._workers:
            worker.line.close()
        until = monotonic() + server.drain_seconds + server.graceful_shutdown_seconds + MARGIN_SECONDS
        all_is_well = True
        for worker in self._workers:
            worker.process.join(max(0.0, until - monotonic()))
            if worker.process.is_alive():
                logger.error("a worker did not stop in time and is killed", pid=worker.process.pid)
                worker.process.kill()
                worker.process.join()
            all_is_well = all_is_well and worker.process.exitcode == 0
            _close(worker)
        self._workers.clear()
        self._listener.close()
        return all_is_well


def _close(worker: _Worker) -> None:
    worker.line.close()
    worker.process.join()
    worker.process.close()


@contextmanager
def _stop_signal() -> Iterator[socket.socket]:
    """A socket that can be read once a signal has told us to stop."""
    readable, writable = socket.socketpair()
    writable.setblocking(False)
    former = {number: signal.signal(number, _noted) for number in STOPPING}
    former_descriptor = signal.set_wakeup_fd(writable.fileno(), warn_on_full_buffer=False)
    with readable, writable:
        try:
            yield readable
        finally:
            signal.set_wakeup_fd(former_descriptor)
            for number, handler in former.items():
                signal.signal(number, handler)


def _noted(number: int, frame: object) -> None:
    """Nothing: Python writes the number to the socket by itself."""


def _work(
    settings: Settings, identity_key: bytes, ledger: Path | None, listener: socket.socket, line: Connection
) -> None:
    """What a worker process runs. Only there are Sanic and the whole application imported."""
    from app.cli.worker import work  # noqa: PLC0415 -- the main process stays small and starts at once

    work(settings, identity_key, ledger, listener, line)
