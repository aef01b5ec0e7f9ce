"""The database file that counts now, for those who write: found or made, healed by a new one, looked after.

Writers of all workers take turns by a lock in the board, which the kernel frees when its holder dies: no polling of
SQLite's own, and stamps are written in the order of the commits that they tell of.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from secrets import randbits
from typing import Final

from app.transport.caching import changes, database
from app.transport.caching.board import GENERATION, REBUILDING, WRITING, Board, Unusable
from app.transport.caching.database import Unfit
from app.transport.caching.files import Files
from app.transport.caching.presence import Presence
from app.transport.caching.trouble import FAILURES, Busy, Trouble, is_damage, reason

_PATIENCE_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.0005
_CHECKPOINT_BYTES: Final = 4 << 20
# Free pages are given back to the disk when they are more than a quarter of the file, so many at a time.
_FREE_SHARE: Final = 4
_FREE_PAGES: Final = 16384


class PresentDatabase:
    """Belongs to one thread.

    Attributes:
        generation: Of the file that `connected` has given last.
    """

    def __init__(
        self,
        files: Files,
        board: Board,
        presence: Presence,
        trouble: Trouble,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """Besides its collaborators.

        Args:
            clock: Seconds since the epoch.
            sleep: Waits between two looks whether it is our turn.
        """
        self._files = files
        self._board = board
        self._presence = presence
        self._trouble = trouble
        self._clock = clock
        self._sleep = sleep
        self._connection: sqlite3.Connection | None = None
        self._unchecked_bytes = 0
        self._sequence = 0
        self.generation = 0

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return int(self._clock() * 1e9)

    def next_sequence(self, newest: int = 0) -> int:
        """A number that no change has had, nor will have.

        Args:
            newest: The newest number in the database.
        """
        self._sequence = max(max(self._sequence, newest, self._board.epoch) + 1, self.now())
        return self._sequence

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While no other worker writes.

        Raises:
            Busy: It is not our turn in time.
        """
        locks = self._board.locks
        if locks is None:
            raise Unusable("no memory can be shared with other workers")
        # Whoever did not move just now is not waited for again.
        waits = 1 if self._trouble.now == "busy" else int(_PATIENCE_SECONDS / _PAUSE_SECONDS)
        for _ in range(waits):
            if locks.acquire(WRITING):
                break
            self._sleep(_PAUSE_SECONDS)
        else:
            raise Busy
        try:
            yield
        finally:
            locks.release(WRITING)

    def connected(self) -> sqlite3.Connection:
        """To the present generation's file, made anew if it is gone. For while we are alone.

        Raises:
            OSError, sqlite3.Error: It cannot be opened or made.
        """
        generation = self._board.words[GENERATION]
        if not generation:
            generation = self.renew(floor=self.next_sequence())
        if generation != self.generation:
            self.close()
            self.generation = generation
        path = self._files.path(generation)
        if not path.exists():
            raise Unfit("gone")
        if self._connection is None:
            self._connection = database.connect(path, timeout_seconds=_PATIENCE_SECONDS)
        return self._connection

    def renew(self, floor: int) -> int:
        """A new database in the place of what there was: its generation. For while we are alone.

        Args:
            floor: Whatever was requested before this number counts as marked.

        Raises:
            OSError, sqlite3.Error: It cannot be made.
        """
        self._files.prepare()
        # Greater than all before, and no number that another worker could choose.
        generation = max(self.now(), self._files.newest(), self.generation) + 1 + randbits(16)
        database.create(self._files.path(generation), floor)
        self._board.words[GENERATION] = generation
        self._board.announce()
        self._files.remove_but(generation)
        return generation

    def abandon(self) -> None:
        """What is on disk is not to be used any more, by nobody. It goes, if it can."""
        self.close()
        self._board.words[GENERATION] = 0
        self._board.announce()
        self._files.remove_but(0)

    def put_in_order(self) -> None:
        """What the first user of a board does, before others are let in: nobody else writes meanwhile."""
        well = self._board.clean()
        if not well:
            self._board.words[GENERATION] = self._files.newest()
        try:
            if not self._board.words[GENERATION]:
                self.renew(floor=0)
            self._take_stock()
        except FAILURES as failure:
            self._trouble.note(reason(failure))

    def _take_stock(self) -> None:
        try:
            connection = self.connected()
            database.judge(connection, self._files.path(self.generation))
            changes.newest(connection)
            self._presence.rebuild(database.keys(connection))
            self._files.remove_but(self.generation)
        except FAILURES as failure:
            if not is_damage(failure):
                raise
            self._trouble.discarded()
            self.close()
            self.renew(floor=0)

    def look_after(self, written_bytes: int) -> None:
        """What nobody waits for: checkpoints, free pages, and a filter that has filled up.

        Args:
            written_bytes: How much was written since the last time.
        """
        self._unchecked_bytes += written_bytes
        try:
            self._look_after()
        except FAILURES as failure:  # whoever writes next meets it again, and heals what can be healed
            self._trouble.note(reason(failure))

    def _look_after(self) -> None:
        connection, locks = self._connection, self._board.locks
        if connection is None or locks is None:
            return
        if self._unchecked_bytes > _CHECKPOINT_BYTES:
            self._unchecked_bytes = 0
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
            if database.free_share(connection) * _FREE_SHARE > 1:
                with self.alone():
                    connection.executescript(f"PRAGMA incremental_vacuum({_FREE_PAGES})")  # a step for each page
        if self._presence.is_full() and locks.acquire(REBUILDING):
            try:
                self._presence.clear_spare()
                self._presence.rebuild(database.keys(connection))
            finally:
                locks.release(REBUILDING)
