"""What is done with usage beside the event loop, in one thread: counted into the database, looked after, looked up."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.usage import database
from app.usage.file import UsageFile
from app.usage.moments import detailed_from
from app.usage.question import Found, Question, add_counted
from app.usage.sums import DAY_SECONDS, Row, Sums
from app.usage.tally import Tally
from app.usage.trouble import FAILURES, Failure, Trouble, is_damage, reason


@dataclass(frozen=True, slots=True)
class Count:
    """This is to be added to what is kept; `done` is called afterwards, in the thread, whatever came of it."""

    rows: dict[Row, Sums]
    done: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Find:
    """This is asked; `found` is called with the answer, in the thread."""

    question: Question
    found: Callable[[Found | Exception], None]


Job = Count | Find


class Keeper:
    """Belongs to one thread, and knows nothing of the event loop.

    Args:
        path: The database file; None: all is kept in memory.
        keep_days: For how long.
        clock: Seconds since the epoch.
    """

    def __init__(self, path: Path | None, keep_days: float, clock: Callable[[], float]) -> None:
        self._trouble = Trouble(clock)
        self._file = None if path is None else UsageFile(path, clock, self._trouble.set_aside)
        self._keep_seconds = keep_days * DAY_SECONDS
        self._clock = clock
        self._unwritten = Tally()
        self._looked_after_at = float("-inf")

    def work(self, jobs: Sequence[Job]) -> None:
        """Does all of them, in their order as far as it matters. Never raises for what is the matter with a file."""
        for job in jobs:
            if isinstance(job, Count):
                self._unwritten.add(job.rows)
        self._write()
        for job in jobs:
            if isinstance(job, Count):
                job.done()
            else:
                job.found(self.find(job.question))

    def gave_up(self, jobs: Sequence[Job]) -> None:
        """`work` failed by a fault of ours: nobody waits for it any longer."""
        for job in jobs:
            if isinstance(job, Count):
                job.done()
            else:
                job.found(RuntimeError("usage could not be looked up"))

    def find(self, question: Question) -> Found:
        """What all workers have written, and this one has not."""
        found = Found()
        if self._file is not None:
            try:
                database.find(self._file.connected(), question, found)
                found.shared = True
            except FAILURES as failure:
                found = Found()
                self._trouble.note(reason(failure))
                self._give_up_if_damaged(self._file, failure)
        add_counted(found, question, self._unwritten.rows)
        found.trouble = self._trouble.now
        return found

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self) -> None:
        if self._file is None:
            self._look_after_memory()
            return
        try:
            self._heal_and_write(self._file)
        except FAILURES as failure:
            self._trouble.note(reason(failure))
            self._look_after_memory()
        else:
            self._trouble.over()

    def _heal_and_write(self, file: UsageFile) -> None:
        try:
            self._write_to(file.connected())
        except sqlite3.Error as failure:
            if not is_damage(failure) or not file.condemn():
                raise
            self._write_to(file.connected())

    def _give_up_if_damaged(self, file: UsageFile, failure: Failure) -> None:
        """What was only read from need not show in the next round, when something is written."""
        if is_damage(failure):
            with suppress(*FAILURES):
                file.condemn()

    def _write_to(self, connection: sqlite3.Connection) -> None:
        if self._unwritten.rows:
            database.count(connection, self._unwritten.rows)
            self._unwritten.take()
        now = self._clock()
        if self._is_time(now):
            database.look_after(connection, now, self._keep_seconds)
            self._looked_after_at = now

    def _look_after_memory(self) -> None:
        now = self._clock()
        if self._is_time(now):
            self._unwritten.fold_into_hours(detailed_from(now))
            self._unwritten.forget_before(int(now - self._keep_seconds))
            self._looked_after_at = now

    def _is_time(self, now: float) -> bool:
        return abs(now - self._looked_after_at) >= database.UPKEEP_SECONDS
