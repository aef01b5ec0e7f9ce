"""What the workers of a machine know together of how much each key has used: a small file that all of them have mapped.

A row of words for each name: its own (a hash), the points that it had spent before anybody counted, and of each worker a
column, which nobody else writes: so nothing is lost between two that count in the same moment. Each sees what the others have
written, and at most one request a worker is let through beyond a limit: those that look in the very same moment.

The moment at which all of a key's requests are paid for ("due", `rates.py`) is a sum: of a base, and of what each request has
cost since. The cost only grows; the base is moved up to now when nothing is owed, so that nobody saves up time. It never goes
back, so the highest that any worker has written is the base.

Where two workers take the same empty row for two names, they meet again: each looks whether the row is still its own, and who
has lost it takes another. A row in which nothing is owed and no point of today stands knows nothing, and is anybody's.
"""

import mmap
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from hashlib import blake2b
from pathlib import Path
from struct import Struct
from typing import Final

from app.callers.caller import RateState
from app.callers.rates import RateRule, state, taken
from app.shared_file import shared_file

ROWS: Final = 8192
PLACES: Final = 32
"""In so many rows, one after the other, that of a name may be."""
DAY_SECONDS: Final = 86_400

Spent = Callable[[str, int], int]
"""How many points a key (by name) had spent on a day (since the epoch, UTC) when nobody here had counted yet."""

_WORD_BYTES: Final = 8
_WORD: Final = (1 << 64) - 1
_KEYS, _USED, _FIRST = range(3)
"""Whether there have ever been keys; how many columns have counted requests; the first row."""
_NAME, _BEFORE, _COLUMNS = range(3)
"""Of a row. After them come the cost and the base of each column, then the points of each."""
_DAY_SHIFT: Final = 40
_POINTS_MASK: Final = (1 << _DAY_SHIFT) - 1


