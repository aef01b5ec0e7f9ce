"""What a worker reads from the disk: every record is checked, and what is damaged is reported to be discarded."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Final

from app.transport.caching import database
from app.transport.caching.board import GENERATION, Board
from app.transport.caching.entry import Entry
from app.transport.caching.files import Files
from app.transport.caching.jobs import Count, Discard, Find, ReadJob
from app.transport.caching.record import Corrupt, decoded
from app.transport.caching.tier import VARIANTS_LIMIT
from app.transport.caching.trouble import FAILURES, Failure, Trouble, is_damage, reason

_PATIENCE_SECONDS: Final = 1.0


class Reader:
    """Belongs to one thread.

    Args:
        damaged: Is told of rows, or of a whole database, that cannot be used.
    """

    def __init__(self, files: Files, board: Board, trouble: Trouble, damaged: Callable[[Discard], None]) -> None:
        self._files = files
        self._board = board
        self._trouble = trouble
        self._damaged = damaged
        self._connection: sqlite3.Connection | None = None
        self._generation = 0

    def read(self, jobs: Sequence[ReadJob]) -> None:
        """Answers each, with nothing if need be."""
        try:
            connection = self._connected()
            if connection is None:
                return
            for job in jobs:
                if isinstance(job, Find):
                    job.entries = self._found(connection, job)
                else:
                    _count(connection, job)
        except FAILURES as failure:
            self._fail(failure)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> sqlite3.Connection | None:
        generation = self._board.words[GENERATION]
        if generation != self._generation:
            self.close()
            self._generation = generation
        if self._connection is None and generation:
            self._connection = database.connect(self._files.path(generation), timeout_seconds=_PATIENCE_SECONDS)
        return self._connection

    def _found(self, connection: sqlite3.Connection, job: Find) -> tuple[Entry, ...]:
        entries = []
        corrupt = []
        for row, data in database.records(connection, job.number, VARIANTS_LIMIT):
            try:
                entries.append(decoded(data, job.name))
            except Corrupt:
                corrupt.append(row)
        if corrupt:
            self._damaged(Discard(self._generation, corrupt))
        return tuple(entries)

    def _fail(self, failure: Failure) -> None:
        self.close()
        if is_damage(failure) or not self._files.path(self._generation).exists():
            self._damaged(Discard(self._generation, []))
        else:
            self._trouble.note(reason(failure))


def _count(connection: sqlite3.Connection, job: Count) -> None:
    job.entries, job.bytes, _ = database.totals(connection)
