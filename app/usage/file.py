"""The database file that all workers share: how it is made, opened, and set aside when it is damaged.

SQLite's files beside a database belong to it by their names alone: who still has the old database open when a new one has
its name ruins the new one. So a file is made or renamed only while nobody has it open. Everybody who has holds a shared
lock on `….lock`; who makes or renames needs it alone; and who finds the file damaged makes the lock file one byte long,
whereupon everybody lets go, within a round. The kernel frees the locks of who dies.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from app.usage import database
from app.usage.trouble import Busy

TIMEOUT_SECONDS: Final = 5.0
"""For so long other writers are waited for, each of which takes some milliseconds."""
SET_ASIDE_SECONDS: Final = 600.0
"""A disk that damages what was written a moment ago does not get a new file each time."""

_SUFFIXES: Final = ("", "-wal", "-shm")


class UsageFile:
    """One worker's hold on it. For one thread at a time.

    Args:
        path: Where it is; made with its directory when it is first used.
        clock: Seconds since the epoch.
        set_aside: Told the name of a damaged file.
    """

    def __init__(self, path: Path, clock: Callable[[], float], set_aside: Callable[[str], None]) -> None:
        self._path = path
        self._lock_path = path.with_name(f"{path.name}.lock")
        self._clock = clock
        self._set_aside = set_aside
        self._lock: int | None = None
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)
        self._condemned_at = float("-inf")

    def connected(self) -> sqlite3.Connection:
        """A connection to the file that has the path now.

        Raises:
            OSError, sqlite3.Error, Busy, Unfit: There is none.
        """
        if self._connection is not None and not self._is_current():
            self.close()
        if self._connection is None:
            try:
                self._connection = self._opened()
            except BaseException:
                self.close()
                raise
        return self._connection

    def condemn(self) -> bool:
        """What was opened last is damaged: it is set aside as soon as nobody has it open. False: it stays, since another one
        was damaged a moment ago.

        Raises:
            OSError, Busy: It cannot be marked, or not now.
        """
        if self._lock is None:
            self._lock = self._lock_file()
            _take(self._lock, fcntl.LOCK_SH)
        try:
            if not self._path.exists() or _identity(self._path) != self._identity:
                return True  # somebody else was quicker
            now = self._clock()
            if abs(now - self._condemned_at) < SET_ASIDE_SECONDS:
                return False
            os.ftruncate(self._lock, 1)
            self._condemned_at = now
            return True
        finally:
            self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        lock, self._lock = self._lock, None
        try:
            if connection is not None:
                connection.close()
        finally:
            if lock is not None:
                os.close(lock)  # and with it the lock

    def _is_current(self) -> bool:
        assert self._lock is not None  # noqa: S101 -- held with every connection
        lock = os.fstat(self._lock)
        try:
            return lock.st_size == 0 and lock.st_nlink == 1 and _identity(self._path) == self._identity
        except FileNotFoundError:
            return False

    def _opened(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = lock = self._lock_file()
        if not self._is_in_place(lock):
            _take(lock, fcntl.LOCK_EX)
            self._put_in_place(lock)
        _take(lock, fcntl.LOCK_SH)
        if not self._is_in_place(lock):
            raise Busy
        self._identity = _identity(self._path)
        connection = database.connect(self._path, timeout_seconds=TIMEOUT_SECONDS)
        try:
            database.prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _lock_file(self) -> int:
        return os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def _is_in_place(self, lock: int) -> bool:
        return os.fstat(lock).st_size == 0 and self._path.exists()

    def _put_in_place(self, lock: int) -> None:
        """Nobody has the file open."""
        if os.fstat(lock).st_size > 0:
            self._rename()
            os.ftruncate(lock, 0)
        if not self._path.exists():
            for suffix in _SUFFIXES[1:]:  # without a database they are of no use, and harmful to a new one
                self._beside(suffix).unlink(missing_ok=True)
            database.create(self._path)

    def _rename(self) -> None:
        moment = datetime.fromtimestamp(self._clock(), UTC).strftime("%Y%m%dT%H%M%SZ")
        aside = self._path.with_name(f"{self._path.name}.damaged-{moment}")
        # The database itself goes last: until then the lock file says what is to be done.
        for suffix in reversed(_SUFFIXES):
            beside = self._beside(suffix)
            if beside.exists():
                beside.rename(aside.with_name(aside.name + suffix))
        self._set_aside(aside.name)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _take(lock: int, kind: int) -> None:
    try:
        fcntl.flock(lock, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Busy from None
    except OSError:  # this file system knows no locks: then two workers that start at once may get in each other's way
        return