class UseTable:
    """One worker's view of it.

    Args:
        path: The file that `use_file` made for so many `columns`; None: a table of this worker alone.
        column: The one that nobody else has while this worker lives. What its last owner wrote goes on to count.
        columns: How many there are.
        spent: What of a day was spent before.
        monotonic_nanoseconds: A clock that all workers of the machine have in common.
        now: Seconds since the epoch.
    """

    def __init__(
        self,
        path: Path | None = None,
        column: int = 0,
        columns: int = 1,
        *,
        spent: Spent = lambda _name, _day: 0,
        monotonic_nanoseconds: Callable[[], int] = time.monotonic_ns,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.column = column
        self.columns = columns
        self.spent = spent
        self.monotonic_nanoseconds = monotonic_nanoseconds
        self.now = now
        self._row_words = _row_words(columns)
        self._map = None if path is None else _mapped(path, columns)
        self.words = memoryview(self._map or bytearray(_size(columns))).cast("Q")

    def close(self) -> None:
        """A worker that ends need not."""
        self.words.release()
        if self._map is not None:
            self._map.close()

    @property
    def had_keys(self) -> bool:
        """Whether any worker has ever seen a key, also one that has died since."""
        return self.words[_KEYS] != 0

    def note_keys(self) -> None:
        """From now on there have been some."""
        self.words[_KEYS] = 1

    def place(self, name: int) -> int:
        """Where the row of a name (its hash) begins; one that is made now is empty.

        Where all its places are taken by others that are in use, it shares the first of them for the moment.
        """
        words = self.words
        places = [_FIRST + (name + step) % ROWS * self._row_words for step in range(PLACES)]
        for base in places:
            if words[base + _NAME] == name:
                return base
        free = next((one for one in places if words[one + _NAME] == 0), None)
        if free is None:
            free = next(filter(self._is_anybodys, places), None)
        if free is None:
            return places[0]
        for at in range(free + _BEFORE, free + self._row_words):
            if words[at]:  # what is 0 takes no memory until it is written
                words[at] = 0
        words[free + _NAME] = name
        return free

    def _is_anybodys(self, base: int) -> bool:
        words, today = self.words, int(self.now()) // DAY_SECONDS
        costs, end = base + _COLUMNS, base + self._row_words
        points = costs + 2 * self.columns
        due = sum(words[costs:points:2]) + max(words[costs + 1 : points : 2]) & _WORD
        latest_day = max(words[base + _BEFORE], *words[points:end]) >> _DAY_SHIFT
        return due <= self.monotonic_nanoseconds() and latest_day < today


class SharedRate:
    """A key's limit of requests, on all workers together. Implements `Rate`."""

    def __init__(self, table: UseTable, name: str, rule: RateRule) -> None:
        self._table = table
        self._words = table.words
        self._clock = table.monotonic_nanoseconds
        self._rule = rule
        self._step, self._span = rule.step_nanoseconds, rule.span_nanoseconds
        # What workers let through in the same moment is owed, too, and not forgiven: else they could go on and on.
        self._most_owed = self._span + table.columns * self._step
        self._name = _hashed(name)
        self._column, self._own = table.column, _COLUMNS + 2 * table.column
        self._read = tuple(Struct(f"{2 * columns}Q").unpack_from for columns in range(table.columns + 1))
        self._base = table.place(self._name)

    def take(self) -> RateState:
        """As in `Rate`."""
        words, base = self._words, self._base
        if words[base] != self._name:
            base = self._base = self._table.place(self._name)
        own = base + self._own
        now = self._clock()
        used = words[_USED]
        if used <= self._column:  # also where another that came in the same moment wrote less: before this one counts
            used = words[_USED] = self._column + 1
        seen = self._read[used](words, (base + _COLUMNS) * _WORD_BYTES)
        cost = sum(seen[::2])
        due = max(seen[1::2]) + cost & _WORD
        if due < now:
            words[own + 1] = now - cost & _WORD
        elif due > now + self._most_owed:
            # A limit that was lowered while more was owed than it has: nobody waits for longer than its own window.
            words[own] = words[own] - (due - now - self._span) & _WORD
            due = now + self._span
        after = taken(due, now, self._step, self._span)
        if after:
            words[own] = words[own] + self._step & _WORD
            return state(after, now, self._rule)
        return state(due, now, self._rule, refused=True)


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
        if self._spent(day) + points > self.limit:
            return (day + 1) * DAY_SECONDS - now
        self._add(day, points)
        return None

    def give_back(self, points: int) -> None:
        """As in `Allowance`. What was taken yesterday is yesterday's."""
        self._add(int(self._table.now()) // DAY_SECONDS, -points)

    def _spent(self, day: int) -> int:
        words, table, base = self._words, self._table, self._row()
        before = base + _BEFORE
        if words[before] == 0:  # nobody has counted yet: since the start, or since the row became another's
            words[before] = _packed(day, table.spent(self._name, day))
        first = base + _COLUMNS + 2 * table.columns
        return _points(words[before], day) + sum(_points(word, day) for word in words[first : first + table.columns])

    def _row(self) -> int:
        """Where it begins; looked at anew each time, since it may have become another's."""
        if self._words[self._base + _NAME] != self._hashed:
            self._base = self._table.place(self._hashed)
        return self._base

    def _add(self, day: int, points: int) -> None:
        """To what this worker has counted: who gives back has taken before."""
        own = self._row() + _COLUMNS + 2 * self._table.columns + self._table.column
        self._words[own] = _packed(day, max(_points(self._words[own], day) + points, 0))


def _packed(day: int, points: int) -> int:
    return day << _DAY_SHIFT | min(points, _POINTS_MASK)


def _points(word: int, day: int) -> int:
    return word & _POINTS_MASK if word >> _DAY_SHIFT == day else 0


def _hashed(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little") or 1


def _row_words(columns: int) -> int:
    return _COLUMNS + 3 * columns


def _size(columns: int) -> int:
    return (_FIRST + ROWS * _row_words(columns)) * _WORD_BYTES


def _mapped(path: Path, columns: int) -> mmap.mmap:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        return mmap.mmap(descriptor, _size(columns))
    finally:
        os.close(descriptor)


def use_file(columns: int) -> AbstractContextManager[Path]:
    """A file for the tables of so many workers."""
    return shared_file("use", _size(columns))
