"""What the workers of a machine know together of quotas and of what is under way: a file that all of them have mapped.

An account is a name (of an upstream, a credential, a resource) and a row of words. What each worker writes by itself has
a column of its own in it, so that nothing is lost between two writers, and the truth is the sum or the highest of the
columns. Only who reads rows in order to decide, and then writes, does so under a lock, for which nobody waits long: the
kernel frees it when its holder dies, and a holder that was stopped is passed after a while (`patient_lock.py`).

A word that belongs to a window of a quota is packed, the window's end above and the number below: the highest of all
columns is then the newest window's highest number, whoever learned it.
"""

import mmap
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from app.shared_file import shared_file
from app.transport.budget.account import COLUMN_WORDS, COLUMNS, IN_FLIGHT, NAME, USED_AT, Account
from app.transport.locks import ByteLocks

WORD_BYTES: Final = 8
ROWS: Final = 4096
"""Room for the credentials of two thousand callers: each takes a row for its pace and one for each resource."""
PLACES: Final = 8
"""In so many rows, one after the other, an account may be."""

_PINNED: Final = (1 << 64) - 1

# Bytes that are locked, beyond the file's end and beyond those of rows.
_COLUMN_LOCKS: Final = 1 << 41
_TABLE_LOCK: Final = 1 << 42

TABLE_SECONDS: Final = 0.0002
TABLE_PATIENCE_SECONDS: Final = 0.1
"""Who makes a row is waited for, which it takes some microseconds to do; but not one that was stopped in it."""


class TooManyWorkers(Exception):
    """All columns of the file are taken: more workers live than it was made for."""


class Ledger:
    """One worker's view of it.

    Attributes:
        shared: Whether other processes see it.
    """

    def __init__(
        self,
        path: Path | None = None,
        columns: int = 1,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """A private one, unless `path` names the file that `ledger_file` made for so many workers (`columns`).

        Raises:
            OSError: The file cannot be opened.
            TooManyWorkers: It has no column left.
        """
        self.shared = path is not None
        self.columns = columns
        self._monotonic = monotonic
        self._sleep = sleep
        self._row_words = COLUMNS + columns * COLUMN_WORDS
        if path is None:
            self.words = memoryview(bytearray(_size(columns))).cast("Q")
            self.column = 0
            return
        self._descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._map = mmap.mmap(self._descriptor, _size(columns))
        self.words = memoryview(self._map).cast("Q")
        self._locks = ByteLocks(self._descriptor)
        self.column = self._claimed()

    def close(self) -> None:
        """Frees its column. A worker that ends need not: the kernel does."""
        if self.shared:
            self.words.release()
            self._map.close()  # it has a descriptor of its own, and with that the locks
            os.close(self._descriptor)

    def _claimed(self) -> int:
        """A column that nobody else has while this worker lives, free of what its last owner had under way."""
        for column in range(self.columns):
            if self._locks.acquire(_COLUMN_LOCKS + column):
                first = COLUMNS + column * COLUMN_WORDS + IN_FLIGHT
                for at in range(first, ROWS * self._row_words, self._row_words):
                    if self.words[at]:  # what is 0 takes no memory until it is written
                        self.words[at] = 0
                return column
        raise TooManyWorkers

    def account(self, name: str, *, pinned: bool = False) -> Account:
        """The account of this name. Where all its places are taken by others that are in use, one of this worker's own.

        Args:
            name: What it is for.
            pinned: Whether its row is never given to another account, however long it is not used.
        """
        wanted = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1
        used_at = _PINNED if pinned else int(self._monotonic() * 1e6)
        base = self._found(wanted)
        if base is None:
            self._wait_for_table()
            try:
                base = self._found(wanted)
                base = self._made(wanted, used_at) if base is None else base
            finally:
                self.release(_TABLE_LOCK)
        if base is None:
            return Account(self._alone(wanted), 0, wanted, 0, 1)
        self.words[base + USED_AT] = max(used_at, self.words[base + USED_AT])
        return Account(self.words, base, wanted, self.column, self.columns)

    def _wait_for_table(self) -> None:
        """Until nobody else makes a row: two that are made for one account in the same moment would part its workers."""
        until = self._monotonic() + TABLE_PATIENCE_SECONDS
        while not self.acquire(_TABLE_LOCK) and self._monotonic() < until:
            self._sleep(TABLE_SECONDS)

    def _places(self, wanted: int) -> Iterator[int]:
        return ((wanted + step) % ROWS * self._row_words for step in range(PLACES))

    def _found(self, wanted: int) -> int | None:
        words = self.words
        return next((base for base in self._places(wanted) if words[base + NAME] == wanted), None)

    def _made(self, wanted: int, used_at: int) -> int | None:
        """An empty row, or that of the account which nobody has used for longest and that has nothing under way."""
        words = self.words
        idle = [
            base
            for base in self._places(wanted)
            if words[base + USED_AT] != _PINNED and not any(words[at] for at in self._in_flight_of(base))
        ]
        if not idle:
            return None
        # A pace is not looked up when it is used: it is until what was spent is spent evenly.
        base = min(idle, key=lambda one: (words[one + NAME] != 0, max(words[one + USED_AT : one + COLUMNS])))
        for at in range(base, base + self._row_words):
            words[at] = 0
        words[base + USED_AT] = used_at
        words[base + NAME] = wanted
        return base

    def _in_flight_of(self, base: int) -> range:
        return range(base + COLUMNS + IN_FLIGHT, base + self._row_words, COLUMN_WORDS)

    def _alone(self, wanted: int) -> memoryview:
        words = memoryview(bytearray((COLUMNS + COLUMN_WORDS) * WORD_BYTES)).cast("Q")
        words[NAME] = wanted
        return words

    def acquire(self, offset: int) -> bool:
        """Whether the lock is ours now; a private ledger needs none."""
        try:
            return not self.shared or self._locks.acquire(offset)
        except OSError:  # this file system knows no locks: a race costs a point, no answer costs a caller
            return True

    def release(self, offset: int) -> None:
        if self.shared:
            self._locks.release(offset)


def ledger_file(columns: int) -> AbstractContextManager[Path]:
    """A file for the ledgers of so many workers."""
    return shared_file("budget", _size(columns))


def _size(columns: int) -> int:
    return ROWS * (COLUMNS + columns * COLUMN_WORDS) * WORD_BYTES
