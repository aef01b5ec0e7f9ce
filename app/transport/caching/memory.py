"""The store that lives and dies with one worker."""

from collections.abc import Callable, Iterable

from app.transport.caching.entry import Entry, Key
from app.transport.caching.marks import Marks, Purges
from app.transport.caching.place import Glob, place_of
from app.transport.caching.store import Lease, StoreStats, Variants
from app.transport.caching.tier import Held, Tier, with_entry


class FreeLease:
    """Where nobody else could be asking."""

    __slots__ = ()

    def release(self) -> None:
        """There is nothing to give back."""


class MemoryStore:
    """Keeps entries in this process alone: other workers have their own.

    Args:
        max_bytes: What all entries together may take; the least recently used go first.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._tier: Tier[Held] = Tier(max_bytes)
        self._marks = Marks()
        self._purges = Purges()

    async def open(self) -> None:
        """There is nothing to open."""

    async def close(self) -> None:
        self._tier.clear()

    @property
    def sequence(self) -> int:
        return self._marks.sequence

    def glance(self, key: Key) -> Variants:
        tier = self._tier.held
        held = tier.get(key)
        if held is None:
            return ()
        tier.move_to_end(key)
        return held.variants

    async def find(self, key: Key) -> Variants:
        return self.glance(key)

    def keep(self, key: Key, entry: Entry, on_visible: Callable[[], None] | None = None) -> None:
        if self._tier.fits(entry) and not self._purges.take(place_of(key), entry.sequence):
            held = self._tier.held.get(key)
            self._tier.put(key, Held(with_entry(held.variants if held else (), entry)))
        if on_visible is not None:
            on_visible()

    def grown(self, key: Key) -> None:
        self._tier.weigh(key)

    def drop(self, key: Key) -> None:
        self._tier.remove(key)

    def is_marked(self, entry: Entry) -> bool:
        return entry.unmarked_in is not self._marks.generation and self._marks.covers(entry)

    async def mark(self, tags: Iterable[str]) -> None:
        self._marks.add(tags, self._marks.sequence + 1)

    def lease(self, key: Key) -> Lease | None:  # noqa: ARG002 -- the protocol's
        return FreeLease()

    async def purge(self, pattern: str) -> int:
        glob = Glob(pattern)
        self._marks.advance(self._marks.sequence + 1)
        self._purges.add(glob, self._marks.sequence)
        return self._tier.remove_where(lambda key, _: glob.matches(place_of(key)))

    async def stats(self) -> StoreStats:
        tier = self._tier
        return StoreStats(
            kind="memory",
            entries=tier.entries,
            bytes=tier.bytes,
            max_bytes=self._max_bytes,
            memory_entries=tier.entries,
            memory_bytes=tier.bytes,
            evictions=tier.evictions,
        )
