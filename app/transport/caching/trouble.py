"""What is the matter with a medium: told once in the log, and for as long as it lasts to whoever asks."""

import sqlite3
from collections.abc import Callable
from typing import Final

from app.logs.logger import logger_of
from app.transport.caching.board import Unusable
from app.transport.caching.board_place import reason_of
from app.transport.caching.database import Unfit

logger = logger_of(__name__)

_AGAIN_SECONDS: Final = 60.0


class Busy(Exception):
    """Another process has been writing for longer than we wait, or does not move."""


Failure = sqlite3.Error | OSError | Unfit | Unusable | Busy
FAILURES: Final = (sqlite3.Error, OSError, Unfit, Unusable, Busy)

_REASONS: Final = {
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_IOERR: "input/output error",
    sqlite3.SQLITE_CANTOPEN: "unusable: cannot be opened",
}


def is_damage(failure: Failure) -> bool:
    """Whether the database file is to be given up, rather than to be tried again later."""
    if isinstance(failure, sqlite3.Error):
        code = getattr(failure, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        return code == sqlite3.SQLITE_IOERR_SHORT_READ or code & 0xFF not in _REASONS
    return isinstance(failure, Unfit)


def reason(failure: Failure) -> str:
    """In a few words, without a path."""
    if isinstance(failure, sqlite3.Error):
        code = getattr(failure, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        return _REASONS.get(code & 0xFF, "damaged")
    if isinstance(failure, OSError | Unusable):
        return reason_of(failure)
    return "busy" if isinstance(failure, Busy) else "damaged"


class Trouble:
    """The present trouble of one store.

    Attributes:
        now: In a few words, or None.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[str, float] = {}
        self._was_told = False
        self.now: str | None = None

    def note(self, what: str) -> None:
        """There is trouble: one line, and none again for the same within a minute."""
        if what == self.now:
            return
        self.now = what
        now = self._clock()
        self._was_told = now - self._told.get(what, float("-inf")) >= _AGAIN_SECONDS
        if self._was_told:
            self._told[what] = now
            logger.warning("the cache does not keep replies on disk", reason=what)

    def over(self) -> None:
        """All is well again."""
        if self.now is not None:
            self.now = None
            if self._was_told:
                logger.info("the cache keeps replies on disk again")

    def discarded(self) -> None:
        logger.warning("the cache's database was damaged and is made anew")

    def removed(self) -> None:
        logger.warning("the cache's files were removed and are made anew")
