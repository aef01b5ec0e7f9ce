"""Who may ask upstream for a key, among all workers of the machine.

A lease is a lock on one byte of the board's file, so the kernel frees it when its holder dies. A holder that is alive but
does not move is overtaken: it stops setting its word in the board, and after two seconds the lease's next level is free.
Few levels are enough: whoever holds one and moves keeps the word fresh for all of them.
"""

from collections.abc import Callable
from typing import Final

from app.transport.caching.board import BEATS, BEATS_COUNT, LEASES_END, Board

STOPPED_SECONDS: Final = 2.0
_LEVELS: Final = 4
_LEVEL: Final = LEASES_END // _LEVELS


class KeyLease:
    """Held until released."""

    __slots__ = ("_leases", "_number")

    def __init__(self, leases: "Leases", number: int) -> None:
        self._leases = leases
        self._number = number

    def release(self) -> None:
        self._leases.give_back(self)

    @property
    def number(self) -> int:
        return self._number


class Leases:
    """One worker's leases.

    Args:
        board: Shared with the other workers, or private: then every lease is free.
        monotonic: Seconds on a clock that all processes of the machine share, and that nobody sets.
    """

    def __init__(self, board: Board, monotonic: Callable[[], float]) -> None:
        self._words = board.words
        self._locks = board.locks
        self._monotonic = monotonic
        self._held: dict[int, tuple[KeyLease, int]] = {}

    def take(self, number: int) -> KeyLease | None:
        """The lease of the key with this number (`record.number_of`), or None while somebody else has it."""
        if number in self._held:
            return None
        word = BEATS + number % BEATS_COUNT
        for level in range(_LEVELS):
            offset = level * _LEVEL + number % _LEVEL
            if self._acquired(offset):
                self._words[word] = self._now()
                lease = KeyLease(self, number)
                self._held[number] = (lease, offset)
                return lease
            beat = self._words[word]
            if beat == 0:
                # Its holder took it a moment ago; or it was stopped in that very moment, and the time counts from now.
                self._words[word] = self._now()
                return None
            if self._now() - beat < STOPPED_SECONDS * 1e9:
                return None
        return None

    def give_back(self, lease: KeyLease) -> None:
        """Once: who does it again frees nothing of anybody."""
        held, offset = self._held.get(lease.number, (None, 0))
        if held is not lease:
            return
        del self._held[lease.number]
        self._words[BEATS + lease.number % BEATS_COUNT] = 0
        if self._locks is not None:
            self._locks.release(offset)

    def beat(self) -> None:
        """Says that we move: to be called twice a second or so."""
        now = self._now()
        for number in self._held:
            self._words[BEATS + number % BEATS_COUNT] = now

    def close(self) -> None:
        """Gives back all of them; the board is about to be closed."""
        for lease, _ in list(self._held.values()):
            self.give_back(lease)

    def _acquired(self, offset: int) -> bool:
        if self._locks is None:
            return True
        try:
            return self._locks.acquire(offset)
        except OSError:  # this file system knows no locks: to ask twice does no harm, to wait for ever would
            return True

    def _now(self) -> int:
        return int(self._monotonic() * 1e9)
