"""One account as one worker sees it: a row of the ledger's words, of which a column is its own."""

from math import inf
from typing import Final

from app.transport.budget.standing import Standing, Window
from app.transport.dialect import Quota

# The words of a row; all times but those of quotas are on the machine's monotonic clock, in microseconds.
NAME, USED_AT, DUE_AT, WRITE_AT, COLUMNS = range(5)
# The words of a column.
TOLD, LIMIT, BLOCK, IN_FLIGHT, COLUMN_WORDS = range(5)
WANTED_AT: Final = BLOCK
"""In the row of what an upstream has under way, which nobody blocks."""

ROW_LOCKS: Final = 1 << 40
"""The first of the bytes that are locked, one for each row, beyond the file's end."""

_LOW: Final = (1 << 32) - 1
_STREAK_BITS: Final = 5
_SAME_WINDOW_SECONDS: Final = 5
"""By so much the end of one window may differ from one reply to the next."""


class Account:
    """One row. Numbers of it may be read at any time; `DUE_AT` and `WRITE_AT` are written under the upstream's lock."""

    __slots__ = ("_columns_end", "_is_alone", "_own", "_settled", "_told", "_words", "base", "name")

    def __init__(self, words: memoryview, base: int, name: int, column: int, columns: int) -> None:
        self._words = words
        self.base = base
        self.name = name
        self._own = base + COLUMNS + column * COLUMN_WORDS
        self._told = base + COLUMNS
        self._columns_end = self._told + columns * COLUMN_WORDS
        self._is_alone = columns == 1
        self._settled = 0  # the window of which all workers have the same end

    @property
    def is_current(self) -> bool:
        """Whether the row is still this account's: it may have been given to another while nothing was under way."""
        return bool(self._words[self.base + NAME] == self.name)

    @property
    def lock(self) -> int:
        """What to lock before deciding, where the row is that of all that an upstream has under way."""
        return ROW_LOCKS + self.base

    def standing(self) -> Standing:
        """How it stands, all workers taken together."""
        cells = self._words[self._told : self._columns_end].tolist()
        if self._is_alone:
            told, limit, block, in_flight = cells
        else:
            told, limit, block = (max(cells[word::COLUMN_WORDS]) for word in (TOLD, LIMIT, BLOCK))
            in_flight = sum(cells[IN_FLIGHT::COLUMN_WORDS])
        window = Window(limit & _LOW, told & _LOW, told >> 32) if told else None
        return Standing(window, in_flight, (block >> _STREAK_BITS) / 1e3)

    @property
    def in_flight(self) -> int:
        """Points (or requests) that are under way."""
        if self._is_alone:
            return int(self._words[self._own + IN_FLIGHT])
        return sum(self._words[self._told + IN_FLIGHT : self._columns_end : COLUMN_WORDS])

    @property
    def own_in_flight(self) -> int:
        """Those of this worker."""
        return int(self._words[self._own + IN_FLIGHT])

    def want(self, now: float) -> None:
        """This worker has looked in vain for something to take (monotonic seconds)."""
        self._words[self._own + WANTED_AT] = int(now * 1e6)

    def share(self, total: int, since: float) -> float:
        """How much of `total` this worker may have under way while others want some: as much as each of them, of what
        those leave who are content. Infinite while no other has looked in vain `since` (monotonic seconds).
        """
        cells = self._words[self._told : self._columns_end].tolist()
        own, microseconds = (self._own - self._told) // COLUMN_WORDS, since * 1e6
        wanted_at, in_flight = cells[WANTED_AT::COLUMN_WORDS], cells[IN_FLIGHT::COLUMN_WORDS]
        wanting = {column for column, moment in enumerate(wanted_at) if moment > microseconds} - {own}
        if not wanting:
            return inf
        content = sum(points for column, points in enumerate(in_flight) if column != own and column not in wanting)
        return (total - content) / (len(wanting) + 1)

    def begin(self, points: int, now: float) -> None:
        """Points go out `now` (monotonic seconds)."""
        self._words[self._own + IN_FLIGHT] += points
        self.keep_until(now)

    def add(self, points: int) -> None:
        """The same where the row is never given to another account."""
        self._words[self._own + IN_FLIGHT] += points

    def keep_until(self, moment: float) -> None:
        """Counts as used at that moment (monotonic seconds), be it now or later: for as long as somebody waits for it."""
        words, used_at, microseconds = self._words, self.base + USED_AT, int(moment * 1e6)
        if words[used_at] < microseconds:  # noqa: PLR1730 -- `max` costs four times as much
            words[used_at] = microseconds

    def end(self, points: int) -> None:
        """What came of them is known. Until then the row is nobody else's: nobody gets one with points under way, but for
        who has looked in the very moment before they went out.
        """
        try:
            self._words[self._own + IN_FLIGHT] -= points
        except ValueError:  # less than nothing: the other one has cleared the row
            self._words[self._own + IN_FLIGHT] = 0

    def learn(self, quota: Quota, latest: float = _LOW) -> bool:
        """Takes in what a reply tells of the quota. Whether it tells of a window: not if it names no end of it, or one later
        than `latest` (seconds since the epoch). It may be over by our clock: that may be ahead.
        """
        _, limit, remaining, used, reset = quota
        if reset is None or not 0 < reset <= latest:
            return False
        if self._words[self.base + NAME] != self.name:
            return True
        words, own = self._words, self._own
        told, known = words[own + TOLD], words[own + LIMIT]
        if reset != self._settled:
            newest = self._highest(TOLD) >> 32
            if newest != reset and abs(newest - reset) <= _SAME_WINDOW_SECONDS:
                reset = newest
            elif told >> 32 == reset:  # not by the first reply: another worker may have written in the same moment
                self._settled = reset
        used = max(used, limit - remaining)
        if (word := packed(reset, limit)) > known:
            words[own + LIMIT] = word
        if (word := packed(reset, used)) > told:
            words[own + TOLD] = word
        return True

    def block(self, until: float, streak: int) -> None:
        """Nothing may go out before `until` (seconds since the epoch): the `streak`th limit in a row."""
        if self.is_current:
            word = (int(until * 1e3) << _STREAK_BITS) | min(streak, (1 << _STREAK_BITS) - 1)
            self._words[self._own + BLOCK] = max(word, self._words[self._own + BLOCK])

    @property
    def blocked(self) -> tuple[float, int]:
        """Until when it was blocked last (seconds since the epoch), and the how manieth time in a row."""
        word = self._highest(BLOCK)
        return (word >> _STREAK_BITS) / 1e3, word & ((1 << _STREAK_BITS) - 1)

    def moment(self, word: int) -> float:
        """`DUE_AT` or `WRITE_AT`, in seconds on the monotonic clock."""
        return float(self._words[self.base + word] / 1e6)

    def set_moment(self, word: int, seconds: float) -> None:
        self._words[self.base + word] = int(seconds * 1e6)

    def _highest(self, word: int) -> int:
        return max(self._words[self._told + word : self._columns_end : COLUMN_WORDS])


def packed(epoch_seconds: int, number: int) -> int:
    return epoch_seconds << 32 | min(max(0, number), _LOW)
