"""What is the matter with the database of usage: told once in the log, and for as long as it lasts to whoever asks."""

import errno
import os
import sqlite3
from collections.abc import Callable
from typing import Final

from app.logs.logger import logger_of

logger = logger_of(__name__)

_AGAIN_SECONDS: Final = 60.0


class Busy(Exception):
    """Others have been using the file for longer than we wait."""


class Unfit(Exception):
    """A file that is none of ours, or of a version that we do not know. It is left alone."""


Failure = sqlite3.Error | OSError | Busy | Unfit
FAILURES: Final = (sqlite3.Error, OSError, Busy, Unfit)

_DAMAGE: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_REASONS: Final = {
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_NOTADB: "damaged",
    sqlite3.SQLITE_FULL: "disk full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_PERM: "read-only",
    sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy",
    sqlite3.SQLITE_IOERR: "input/output error",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened",
}
_ERRNO_REASONS: Final = {
    errno.ENOSPC: "disk full",
    errno.EDQUOT: "disk full",
    errno.EPERM: "read-only",
    errno.EACCES: "read-only",
    errno.EROFS: "read-only",
}


def is_damage(failure: Failure) -> bool:
    """Whether the file is to be given up, rather than to be tried again later."""
    if not isinstance(failure, sqlite3.Error):
        return False
    code = getattr(failure, "sqlite_errorcode", None)
    if code is None:  # text that is none, found by Python
        return isinstance(failure, sqlite3.OperationalError)
    return code & 0xFF in _DAMAGE or code == sqlite3.SQLITE_IOERR_SHORT_READ


def reason(failure: Failure) -> str:
    """In a few words, without a path."""
    if isinstance(failure, sqlite3.Error):
        code = getattr(failure, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT)
        return _REASONS.get(code & 0xFF, "unusable")
    if isinstance(failure, OSError):
        return _ERRNO_REASONS.get(failure.errno or 0, f"unusable: {os.strerror(failure.errno or 0)}")
    return "busy" if isinstance(failure, Busy) else str(failure)


class Trouble:
    """The present trouble of one database.

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
            logger.warning("usage is not written to its database, only kept in memory", reason=what)

    def over(self) -> None:
        """All is well again."""
        if self.now is not None:
            self.now = None
            if self._was_told:
                logger.info("usage is written to its database again")

    def set_aside(self, name: str) -> None:
        """The file was damaged, has this name now, and there is a new one."""
        logger.warning("the database of usage was damaged: it was set aside, and a new one begun", set_aside=name)
