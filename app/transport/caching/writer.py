"""What a worker writes: many changes in one transaction, and what it tells the other workers of them afterwards.

Writers of all workers take turns by a lock in the board, which the kernel frees when its holder dies: no polling of
SQLite's own, and stamps are written in the order of the commits that they tell of.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Final

from app.transport.caching import changes, database
from app.transport.caching.board import GENERATION, REBUILDING, WRITING, Board, Unusable, key_word, new_stamp
from app.transport.caching.database import Row, Unfit
from app.transport.caching.files import Files
from app.transport.caching.jobs import Discard, Drop, Keep, Mark, Purge, Use, WriteJob
from app.transport.caching.marks import Purges
from app.transport.caching.place import Glob, place_of
from app.transport.caching.presence import Presence
from app.transport.caching.record import encoded, row_of
from app.transport.caching.trouble import FAILURES, Busy, Trouble, is_damage, reason

_PATIENCE_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.0005
_CHECKPOINT_BYTES: Final = 4 << 20


class Writer:
    """Belongs to one thread, and knows nothing of the event loop.

    Attributes:
        evictions: How many entries it has dropped for want of room.
    """

    def __init__(
        self,
        files: Files,
        board: Board,
        presence: Presence,
        trouble: Trouble,
        max_bytes: int,
        *,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        """Besides its collaborators.

        Args:
            max_bytes: What all entries on disk may take.
            clock: Seconds since the epoch.
            sleep: Waits between two looks whether it is our turn.
        """
        self._files = files
        self._board = board
        self._presence = presence
        self._trouble = trouble
        self._max_bytes = max_bytes
        self._clock = clock
        self._sleep = sleep
        self._connection: sqlite3.Connection | None = None
        self._generation = 0
        self._sequence = 0
        self._purges = Purges()
        self.evictions = 0
        self._unchecked_bytes = 0

    def now(self) -> int:
        """Nanoseconds since the epoch."""
        return int(self._clock() * 1e9)

    def write(self, jobs: Sequence[WriteJob]) -> None:
        """Does all of them, and returns when every worker sees it. What cannot be written is made known otherwise."""
        try:
            self._heal_and_write(jobs)
        except FAILURES as failure:
            self._trouble.note(reason(failure))
            self.without_database(jobs)
        else:
            self._trouble.over()

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
            generation = self.renew(floor=self._next_sequence())
        if generation != self._generation:
            self.close()
            self._generation = generation
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
        generation = max(self.now(), self._files.newest() + 1)
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
        well = self._board.clean(self.now())
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
            database.judge(connection, self._files.path(self._generation))
            self._presence.rebuild(database.keys(connection))
            self._files.remove_but(self._generation)
        except FAILURES as failure:
            if not is_damage(failure):
                raise
            self._trouble.discarded()
            self.close()
            self.renew(floor=0)

    def look_after(self) -> None:
        """What nobody waits for: checkpoints, and a filter that has filled up."""
        try:
            self._look_after()
        except FAILURES as failure:  # whoever writes next meets it again, and heals what can be healed
            self._trouble.note(reason(failure))

    def _look_after(self) -> None:
        if self._connection is None or self._board.locks is None:
            return
        if self._unchecked_bytes > _CHECKPOINT_BYTES:
            self._unchecked_bytes = 0
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
        if self._presence.is_full() and self._board.locks.acquire(REBUILDING):
            self._presence.clear_spare()
            self._presence.rebuild(database.keys(self._connection))
            self._board.locks.release(REBUILDING)

    def _heal_and_write(self, jobs: Sequence[WriteJob]) -> None:
        try:
            self._write(jobs)
        except FAILURES as failure:
            if not is_damage(failure):
                raise
            with self.alone():
                # Somebody else may have healed it while we waited.
                if self._board.words[GENERATION] == self._generation:
                    self._trouble.discarded()
                    self.abandon()
            self._write(jobs)

    def _write(self, jobs: Sequence[WriteJob]) -> None:
        with self.alone():
            connection = self.connected()
            try:
                connection.execute("BEGIN IMMEDIATE")
                invalidated = self._apply(connection, jobs)
                if invalidated:
                    self._board.announce()  # if we are killed between the commit and the next one, most look anyway
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            self._tell(jobs)
            if invalidated:
                self._board.announce()

    def _apply(self, connection: sqlite3.Connection, jobs: Sequence[WriteJob]) -> bool:
        """Whether something was invalidated that is not told by a key's own stamp."""
        self._catch_up(connection)
        sequence = 0
        rows: list[Row] = []
        order = count(self.now())
        for job in jobs:
            if isinstance(job, Keep):
                place = place_of(job.key)
                job.kept = not self._purges.take(place, job.entry.sequence)
                if job.kept:
                    record = encoded(job.entry, job.name)
                    rows.append(Row(row_of(job.name, job.entry.vary), job.number, place, next(order), record))
                    self._unchecked_bytes += len(record)
                continue
            database.keep(connection, rows)
            rows.clear()
            if isinstance(job, Drop):
                database.drop(connection, job.number)
            elif isinstance(job, Use):
                database.use(connection, job.numbers, next(order))
            elif isinstance(job, Discard):
                self._discard(connection, job)
            else:
                sequence = sequence or self._next_sequence()
                self._invalidate(connection, job, sequence)
        database.keep(connection, rows)
        self.evictions += database.evict(connection, self._max_bytes)
        return sequence > 0

    def _invalidate(self, connection: sqlite3.Connection, job: Mark | Purge, sequence: int) -> None:
        if isinstance(job, Mark):
            changes.mark(connection, job.tags, sequence)
            return
        job.count = changes.purge(connection, job.glob, sequence)
        self._purges.add(job.glob, sequence)

    def _discard(self, connection: sqlite3.Connection, job: Discard) -> None:
        if job.generation != self._generation:
            return
        if not job.ids:
            raise Unfit("damaged")
        database.discard(connection, job.ids)

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        """What others have purged, and the newest number."""
        self._sequence = max(self._sequence, changes.newest(connection))
        epoch = self._board.epoch
        if epoch:
            changes.raise_floor(connection, epoch)  # of a mark that could not be written when it was made
        for number, pattern in changes.purges(connection, self._purges.sequence):
            self._purges.add(Glob(pattern), number)

    def _next_sequence(self) -> int:
        self._sequence = max(self._sequence + 1, self._board.epoch + 1, self.now())
        return self._sequence

    def _tell(self, jobs: Sequence[WriteJob]) -> None:
        """After the commit, and before anybody else commits."""
        words = self._board.words
        stamp = new_stamp()
        before: dict[int, int] = {}
        for job in jobs:
            if isinstance(job, Keep) and job.kept:
                self._presence.add(job.number)
                word = key_word(job.number)
                job.before, job.after = before.setdefault(word, words[word]), stamp
            elif isinstance(job, Drop):
                before[key_word(job.number)] = stamp
        for word in before:
            words[word] = stamp

    def without_database(self, jobs: Sequence[WriteJob]) -> None:
        """Replies stay in this worker's memory. What invalidates reaches the other workers without a disk: they trust
        nothing that is older, and what cannot be taken from the disk is given up with all that is there.
        """
        given_up = False
        for job in jobs:
            if isinstance(job, Keep):
                job.kept = False
            elif isinstance(job, Drop):
                self._board.words[key_word(job.number)] = new_stamp()
                given_up = given_up or self._presence.has(job.number)
            elif isinstance(job, Mark | Purge):
                self._board.distrust(self._next_sequence())
                given_up = given_up or isinstance(job, Purge)
        if given_up and self._board.words[GENERATION]:
            try:
                self.abandon()
            except OSError as error:
                self._trouble.note(reason(error))
