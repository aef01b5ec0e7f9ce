"""Entries in memory: bounded in bytes, the least recently used go first."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from app.transport.caching.entry import Entry, Key
from app.transport.caching.store import Variants

VARIANTS_LIMIT: Final = 16
"""How many entries one key may have: a Vary on a field that is different every time must not fill the store."""


@dataclass(slots=True, eq=False)
class Held:
    """What is under one key.

    Attributes:
        variants: Newest first.
        bytes: What was counted for them.
        entries: As how many they were counted.
    """

    variants: Variants
    bytes: int = 0
    entries: int = 0


H = TypeVar("H", bound=Held)


def with_entry(variants: Variants, entry: Entry) -> Variants:
    """`entry` first, in the place of the one with the same `vary`."""
    return (entry, *(other for other in variants if other.vary != entry.vary))[:VARIANTS_LIMIT]


class Tier(Generic[H]):
    """Least recently used first. `held` is for reading; everything else goes through the methods.

    Attributes:
        held: By key, the least recently used first.
        bytes: What all of it takes.
        entries: How many there are.
        evictions: How many entries were dropped for want of room.
    """

    __slots__ = ("_max_bytes", "bytes", "entries", "evictions", "held")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self.held: OrderedDict[Key, H] = OrderedDict()
        self.bytes = 0
        self.entries = 0
        self.evictions = 0

    def fits(self, entry: Entry) -> bool:
        """One entry may take a quarter at most."""
        return entry.size_bytes * 4 <= self._max_bytes

    def put(self, key: Key, held: H) -> None:
        """In the place of what was under `key`."""
        self.remove(key)
        self.held[key] = held
        self.weigh(key)

    def weigh(self, key: Key) -> None:
        """Counts what is under `key` anew, and makes room if all together is too much."""
        held = self.held.get(key)
        if held is None:
            return
        now_bytes = sum(entry.size_bytes for entry in held.variants)
        self.bytes += now_bytes - held.bytes
        held.bytes = now_bytes
        self.entries += len(held.variants) - held.entries
        held.entries = len(held.variants)
        while self.bytes > self._max_bytes:
            _, evicted = self.held.popitem(last=False)
            self.bytes -= evicted.bytes
            self.entries -= evicted.entries
            self.evictions += evicted.entries

    def remove(self, key: Key) -> int:
        """Forgets what is under `key`: how many entries."""
        held = self.held.pop(key, None)
        if held is None:
            return 0
        self.bytes -= held.bytes
        self.entries -= held.entries
        return held.entries

    def remove_where(self, condemned: Callable[[Key, Entry], bool]) -> int:
        """Forgets every entry for which `condemned` says so: how many."""
        count = 0
        for key, held in list(self.held.items()):
            stay = tuple(entry for entry in held.variants if not condemned(key, entry))
            if len(stay) == len(held.variants):
                continue
            count += len(held.variants) - len(stay)
            if stay:
                held.variants = stay
                self.weigh(key)
            else:
                self.remove(key)
        return count

    def clear(self) -> None:
        self.held.clear()
        self.bytes = self.entries = 0
