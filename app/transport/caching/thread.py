"""A thread that takes what has come in the meantime and works on all of it at once."""

import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Final, Generic, TypeVar

from app.logs.logger import logger_of

logger = logger_of(__name__)

T = TypeVar("T")
_BATCH: Final = 256


class BatchThread(Generic[T]):
    """Hands batches of jobs to `work`, one after the other.

    Args:
        name: Shown in a debugger.
        work: Gets a batch, in the thread. It answers for every job in it; what it raises is a fault of ours.
        failed: Gets the batch whose `work` raised, in the thread.
    """

    def __init__(self, name: str, work: Callable[[list[T]], None], failed: Callable[[list[T]], None]) -> None:
        self._work = work
        self._failed = failed
        self._queue: SimpleQueue[T | None] = SimpleQueue()
        # A daemon: a process that ends without closing its store does not wait for a disk.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, job: T) -> None:
        self._queue.put(job)

    def finish(self) -> None:
        """No more jobs after this one; returns when all are done."""
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        ended = False
        while not ended:
            batch: list[T] = []
            job = self._queue.get()
            while job is not None:
                batch.append(job)
                if len(batch) == _BATCH:
                    break
                try:
                    job = self._queue.get_nowait()
                except Empty:
                    break
            ended = job is None
            if batch:
                self._do(batch)

    def _do(self, batch: list[T]) -> None:
        try:
            self._work(batch)
        except Exception:
            # The thread must live, and whoever waits must be told, whatever happened.
            logger.exception("the work of a thread failed in a way that nobody foresaw", thread=self._thread.name)
            self._failed(batch)
