"""What was invalidated: tags that a write has touched, and places that were purged.

Both are numbered in one sequence. An entry tells the newest number that was known when it was requested
(`Entry.sequence`); whatever came later and concerns it counts against it.
"""

from collections.abc import Iterable
from typing import Final

from app.transport.caching.entry import Entry
from app.transport.caching.place import Glob, without_credentials

TAGS_LIMIT: Final = 10_000
PURGES_LIMIT: Final = 256


class Marks:
    """The newest mark of each tag, as far as one worker knows.

    Attributes:
        sequence: The newest number known.
        floor: Entries that are older count as marked: what exactly happened before is not known any more.
        generation: Another object after each change. An entry that bears it was found unmarked since, so that a hit
            costs one comparison and no walk over its tags.
    """

    __slots__ = ("_limit", "_tags", "floor", "generation", "sequence")

    def __init__(self, limit: int = TAGS_LIMIT) -> None:
        self._limit = limit
        self._tags: dict[str, int] = {}  # oldest mark first
        self.sequence = 0
        self.floor = 0
        self.generation = object()

    def add(self, tags: Iterable[str], sequence: int) -> None:
        """Marks `tags`. Numbers must come in ascending order."""
        for tag in map(without_credentials, tags):
            self._tags.pop(tag, None)
            self._tags[tag] = sequence
        if len(self._tags) > self._limit:
            for tag in list(self._tags)[: len(self._tags) - self._limit * 9 // 10]:
                self.floor = max(self.floor, self._tags.pop(tag))
        self.advance(sequence)

    def advance(self, sequence: int) -> None:
        """Something else took this number."""
        self.sequence = max(self.sequence, sequence)
        self.generation = object()

    def distrust(self, sequence: int) -> None:
        """Every entry older than `sequence` counts as marked."""
        self.floor = max(self.floor, sequence)
        self.advance(sequence)

    def covers(self, entry: Entry) -> bool:
        """Whether `entry` is marked. Walks its tags: where it bears the generation, nobody needs to ask."""
        since = entry.sequence
        if since < self.floor:
            return True
        if since < self.sequence:
            marked = self._tags.get
            for tag in entry.tags:
                if marked(without_credentials(tag), 0) > since:
                    return True
        entry.unmarked_in = self.generation
        return False


class Purges:
    """The latest purges: what was requested before one of them and arrives after it must not be kept."""

    __slots__ = ("_latest", "_limit", "floor", "sequence")

    def __init__(self, limit: int = PURGES_LIMIT) -> None:
        self._limit = limit
        self._latest: list[tuple[int, Glob]] = []
        self.sequence = 0
        self.floor = 0

    def add(self, glob: Glob, sequence: int) -> None:
        """Numbers must come in ascending order."""
        self._latest.append((sequence, glob))
        self.sequence = max(self.sequence, sequence)
        if len(self._latest) > self._limit:
            self.forget(self._latest.pop(0)[0])

    def forget(self, sequence: int) -> None:
        """Whatever is older counts as purged."""
        self.floor = max(self.floor, sequence)
        self.sequence = max(self.sequence, sequence)

    def take(self, place: str, sequence: int) -> bool:
        """Whether an entry of this place, requested when `sequence` was the newest number, was purged since.

        Older than all purges that are still known by pattern: it was on its way for longer than anything should be.
        """
        if sequence >= self.sequence:
            return False
        return sequence < self.floor or any(
            since > sequence and glob.matches(place) for since, glob in reversed(self._latest)
        )
