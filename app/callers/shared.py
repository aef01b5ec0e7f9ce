"""What the workers of a machine know together of how much each key has used: a small file that all of them have mapped.

A row of three words for each name: its own (a hash), the moment at which its requests are paid for, and the points it has spent
on which day. Nobody locks anything. Two workers that count in the same moment may count one request for two; two that take
the same empty row for two names meet again: each looks whether the row is still its own, and who has lost it takes another.

A row in which nothing is owed and no point of today stands knows nothing, and is anybody's.
"""

import fcntl
import mmap
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final

from app.callers.caller import RateState
from app.callers.rates import RateRule, state, taken

ROWS: Final = 8192
PLACES: Final = 32
"""In so many rows, one after the other, that of a name may be."""
DAY_SECONDS: Final = 86_400

Spent = Callable[[str, int], int]
"""How many points a key (by name) had spent on a day (since the epoch, UTC) when nobody here had counted yet."""

_WORD_BYTES: Final = 8
_ROW_WORDS: Final = 3
_NAME, _DUE, _POINTS = range(_ROW_WORDS)
_FIRST: Final = 1
"""Word 0 says whether there have ever been keys."""
_SIZE: Final = (_FIRST + ROWS * _ROW_WORDS) * _WORD_BYTES
_DAY_SHIFT: Final = 40
_POINTS_MASK: Final = (1 << _DAY_SHIFT) - 1


class UseTable:
    """One worker's view of it.

    Args:
        path: The file that `use_file` made; None: a table of this worker alone.
        spent: What of a day was spent before.
        monotonic_nanoseconds: A clock that all workers of the machine have in common.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        spent: Spent = lambda _name, _day: 0,
        monotonic_nanoseconds: Callable[[], int] = time.monotonic_ns,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.spent = spent
        self.monotonic_nanoseconds = monotonic_nanoseconds
        self.now = now
        self._map: mmap.mmap | None = None
        if path is None:
            self.words = memoryview(bytearray(_SIZE)).cast("Q")
            return
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            self._map = mmap.mmap(descriptor, _SIZE)
        finally:
            os.close(descriptor)
        self.words = memoryview(self._map).cast("Q")

    def close(self) -> None:
        """A worker that ends need not."""
        self.words.release()
        if self._map is not None:
            self._map.close()

    @property
    def had_keys(self) -> bool:
        """Whether any worker has ever seen a key, also one that has died since."""
        return self.words[0] != 0

    def note_keys(self) -> None:
        """From now on there have been some."""
        self.words[0] = 1

    def place(self, name: int) -> int:
        """Where the row of a name (its hash) begins; one that is made now is empty.

        Where all its places are taken by others that are in use, it shares the first of them for the moment.
        """
        words = self.words
        places = [_FIRST + (name + step) % ROWS * _ROW_WORDS for step in range(PLACES)]
        for base in places:
            if words[base + _NAME] == name:
                return base
        free = next((one for one in places if words[one + _NAME] == 0), None)
        if free is None:
            free = next(filter(self._is_anybodys, places), None)
        if free is None:
            return places[0]
        base = free
        words[base + _DUE] = words[base + _POINTS] = 0
        words[base + _NAME] = name
        return base

    def _is_anybodys(self, base: int) -> bool:
        words, today = self.words, int(self.now()) // DAY_SECONDS
        return words[base + _DUE] <= self.monotonic_nanoseconds() and words[base + _POINTS] >> _DAY_SHIFT < today


class SharedRate:
    """A key's limit of requests, on all workers together. Implements `Rate`."""

    def __init__(self, table: UseTable, name: str, rule: RateRule) -> None:
        self._table = table
        self._words = table.words
        self._clock = table.monotonic_nanoseconds
        self._rule = rule
        self._step, self._span = rule.step_nanoseconds, rule.span_nanoseconds
        self._name = _hashed(name)
        self._base = table.place(self._name)

    def take(self) -> RateState:
        """As in `Rate`."""
        words, base = self._words, self._base
        if words[base + _NAME] != self._name:
            base = self._base = self._table.place(self._name)
        now = self._clock()
        before = words[base + _DUE]
        # A limit that was lowered while more was owed than it has: nobody waits for longer than its own window.
        before = min(before, now + self._span)
        after = taken(before, now, self._step, self._span)
        if after:
            words[base + _DUE] = after
            return state(after, now, self._rule)
        return state(before, now, self._rule, refused=True)


class SharedAllowance:
    """How many points of the upstreams' quotas a key may spend in a day (UTC), on all workers together. Implements
    `Allowance`.
    """

    def __init__(self, table: UseTable, name: str, daily_points: int) -> None:
        self._table = table
        self._words = table.words
        self.limit = daily_points
        self._name = name
        self._hashed = _hashed(name)
        self._base = table.place(self._hashed)

    @property
    def left(self) -> int:
        """As in `Allowance`: until midnight, UTC."""
        return max(0, self.limit - self._spent(int(self._table.now()) // DAY_SECONDS))

    def take(self, points: int) -> float | None:
        """As in `Allowance`; the wait is until midnight, UTC."""
        now = self._table.now()
        day = int(now) // DAY_SECONDS
        spent = self._spent(day)
        if spent + points > self.limit:
            return (day + 1) * DAY_SECONDS - now
        self._write(day, spent + points)
        return None

    def give_back(self, points: int) -> None:
        """As in `Allowance`. What was taken yesterday is yesterday's."""
        day = int(self._table.now()) // DAY_SECONDS
        self._write(day, max(self._spent(day) - points, 0))

    def _spent(self, day: int) -> int:
        words = self._words
        if words[self._base + _NAME] != self._hashed:
            self._base = self._table.place(self._hashed)
        word = words[self._base + _POINTS]
        if word == 0:  # nobody has counted yet: since the start, or since the row became another's
            return self._table.spent(self._name, day)
        return word & _POINTS_MASK if word >> _DAY_SHIFT == day else 0

    def _write(self, day: int, spent: int) -> None:
        self._words[self._base + _POINTS] = day << _DAY_SHIFT | min(spent, _POINTS_MASK)


def _hashed(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1


@contextmanager
def use_file() -> Iterator[Path]:
    """A file for the tables of all workers, closed to everybody else, for as long as they run. Made by the main process."""
    with tempfile.TemporaryDirectory(prefix="headgate-") as directory:
        path = Path(directory) / "use"
        path.touch(mode=0o600)
        os.truncate(path, _SIZE)
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            # tmpfiles.d(5): what is locked is not cleared away. A worker that takes a lost one's place would not find it.
            with suppress(OSError):  # a file system that knows no locks
                fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield path
        finally:
            os.close(descriptor)
