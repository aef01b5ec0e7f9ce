"""Starts workers, watches them, replaces them one after the other, and ends them.

Sanic's own worker manager is not used (docs/decisions/0008). Here the main process alone heeds signals, and does one thing
at a time: it waits until something has happened, or half a second, and looks after everything.
"""

import selectors
import signal
import socket
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import replace
from time import monotonic
from typing import Final, TextIO

from app.cli.supervision.line import STOP, Line
from app.cli.supervision.patience import LOOK_SECONDS, away_seconds, pause_seconds
from app.cli.supervision.reloading import Reloading
from app.cli.supervision.rolling import Crew
from app.cli.supervision.signals import STOPPING, Signals, Terminal, heeded_signals
from app.cli.supervision.systemd import ServiceManager
from app.cli.supervision.worker_process import MARGIN_SECONDS, Stage, WorkerProcess, started
from app.logs.logger import logger_of
from app.metrics.losses import Losses, Reason
from app.place import WorkerPlace

logger = logger_of(__name__)

DIED: Final[Reason] = "died"
HUNG: Final[Reason] = "hung"
RELOADED: Final = "reload"


class CannotStart(Exception):
    """A worker did not come up the first time; the text says why."""


class Supervisor:
    """As many workers as the settings say, from the first start to the last stop."""

    def __init__(
        self,
        place: WorkerPlace,
        listener: socket.socket,
        reloading: Reloading,
        manager: ServiceManager,
        losses: Losses,
    ) -> None:
        """Besides its collaborators.

        Args:
            place: What all workers are given; each gets its slot.
            listener: Bound; the workers accept from it.
        """
        self._place = place
        self._listener = listener
        self._reloading = reloading
        self._manager = manager
        self._workers: list[WorkerProcess] = []
        self._generation = 0
        self._counted = losses
        self._losses: deque[str] = deque()
        self._starts_failed = 0
        self._start_at = 0.0
        self._is_announced = False
        self._selector = selectors.DefaultSelector()

    def run(self, *, when_listening: Callable[[], None], errors: TextIO) -> int:
        """Serves until SIGTERM or SIGINT; the exit code.

        Args:
            when_listening: Called once, when every worker listens.
            errors: For the reason why they could not start.
        """
        terminal = Terminal()
        with ExitStack() as until_the_end:
            until_the_end.enter_context(self._selector)
            signals = until_the_end.enter_context(heeded_signals())
            self._selector.register(signals, selectors.EVENT_READ)
            try:
                self._serve(signals, terminal, when_listening)
            except CannotStart as error:
                print(f"cannot start: {error}", file=errors, flush=True)
                return 1
            finally:
                all_is_well = self._stop()
            return 0 if all_is_well else 1

    def _serve(self, signals: Signals, terminal: Terminal, when_listening: Callable[[], None]) -> None:
        looked_at = monotonic()
        while True:
            self._fill(monotonic())
            happened = {key.data for key, _ in self._selector.select(LOOK_SECONDS)}
            now = monotonic()
            away, looked_at = away_seconds(now - looked_at), now
            told = signals.read()
            if not told.isdisjoint(STOPPING) or (signal.SIGHUP in told and terminal.is_gone):
                return
            for worker in tuple(self._workers):
                worker.forgive(away)
                if worker in happened:
                    self._hear(worker, now)
                self._look_after(worker, now)
            if signal.SIGHUP in told:
                self._reloading.is_asked = True
            self._roll(now)
            if not self._is_announced and self._crew().is_complete:
                self._is_announced = True
                when_listening()
                self._manager.ready()
            self._tell_manager()

    def _tell_manager(self) -> None:
        serving = sum(worker.stage is Stage.SERVING for worker in self._workers)
        if self._is_announced and serving:  # if none can be started any more, the manager shall try it anew
            self._manager.status(f"{serving} of {self._place.settings.server.workers} workers serve")
            self._manager.alive()

    def _hear(self, worker: WorkerProcess, now: float) -> None:
        former = worker.stage
        worker.hear(now)
        if worker.stage is Stage.SERVING and former is Stage.STARTING:
            self._starts_failed = 0
        if worker.line.has_ended:  # it could be read for ever
            self._unwatch(worker.line)

    def _look_after(self, worker: WorkerProcess, now: float) -> None:
        if worker.has_ended:
            worker.hear(now)  # its last words
            if worker.stage is not Stage.RETIRING:
                self._lose(worker, DIED, worker.reason, now)
            else:
                if not worker.ended_well:
                    logger.error("a worker failed while it retired", pid=worker.pid, reason=worker.reason)
                self._forget(worker)
        elif silent := worker.silent_seconds(now):
            self._end_hung(worker, silent, now)
        elif worker.is_overdue(now):
            logger.error("a worker did not leave in time and is killed", pid=worker.pid)
            worker.kill()
            self._forget(worker)

    def _end_hung(self, worker: WorkerProcess, silent: float, now: float) -> None:
        what = "did not listen" if worker.stage is Stage.STARTING else "did not turn its event loop"
        logger.error(
            "a worker hangs and is killed",
            pid=worker.pid,
            stage=worker.stage.value,
            seconds=round(silent, 1),
            stopped=worker.is_stopped,
            stacks=worker.stacks(),
        )
        worker.kill()
        if worker.stage is Stage.RETIRING:
            self._forget(worker)
        else:
            self._lose(worker, HUNG, f"a worker {what} for {silent:.0f} s", now)

    def _lose(self, worker: WorkerProcess, how: Reason, reason: str, now: float) -> None:
        """Another one takes its place: at once when it has served, else after a pause."""
        if not self._is_announced:
            raise CannotStart(reason)
        logger.error("a worker was lost", pid=worker.pid, reason=reason)
        served = worker.served_seconds(now)
        self._counted.count("not_started" if served is None else how)
        if served is None and self._reloading.is_under_way and worker.generation == self._generation:
            self._give_up(reason)
        else:
            self._starts_failed = self._starts_failed + 1 if served is None else 0
            self._losses.append(how)
            start_at = now + pause_seconds(self._starts_failed, served)
            # One that fails again and again does not keep another from being replaced.
            self._start_at = min(start_at, self._start_at) if self._start_at > now else start_at
        self._forget(worker)

    def _roll(self, now: float) -> None:
        """Takes the next steps from one configuration to another."""
        retiring = [worker for worker in self._workers if worker.stage is Stage.RETIRING]
        # Not before those of the last time are gone: so there are never more than twice as many as shall serve.
        if self._reloading.is_asked and self._is_announced and not self._reloading.is_under_way and not retiring:
            self._begin_reload()
        outdated = [worker for worker in self._active if worker.generation != self._generation]
        for worker in outdated[: self._crew().to_retire]:
            worker.retire(now)
            retiring.append(worker)
        if self._reloading.is_under_way and self._crew().is_complete and all(each.has_left for each in retiring):
            self._reloading.done()
            self._manager.ready()

    def _begin_reload(self) -> None:
        self._manager.reloading()
        place = self._reloading.begin(self._place)
        if place is None:
            self._manager.ready()
            return
        self._place = place
        self._generation += 1

    def _give_up(self, reason: str) -> None:
        """Back to the configuration before: those who still have it are up to date again, and the new ones outdated."""
        self._place = self._reloading.give_up(reason)
        self._generation += 1
        for worker in self._workers:
            if worker.generation == self._generation - 2:
                worker.generation = self._generation
        self._manager.ready()

    def _fill(self, now: float) -> None:
        if now < self._start_at:
            return
        crew = self._crew()
        if crew.is_complete:
            self._losses.clear()
        for _ in range(crew.to_start):
            replaces = self._losses.popleft() if self._losses else (RELOADED if crew.outdated else "")
            slot = _lowest_free({worker.place.slot for worker in self._workers})
            place = replace(self._place, slot=slot, replaces=replaces)
            try:
                worker = started(place, self._listener, self._generation, now)
            except (OSError, EOFError) as error:
                reason = f"no process can be had for a worker: {error}"
                if not self._is_announced:
                    raise CannotStart(reason) from None
                logger.error("a worker cannot be started", reason=reason)  # noqa: TRY400 -- the reason says it all
                self._losses.appendleft(replaces or DIED)
                self._starts_failed += 1
                self._start_at = now + pause_seconds(self._starts_failed, None)
                return
            self._workers.append(worker)
            self._selector.register(worker.line, selectors.EVENT_READ, worker)
            self._selector.register(worker.sentinel, selectors.EVENT_READ, worker)

    @property
    def _active(self) -> list[WorkerProcess]:
        return [worker for worker in self._workers if worker.stage is not Stage.RETIRING]

    def _crew(self) -> Crew:
        current = [worker.stage for worker in self._active if worker.generation == self._generation]
        serving = current.count(Stage.SERVING)
        return Crew(
            wanted=self._place.settings.server.workers,
            starting=len(current) - serving,
            serving=serving,
            outdated=len(self._active) - len(current),
        )

    def _forget(self, worker: WorkerProcess) -> None:
        self._unwatch(worker.line)
        self._unwatch(worker.sentinel)
        self._workers.remove(worker)
        worker.close()

    def _unwatch(self, readable: Line | int) -> None:
        with suppress(KeyError):  # it is not watched any more
            self._selector.unregister(readable)

    def _stop(self) -> bool:
        """Ends every worker; whether all of them ended by themselves, and without a failure."""
        server = self._place.settings.server
        seconds = server.drain_seconds + server.graceful_shutdown_seconds + MARGIN_SECONDS
        self._manager.stopping(seconds)
        for worker in self._workers:
            worker.line.tell(STOP)
            worker.line.close()
        until = monotonic() + seconds
        all_is_well = True
        for worker in self._workers:
            if not worker.wait(until - monotonic()):
                logger.error("a worker did not stop in time and is killed", pid=worker.pid)
                worker.kill()
            all_is_well = all_is_well and worker.ended_well
            worker.close()
        self._workers.clear()
        self._listener.close()
        return all_is_well


def _lowest_free(taken: set[int]) -> int:
    return next(number for number in range(len(taken) + 1) if number not in taken)
