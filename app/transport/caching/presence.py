"""Which keys anybody may have kept: a Bloom filter in the board, so that a miss costs no look at the disk.

A byte for each place, so that it can be set without reading what is beside it. Bytes are never cleared while the filter
is used; there are two, and one is built anew beside the other when that has filled up with what was forgotten since.
"""

from collections.abc import Iterable
from typing import Final

from app.transport.caching.board import ACTIVE, FILTERS_AT, Board

# Three places per key. Beyond this share of bytes set, one look in nine is in vain.
_FULL: Final = 0.48
_LEAST_BYTES: Final = 1 << 16
_MOST_BYTES: Final = 1 << 24
_BYTES_PER_PLACE: Final = 256


def filter_bytes_for(max_bytes: int) -> int:
    """The size of a filter for a store of that size: a power of two."""
    wanted = 1 << max(0, max_bytes // _BYTES_PER_PLACE - 1).bit_length()
    return min(max(wanted, _LEAST_BYTES), _MOST_BYTES)


class Presence:
    """By a key's number (`record.number_of`). It may say yes in vain, and no only if nobody has kept it."""

    def __init__(self, board: Board) -> None:
        size = board.filter_bytes
        self._words = board.words
        self._filters = tuple(board.memory[at : at + size] for at in (FILTERS_AT, FILTERS_AT + size))
        self._mask = size - 1
        self._since_look = 0

    def close(self) -> None:
        for places in self._filters:
            places.release()

    def has(self, number: int) -> bool:
        places = self._filters[self._words[ACTIVE] & 1]
        mask = self._mask
        return bool(places[number & mask] and places[(number >> 20) & mask] and places[(number >> 39) & mask])

    def add(self, number: int) -> None:
        """After its row was committed: whoever builds a filter anew has found the row, or has seen this."""
        for places in self._filters:
            self._set(places, number)
        self._since_look += 1

    def _set(self, places: memoryview, number: int) -> None:
        mask = self._mask
        places[number & mask] = places[(number >> 20) & mask] = places[(number >> 39) & mask] = 1

    def is_full(self) -> bool:
        """Looked at now and then: it counts all bytes."""
        if self._since_look <= self._mask >> 4:
            return False
        self._since_look = 0
        places = self._filters[self._words[ACTIVE] & 1]
        return places.tobytes().count(0) < (1 - _FULL) * len(places)

    def clear_spare(self) -> None:
        """The first step of building anew; the rows are to be read after it."""
        self._filters[1 - (self._words[ACTIVE] & 1)][:] = bytes(self._mask + 1)

    def rebuild(self, numbers: Iterable[int]) -> None:
        """The second: all rows there are. Then the spare filter is the one that is used."""
        spare = 1 - (self._words[ACTIVE] & 1)
        places, mask = self._filters[spare], self._mask
        for number in numbers:
            places[number & mask] = places[(number >> 20) & mask] = places[(number >> 39) & mask] = 1
        self._words[ACTIVE] = spare
