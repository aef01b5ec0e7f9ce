"""Usage as one worker keeps it: reads the journal, adds up, and hands over to its thread every so often."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.journal.records import Asked, Served
from app.transport.caching.thread import BatchThread
from app.usage.keeper import Count, Find, Job, Keeper
from app.usage.question import Found, Question, add_counted
from app.usage.tally import Tally

WRITE_SECONDS: Final = 2.0
"""How often it is written. A worker that is killed takes with it what came since."""
PATIENCE_SECONDS: Final = 5.0
"""For so long an answer of the database is waited for."""
MOST_WAITING: Final = 16
"""So many questions may wait for a database that does not answer at all."""


class UsageBook:
    """A `Reader` of the journal.

    Args:
        path: The database file, which all workers of the machine share; None: this worker alone knows what it counts, for as
            long as it lives.
        keep_days: For how long it is kept.
        clock: Seconds since the epoch.
        patience_seconds: For how long an answer of the database is waited for.
    """

    def __init__(
        self,
        path: Path | None,
        keep_days: float,
        *,
        clock: Callable[[], float] = time.time,
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._patience_seconds = patience_seconds
        self._tally = Tally()
        self._keeper = Keeper(path, keep_days, clock)
        self._thread: BatchThread[Job] | None = None
        self._is_writing = False
        self._waiting = 0

    def read(self, served: Sequence[Served], asked: Sequence[Asked]) -> None:
        count_served, count_asked = self._tally.count_served, self._tally.count_asked
        for request in served:
            count_served(request)
        for exchange in asked:
            count_asked(exchange)

    async def open(self) -> None:
        """From here on it is written. Whether it can be shows later: the service does not depend on it."""
        self._thread = BatchThread("usage", self._keeper.work, self._keeper.gave_up)
        self._thread.start()
        self.write()

    async def close(self) -> None:
        """What was read is written by then."""
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.put(self._taken())
            await asyncio.to_thread(thread.finish)
            await asyncio.to_thread(self._keeper.close)

    def write(self) -> None:
        """Hands over what has come, to be called every `WRITE_SECONDS`. Nothing, while what was handed over is not written."""
        if self._thread is not None and not self._is_writing:
            self._thread.put(self._taken())

    async def find(self, question: Question) -> Found:
        """What all workers have written, and this one has read. Of a database that does not answer, as on a disk that hangs,
        only what was not handed over to it yet, and `trouble` says so.
        """
        if self._thread is None:
            raise RuntimeError("usage is asked for before its book was opened, or after it was closed")
        if self._waiting < MOST_WAITING:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._patience_seconds):
                    return await self._found_by(self._thread, question)
        found = Found(trouble="no answer of the database")
        add_counted(found, question, self._tally.rows)
        return found

    async def _found_by(self, thread: BatchThread[Job], question: Question) -> Found:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Found] = loop.create_future()

        def settle(found: Found | Exception) -> None:
            self._waiting -= 1
            if future.done():  # nobody waits any longer
                return
            if isinstance(found, Exception):
                future.set_exception(found)
            else:
                future.set_result(found)

        self._waiting += 1
        thread.put(self._taken())
        thread.put(Find(question, lambda found: _call_in(loop, settle, found)))
        return await future

    def _taken(self) -> Count:
        self._is_writing = True
        return Count(self._tally.take(), self._written)

    def _written(self) -> None:
        """In the thread."""
        self._is_writing = False


def _call_in(
    loop: asyncio.AbstractEventLoop, settle: Callable[[Found | Exception], None], found: Found | Exception
) -> None:
    with suppress(RuntimeError):  # the loop is closed, and nobody waits
        loop.call_soon_threadsafe(settle, found)
