"""Where one process keeps its numbers."""

from collections.abc import Iterable, Mapping
from math import nan
from typing import NamedTuple, Protocol

from app.metrics.family import Key

GONE = nan
"""The value of a gauge that its process knows no more."""


class Numbers(NamedTuple):
    """What one process has counted.

    Attributes:
        lives: Whether the process does.
        by_key: Its numbers.
    """

    lives: bool
    by_key: Mapping[Key, float]


class Values(Protocol):
    """One process's, written by its event loop. `all` may be called by any thread at any time."""

    def add(self, key: Key, amount: float) -> None: ...

    def set(self, key: Key, value: float) -> None: ...

    def own(self) -> Mapping[Key, float]:
        """Those of this process."""
        ...

    def all(self) -> Iterable[Numbers]:
        """Those of all processes that count together, this one included."""
        ...


class InMemory:
    """Of a process that is alone."""

    def __init__(self) -> None:
        self._by_key: dict[Key, float] = {}

    def add(self, key: Key, amount: float) -> None:
        self._by_key[key] = self._by_key.get(key, 0.0) + amount

    def set(self, key: Key, value: float) -> None:
        self._by_key[key] = value

    def own(self) -> Mapping[Key, float]:
        return self._by_key.copy()

    def all(self) -> Iterable[Numbers]:
        return (Numbers(lives=True, by_key=self.own()),)
