"""Where replies are kept: the protocol of all stores. tests/contract/test_stores.py says what each must do."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from app.transport.caching.entry import Entry, Key

Variants = tuple[Entry, ...]
"""The entries under one key, newest first: they differ in what Vary nominated (`Entry.vary`)."""


@dataclass(frozen=True, slots=True)
class StoreStats:
    """What a store holds.

    Attributes:
        kind: `memory` or `disk`.
        entries: How many replies.
        bytes: What they take.
        max_bytes: What they may take.
        memory_entries: How many of them this worker has in memory.
        memory_bytes: What those take.
        evictions: How many were dropped for want of room since the store was opened.
        degraded: Why it does not keep what it is given (`disk full`, `read-only`), or None.
    """

    kind: str
    entries: int
    bytes: int
    max_bytes: int
    memory_entries: int
    memory_bytes: int
    evictions: int
    degraded: str | None = None


class Lease(Protocol):
    """The right to be the one that asks upstream for a key, among all workers of the machine."""

    def release(self) -> None:
        """Gives it back, once the reply is stored where the others look. Safe to call twice."""
        ...


class Store(Protocol):
    """Keeps entries by key. All methods belong to the event loop's thread; what can block is done off it.

    No method raises because of the medium: a store that cannot keep (disk full, read-only, corrupt) keeps what it can
    in memory and says so in `stats().degraded` and, once, in the log. An entry handed out is never changed.
    """

    async def open(self) -> None:
        """In a worker's event loop, before the first request."""
        ...

    async def close(self) -> None:
        """After the last request; what was kept is written by then."""
        ...

    @property
    def sequence(self) -> int:
        """The newest mark that this worker knows of: what a request that is sent now may count on."""
        ...

    def glance(self, key: Key) -> Variants:
        """What this worker has in memory under `key`: a fraction of a microsecond, and never waits. Counts as a use."""
        ...

    async def find(self, key: Key) -> Variants:
        """What any worker has kept under `key`. Cheap where there is nothing."""
        ...

    def keep(self, key: Key, entry: Entry, on_visible: Callable[[], None] | None = None) -> None:
        """Keeps `entry`; it replaces the one under `key` with the same `vary`. This worker finds it at once.

        An entry that is larger than a quarter of the store is not kept.

        Args:
            on_visible: Called once (in the event loop) when every worker of the machine can find it, or when it could
                not be kept.
        """
        ...

    def grown(self, key: Key) -> None:
        """What is under `key` takes more memory than when it was kept (decoded, remembered): counts it anew."""
        ...

    def drop(self, key: Key) -> None:
        """Forgets all variants under `key`: this worker at once, every other within a second."""
        ...

    def is_marked(self, entry: Entry) -> bool:
        """Whether one of its tags was marked after its `sequence`: it needs validation. Looked at on every hit."""
        ...

    async def mark(self, tags: Iterable[str]) -> None:
        """Marks tags: all entries with one of them, in all partitions, need validation from now on. Returns when every
        worker of the machine sees it on its next `is_marked`.
        """
        ...

    def lease(self, key: Key) -> Lease | None:
        """The lease of `key`, or None while another worker has it. Never waits. A lease whose holder was killed or does
        not move for two seconds is free.
        """
        ...

    async def purge(self, pattern: str) -> int:
        """Forgets every entry whose `upstream/target` matches the glob `pattern` (`*` any characters, `?` one), in all
        workers within a second, also those that are being fetched. The number that was removed from the medium.
        """
        ...

    async def stats(self) -> StoreStats: ...
