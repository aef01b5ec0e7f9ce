"""What the workers of a machine know together of quotas and of what is under way: a file that all of them have mapped.

An account is a name (of an upstream, a credential, a resource) and a row of words. What each worker writes by itself has
a column of its own in it, so that nothing is lost between two writers, and the truth is the sum or the highest of the
columns. Only who reads a row in order to decide, and then writes, locks it, and never waits for the lock: the kernel frees
it when its holder dies, and a holder that was stopped is passed after a while (`gate.py`).

A word that belongs to a window of a quota is packed, the window's end above and the number below: the highest of all
columns is then the newest window's highest number, whoever learned it.
"""

import mmap
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

from app.transport.budget.standing import Standing, Window
from app.transport.dialect import Quota
from app.transport.locks import ByteLocks

WORD_BYTES: Final = 8
ROWS: Final = 4096
"""Room for the credentials of two thousand callers: each takes a row for its pace and one for each resource."""
PLACES: Final = 8
"""In so many rows, one after the other, an account may be."""

# The words of a row; all times but those of quotas are on the machine's monotonic clock, in microseconds.
_NAME, _USED_AT, DUE_AT, WRITE_AT, _COLUMNS = range(5)
# The words of a column.
_TOLD, _LIMIT, _BLOCK, _IN_FLIGHT, _COLUMN_WORDS = range(5)

_LOW: Final = (1 << 32) - 1
_STREAK_BITS: Final = 5
_PINNED: Final = (1 << 64) - 1
_SAME_WINDOW_SECONDS: Final = 5
"""By so much the end of one window may differ from one reply to the next."""

# Bytes that are locked, beyond the file's end.
_ROW_LOCKS: Final = 1 << 40
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
        self._row_words = _COLUMNS + columns * _COLUMN_WORDS
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
                first = _COLUMNS + column * _COLUMN_WORDS + _IN_FLIGHT
                for at in range(first, ROWS * self._row_words, self._row_words):
                    if self.words[at]:  # what is 0 takes no memory until it is written
                        self.words[at] = 0
                return column
        raise TooManyWorkers

    def account(self, name: str, *, pinned: bool = False) -> "Account":
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
        self.words[base + _USED_AT] = max(used_at, self.words[base + _USED_AT])
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
        return next((base for base in self._places(wanted) if words[base + _NAME] == wanted), None)

    def _made(self, wanted: int, used_at: int) -> int | None:
        """An empty row, or that of the account which nobody has used for longest and that has nothing under way."""
        words = self.words
        idle = [
            base
            for base in self._places(wanted)
            if words[base + _USED_AT] != _PINNED and not any(words[at] for at in self._in_flight_of(base))
        ]
        if not idle:
            return None
        # A pace is not looked up when it is used: it is until what was spent is spent evenly.
        base = min(idle, key=lambda one: (words[one + _NAME] != 0, max(words[one + _USED_AT : one + _COLUMNS])))
        for at in range(base, base + self._row_words):
            words[at] = 0
        words[base + _USED_AT] = used_at
        words[base + _NAME] = wanted
        return base

    def _in_flight_of(self, base: int) -> range:
        return range(base + _COLUMNS + _IN_FLIGHT, base + self._row_words, _COLUMN_WORDS)

    def _alone(self, wanted: int) -> memoryview:
        words = memoryview(bytearray((_COLUMNS + _COLUMN_WORDS) * WORD_BYTES)).cast("Q")
        words[_NAME] = wanted
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


