"""What a worker knows of what was invalidated, by itself or by others: it looks when the board's stamp has changed."""

import sqlite3
from collections.abc import Callable, Iterable
from typing import Final

from app.transport.caching import changes, database
from app.transport.caching.board import GENERATION, STAMP
from app.transport.caching.jobs import Discard, HeldHere
from app.transport.caching.marks import TAGS_LIMIT, Marks, Purges
from app.transport.caching.medium import Medium
from app.transport.caching.place import Glob, place_of
from app.transport.caching.tier import Tier
from app.transport.caching.trouble import FAILURES, Trouble, is_damage, reason

# In the event loop nobody waits for a lock.
_PATIENCE_SECONDS: Final = 0.02


class Known:
    """Belongs to the event loop's thread. Its reading of the database is a few rows, seldom, and so is done there.

    Attributes:
        marks: Of tags.
        purges: Of places; those in memory that match are gone from there.
    """

    def __init__(self, tier: Tier[HeldHere], trouble: Trouble, clock: Callable[[], float]) -> None:
        self._tier = tier
        self._trouble = trouble
        self._clock = clock
        self._medium: Medium | None = None
        self._connection: sqlite3.Connection | None = None
        self._generation = 0
        self.marks = Marks()
        self.purges = Purges()

    def follow(self, medium: Medium) -> int:
        """From now on the changes of others count, too. The stamp up to which all is known."""
        self._medium = medium
        return self.catch_up(limit=TAGS_LIMIT)

    def leave(self) -> None:
        """Only what happens here counts from now on."""
        self._medium = None
        self._disconnect()

    def catch_up(self, *, limit: int = changes.READ_LIMIT) -> int:
        """Learns what has happened. The stamp up to which all is known."""
        medium = self._medium
        if medium is None:
            return 0
        words = medium.board.words
        stamp = words[STAMP]  # before anything is read: what comes later will be looked at later
        generation = words[GENERATION]
        if generation != self._generation:
            # The database was given up, and what was purged along with it is not known by name.
            self._disconnect()
            self._tier.clear()
            self._generation = generation
        epoch = medium.board.epoch
        if epoch > self.marks.floor:
            self.marks.distrust(epoch)
        forgotten = medium.board.forgotten
        if forgotten > self.purges.floor:
            self.purges.forget(forgotten)
            self.marks.distrust(forgotten)
            self._tier.remove_where(lambda _, entry: entry.sequence < forgotten)
        if generation:
            try:
                self._read(medium, limit)
            except FAILURES as failure:
                # Whatever it was that happened: nothing that was requested before can be relied upon.
                self._disconnect()
                self._tier.clear()
                self.marks.distrust(int(self._clock() * 1e9))
                if is_damage(failure):
                    medium.write(Discard(generation, []))
                else:
                    self._trouble.note(reason(failure))
        return stamp

    def _read(self, medium: Medium, limit: int) -> None:
        if self._connection is None:
            path = medium.files.path(self._generation)
            self._connection = database.connect(path, timeout_seconds=_PATIENCE_SECONDS)
        found = changes.read(self._connection, self.marks.sequence, limit=limit)
        if found.floor:
            self.marks.distrust(found.floor)
        for sequence, tag in found.marks:
            self.marks.add((tag,), sequence)
        for sequence, pattern in found.purges:
            self.purge(Glob(pattern), sequence)

    def purge(self, glob: Glob, sequence: int) -> int:
        """Forgets what is in memory and matches, and was requested before: how many entries."""
        self.marks.advance(sequence)
        self.purges.add(glob, sequence)
        return self._tier.remove_where(lambda key, entry: entry.sequence < sequence and glob.matches(place_of(key)))

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def mark_here(self, tags: Iterable[str]) -> None:
        """While there is no medium."""
        self.marks.add(tags, self.marks.sequence + 1)

    def purge_here(self, glob: Glob) -> int:
        """While there is no medium: how many entries."""
        return self.purge(glob, self.marks.sequence + 1)
