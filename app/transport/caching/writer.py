"""What a worker writes: many changes in one transaction, and what it tells the other workers of them afterwards."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from app.transport.caching import changes, database
from app.transport.caching.board import GENERATION, Board, key_word, new_stamp
from app.transport.caching.database import Row, Unfit
from app.transport.caching.jobs import Discard, Drop, Keep, Mark, Purge, Use, WriteJob
from app.transport.caching.marks import Purges
from app.transport.caching.place import Glob, place_of
from app.transport.caching.presence import Presence
from app.transport.caching.present import PresentDatabase
from app.transport.caching.record import encoded, row_of
from app.transport.caching.trouble import FAILURES, Trouble, is_damage, reason

_PATIENCE_SECONDS: Final = 1.0
_PAUSE_SECONDS: Final = 0.0005
_CHECKPOINT_BYTES: Final = 4 << 20


class Writer:
    """Belongs to one thread, and knows nothing of the event loop.

    Attributes:
        evictions: How many entries it has dropped for want of room.
        written_bytes: How much it has put into records.
    """

    def __init__(
        self, present: PresentDatabase, board: Board, presence: Presence, trouble: Trouble, max_bytes: int
    ) -> None:
        """Besides its collaborators: `max_bytes` is what all entries on disk may take."""
        self._present = present
        self._board = board
        self._presence = presence
        self._trouble = trouble
        self._max_bytes = max_bytes
        self._newest = 0
        self._moment = 0
        self._purges = Purges()
        self.evictions = 0
        self.written_bytes = 0

    def write(self, jobs: Sequence[WriteJob]) -> None:
        """Does all of them, and returns when every worker sees it. What cannot be written is made known otherwise."""
        try:
            self._heal_and_write(jobs)
        except FAILURES as failure:
            self._trouble.note(reason(failure))
            self.without_database(jobs)
            self.written_bytes += database.WAL_BYTES  # a checkpoint may make room
        else:
            if any(isinstance(job, Keep | Mark | Purge) for job in jobs):  # others may have written nothing
                self._trouble.over()

    def _heal_and_write(self, jobs: Sequence[WriteJob]) -> None:
        try:
            self._write(jobs)
        except FAILURES as failure:
            if not is_damage(failure):
                raise
            with self._present.alone():
                # Somebody else may have healed it while we waited.
                if self._board.words[GENERATION] == self._present.generation:
                    self._trouble.discarded()
                    self._present.abandon()
            self._write(jobs)

    def _write(self, jobs: Sequence[WriteJob]) -> None:
        with self._present.alone():
            connection = self._present.connected()
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
        self._moment = max(self._moment, self._present.now(), database.newest_use(connection))
        for job in jobs:
            if isinstance(job, Keep):
                place = place_of(job.key)
                job.kept = not self._purges.take(place, job.entry.sequence)
                if job.kept:
                    record = encoded(job.entry, job.name)
                    rows.append(Row(row_of(job.name, job.entry.vary), job.number, place, self._next_moment(), record))
                    self.written_bytes += len(record)
                continue
            self._keep(connection, rows)
            rows.clear()
            if isinstance(job, Drop):
                database.drop(connection, job.number)
            elif isinstance(job, Use):
                database.use(connection, job.numbers, self._next_moment())
            elif isinstance(job, Discard):
                self._discard(connection, job)
            else:
                sequence = sequence or self._present.next_sequence(self._newest)
                self._invalidate(connection, job, sequence)
        self._keep(connection, rows)
        return sequence > 0

    def _keep(self, connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
        """Room comes first, so that the file does not grow by what is about to go."""
        if rows:
            room = max(0, self._max_bytes - sum(row.bytes for row in rows))
            self.evictions += database.evict(connection, room)
            database.keep(connection, rows)

    def _invalidate(self, connection: sqlite3.Connection, job: Mark | Purge, sequence: int) -> None:
        if isinstance(job, Mark):
            changes.mark(connection, job.tags, sequence)
            return
        job.count = changes.purge(connection, job.glob, sequence)
        self._purges.add(job.glob, sequence)
        self.written_bytes += database.WAL_BYTES  # there may be room to give back

    def _discard(self, connection: sqlite3.Connection, job: Discard) -> None:
        if job.generation != self._present.generation:
            return
        if not job.ids:
            raise Unfit("damaged")
        database.discard(connection, job.ids)

    def _catch_up(self, connection: sqlite3.Connection) -> None:
        """What others have purged, and the newest number."""
        self._newest = changes.newest(connection)
        epoch = self._board.epoch
        if epoch:
            changes.raise_floor(connection, epoch)  # of a mark that could not be written when it was made
        for number, pattern in changes.purges(connection, self._purges.sequence):
            self._purges.add(Glob(pattern), number)

    def _next_moment(self) -> int:
        """Grows, whatever the clock does: of two variants the newer is known by it."""
        self._moment += 1
        return self._moment

    def _tell(self, jobs: Sequence[WriteJob]) -> None:
        """After the commit, and before anybody else commits."""
        for job in jobs:
            if isinstance(job, Keep) and job.kept:
                self._presence.add(job.number)
        self._restamp(jobs)

    def _restamp(self, jobs: Sequence[WriteJob]) -> None:
        """Makes known under which keys something has changed."""
        words = self._board.words
        stamp = new_stamp()
        about = [(key_word(job.number), job) for job in jobs if isinstance(job, Keep | Drop)]
        before = {word: words[word] for word, _ in about}
        for word, job in about:
            if isinstance(job, Drop) or job.kept:
                words[word] = stamp
        for word, job in about:
            if isinstance(job, Keep):
                job.before, job.after = before[word], words[word]

    def without_database(self, jobs: Sequence[WriteJob]) -> None:
        """Replies stay in this worker's memory. What invalidates reaches the other workers without a disk: they trust
        nothing that is older, and what cannot be taken from the disk is given up with all that is there.
        """
        given_up = False
        for job in jobs:
            if isinstance(job, Keep):
                job.kept = False
            elif isinstance(job, Drop):
                given_up = given_up or self._presence.has(job.number)
            elif isinstance(job, Mark):
                self._board.distrust(self._present.next_sequence(self._newest))
            elif isinstance(job, Purge):
                job.unwritten = self._present.next_sequence(self._newest)
                self._board.forget(job.unwritten)
                given_up = True
        if given_up and self._board.words[GENERATION]:
            try:
                self._present.abandon()
            except OSError as error:
                self._trouble.note(reason(error))
        self._restamp(jobs)