class Account:
    """One row. Numbers of it may be read at any time; `DUE_AT` and `WRITE_AT` are written under the upstream's lock."""

    __slots__ = ("_columns_end", "_is_alone", "_own", "_told", "_words", "base", "name")

    def __init__(self, words: memoryview, base: int, name: int, column: int, columns: int) -> None:
        self._words = words
        self.base = base
        self.name = name
        self._own = base + _COLUMNS + column * _COLUMN_WORDS
        self._told = base + _COLUMNS
        self._columns_end = self._told + columns * _COLUMN_WORDS
        self._is_alone = columns == 1

    @property
    def is_current(self) -> bool:
        """Whether the row is still this account's: it may have been given to another while nothing was under way."""
        return bool(self._words[self.base + _NAME] == self.name)

    @property
    def lock(self) -> int:
        """What to lock before deciding, where the row is that of all that an upstream has under way."""
        return _ROW_LOCKS + self.base

    def standing(self) -> Standing:
        """How it stands, all workers taken together."""
        cells = self._words[self._told : self._columns_end].tolist()
        if self._is_alone:
            told, limit, block, in_flight = cells
        else:
            told, limit, block = (max(cells[word::_COLUMN_WORDS]) for word in (_TOLD, _LIMIT, _BLOCK))
            in_flight = sum(cells[_IN_FLIGHT::_COLUMN_WORDS])
        window = Window(limit & _LOW, told & _LOW, told >> 32) if told else None
        return Standing(window, in_flight, (block >> _STREAK_BITS) / 1e3)

    @property
    def in_flight(self) -> int:
        """Points (or requests) that are under way."""
        if self._is_alone:
            return int(self._words[self._own + _IN_FLIGHT])
        return sum(self._words[self._told + _IN_FLIGHT : self._columns_end : _COLUMN_WORDS])

    def begin(self, points: int, now: float) -> None:
        """Points go out `now` (monotonic seconds)."""
        self._words[self._own + _IN_FLIGHT] += points
        self.keep_until(now)

    def keep_until(self, moment: float) -> None:
        """Counts as used at that moment (monotonic seconds), be it now or later: for as long as somebody waits for it."""
        words, used_at, microseconds = self._words, self.base + _USED_AT, int(moment * 1e6)
        words[used_at] = max(words[used_at], microseconds)

    def end(self, points: int) -> None:
        """What came of them is known. Until then the row is nobody else's: nobody gets one with points under way, but for
        who has looked in the very moment before they went out.
        """
        at = self._own + _IN_FLIGHT
        self._words[at] = max(0, self._words[at] - points)

    def learn(self, quota: Quota) -> None:
        """Takes in what a reply tells of the quota. One that names no end of its window tells of no window."""
        _, limit, remaining, used, reset = quota
        if reset is None or not 0 < reset <= _LOW or not self.is_current:
            return
        words, own = self._words, self._own
        told, known = words[own + _TOLD], words[own + _LIMIT]
        newest = (told if self._is_alone else self._highest(_TOLD)) >> 32
        if newest != reset and abs(newest - reset) <= _SAME_WINDOW_SECONDS:
            reset = newest
        used = max(used, limit - remaining)
        if (packed := _packed(reset, limit)) > known:
            words[own + _LIMIT] = packed
        if (packed := _packed(reset, used)) > told:
            words[own + _TOLD] = packed

    def block(self, until: float, streak: int) -> None:
        """Nothing may go out before `until` (seconds since the epoch): the `streak`th limit in a row."""
        if self.is_current:
            word = (int(until * 1e3) << _STREAK_BITS) | min(streak, (1 << _STREAK_BITS) - 1)
            self._words[self._own + _BLOCK] = max(word, self._words[self._own + _BLOCK])

    @property
    def blocked(self) -> tuple[float, int]:
        """Until when it was blocked last (seconds since the epoch), and the how manieth time in a row."""
        word = self._highest(_BLOCK)
        return (word >> _STREAK_BITS) / 1e3, word & ((1 << _STREAK_BITS) - 1)

    def moment(self, word: int) -> float:
        """`DUE_AT` or `WRITE_AT`, in seconds on the monotonic clock."""
        return float(self._words[self.base + word] / 1e6)

    def set_moment(self, word: int, seconds: float) -> None:
        self._words[self.base + word] = int(seconds * 1e6)

    def _highest(self, word: int) -> int:
        return max(self._words[self._told + word : self._columns_end : _COLUMN_WORDS])


@contextmanager
def ledger_file(columns: int) -> Iterator[Path]:
    """A file for the ledgers of so many workers, closed to everybody else, for as long as they run."""
    with tempfile.TemporaryDirectory(prefix="headgate-") as directory:
        path = Path(directory) / "budget"
        path.touch(mode=0o600)
        os.truncate(path, _size(columns))
        yield path


def _size(columns: int) -> int:
    return ROWS * (_COLUMNS + columns * _COLUMN_WORDS) * WORD_BYTES


def _packed(epoch_seconds: int, number: int) -> int:
    return epoch_seconds << 32 | min(max(0, number), _LOW)
