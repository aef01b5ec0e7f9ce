"""What the workers of a machine tell each other at the price of a look at memory: a file that all of them have mapped.

Words are eight bytes, aligned, written whole, and each has one writer at a time or takes values that no other writer
would take: nobody reads a word, changes it and writes it back. A word that tells of a change is a stamp, unlike all
earlier ones, so that racing writers cannot hide each other's change. The space is allocated when the file is made: a
full disk cannot turn a store into a mapped page into a signal.
"""

import mmap
import os
from secrets import randbits
from typing import Final

from app.transport.locks import ByteLocks

WORD_BYTES: Final = 8
MAGIC: Final = int.from_bytes(b"hdgboard", "little") ^ 1  # the last is the layout's number

# The words of the head.
_MAGIC, _FILTER_BYTES, GENERATION, STAMP, ACTIVE = range(5)
WORKERS: Final = 256
_EPOCHS: Final = 512
_FORGOTTEN: Final = _EPOCHS + WORKERS
BEATS: Final = _FORGOTTEN + WORKERS
BEATS_COUNT: Final = 4096
KEY_STAMPS: Final = BEATS + BEATS_COUNT
KEY_STAMPS_BITS: Final = 17
_WORDS: Final = KEY_STAMPS + (1 << KEY_STAMPS_BITS)
FILTERS_AT: Final = _WORDS * WORD_BYTES

# Bytes that are locked, far beyond the file's end: keys have those below LEASES_END.
LEASES_END: Final = 1 << 62
LIFE: Final = LEASES_END
WRITING: Final = LEASES_END + 1
REBUILDING: Final = LEASES_END + 2
_WORKER: Final = LEASES_END + 1024

# Some time in the year 2116: a word beyond was damaged.
_EPOCH_END: Final = 1 << 62


def key_word(number: int) -> int:
    """Where the stamp is that tells of changes under a key."""
    return KEY_STAMPS + (number >> (63 - KEY_STAMPS_BITS))


class Unusable(Exception):
    """There is no board to be had here; says why."""


class Board:
    """One worker's view of it.

    Attributes:
        words: All but the filters.
        memory: All of it, as bytes.
        filter_bytes: The size of each of the two filters that follow the words.
        shared: Whether other processes see it.
        is_first: Whether nobody else had it open; until `settle`, nobody else can open it.
    """

    def __init__(self, descriptor: int | None, filter_bytes: int, *, is_first: bool = True) -> None:
        self._descriptor = descriptor
        self.filter_bytes = filter_bytes
        self.shared = descriptor is not None
        self.is_first = is_first
        size = FILTERS_AT + 2 * filter_bytes
        self._map = mmap.mmap(-1 if descriptor is None else descriptor, size)
        self.memory = memoryview(self._map)
        self.words = self.memory[:FILTERS_AT].cast("Q")
        self.locks = None if descriptor is None else ByteLocks(descriptor)
        self._worker = self._claimed()

    def _claimed(self) -> int:
        """A worker's number that nobody else has while this one lives."""
        if self.locks is None:
            return 0
        for number in range(WORKERS):
            if self.locks.acquire(_WORKER + number):
                return number
        raise Unusable("too many workers")

    def settle(self) -> None:
        """Lets others open it, after its first user has put it in order."""
        if self.locks is not None:
            self.locks.acquire(LIFE, shared=True)

    @property
    def is_lost(self) -> bool:
        """Whether its file was removed: nobody who comes later will see it."""
        return self._descriptor is not None and os.fstat(self._descriptor).st_nlink == 0

    def close(self) -> None:
        """Frees every lock, too."""
        self.words.release()
        self.memory.release()
        self._map.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def announce(self) -> None:
        """Makes every worker look for changes in the database on its next glance."""
        self.words[STAMP] = new_stamp()

    @property
    def epoch(self) -> int:
        """Whatever was requested before this number is not to be trusted: a mark could not be written down."""
        return max(self.words[_EPOCHS : _EPOCHS + WORKERS])

    def distrust(self, sequence: int) -> None:
        """Raises the epoch: each worker has a word for it, so that none is lost."""
        self._raise(_EPOCHS, sequence)

    @property
    def forgotten(self) -> int:
        """Whatever was requested before this number is gone: another worker's purge could not be written down."""
        mine = _FORGOTTEN + self._worker
        others = (self.words[_FORGOTTEN:mine], self.words[mine + 1 : _FORGOTTEN + WORKERS])
        return max(max(words, default=0) for words in others)

    def forget(self, sequence: int) -> None:
        """Makes the other workers forget everything that is older."""
        self._raise(_FORGOTTEN, sequence)

    def _raise(self, words: int, sequence: int) -> None:
        self.words[words + self._worker] = max(sequence, self.words[words + self._worker])
        self.announce()

    def clean(self) -> bool:
        """Everything as new, but for what would be missed. For the first user, before `settle`.

        Whether it was a good board before, and its generation counts.
        """
        words = self.words
        well = words[_MAGIC] == MAGIC
        generation = words[GENERATION] if well else 0
        epoch = self.epoch if well and self.epoch < _EPOCH_END else 0
        self.memory[:] = bytes(len(self.memory))
        words[_MAGIC] = MAGIC
        words[_FILTER_BYTES] = self.filter_bytes
        words[GENERATION] = generation
        words[STAMP] = new_stamp()
        words[_EPOCHS + self._worker] = epoch
        return well


def new_stamp() -> int:
    """Unlike all others."""
    return randbits(64)


def open_board(descriptor: int, filter_bytes: int) -> Board | None:
    """The board in this file, which it owns from now on. None while its first user puts it in order: ask again.

    Raises:
        OSError: It cannot be made so large, or locked.
        Unusable: It is none of ours.
    """
    locks = ByteLocks(descriptor)
    if locks.acquire(LIFE):
        size = FILTERS_AT + 2 * filter_bytes
        os.ftruncate(descriptor, size)
        _allocate(descriptor, size)
        return Board(descriptor, filter_bytes)
    if not locks.acquire(LIFE, shared=True):
        return None
    head = os.pread(descriptor, 2 * WORD_BYTES, 0)
    magic, filter_bytes = (int.from_bytes(head[at : at + WORD_BYTES], "little") for at in (0, WORD_BYTES))
    if magic != MAGIC or os.fstat(descriptor).st_size != FILTERS_AT + 2 * filter_bytes:
        raise Unusable("its board is damaged while others use it")
    return Board(descriptor, filter_bytes, is_first=False)


def _allocate(descriptor: int, size: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(descriptor, 0, size)
        return
    zeros = bytes(1 << 16)
    for offset in range(0, size, len(zeros)):
        os.pwrite(descriptor, zeros[: size - offset], offset)
