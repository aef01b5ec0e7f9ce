"""What is wrong with a disk, in a few words, and once."""

import errno
import logging
import sqlite3

import pytest

from app.transport.caching.board import Unusable
from app.transport.caching.database import Unfit
from app.transport.caching.thread import BatchThread
from app.transport.caching.trouble import Busy, Failure, Trouble, is_damage, reason
from tests.stored import Clock


def sqlite_error(code: int | None) -> sqlite3.Error:
    error = sqlite3.OperationalError("whatever it says, /a/path included")
    if code is not None:
        error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("failure", "words", "damage"),
    [
        (sqlite_error(sqlite3.SQLITE_FULL), "disk full", False),
        (sqlite_error(sqlite3.SQLITE_READONLY_DBMOVED), "read-only", False),
        (sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), "busy", False),
        (sqlite_error(sqlite3.SQLITE_IOERR_WRITE), "input/output error", False),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), "unusable: cannot be opened", False),
        (sqlite_error(sqlite3.SQLITE_IOERR_SHORT_READ), "input/output error", True),
        (sqlite_error(sqlite3.SQLITE_CORRUPT), "damaged", True),
        (sqlite_error(sqlite3.SQLITE_NOTADB), "damaged", True),
        (sqlite_error(sqlite3.SQLITE_ERROR), "damaged", True),
        (sqlite_error(None), "damaged", True),
        (Unfit("of another schema"), "damaged", True),
        (Busy(), "busy", False),
        (Unusable("too many workers"), "too many workers", False),
        (OSError(errno.ENOSPC, "text"), "disk full", False),
        (OSError(errno.EROFS, "text"), "read-only", False),
        (OSError(errno.ENOTDIR, "text", "/a/path"), "unusable: Not a directory", False),
    ],
)
def test_a_failure(failure: Failure, words: str, damage: bool) -> None:
    assert reason(failure) == words
    assert is_damage(failure) is damage


def test_one_line_for_one_trouble(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    trouble = Trouble(clock)
    for _ in range(5):
        trouble.note("disk full")
        trouble.note("disk full")
        assert trouble.now == "disk full"
        trouble.over()
        trouble.over()
        assert trouble.now is None

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    clock.now += 60
    trouble.note("disk full")
    assert 'reason="disk full"' in caplog.records[-1].getMessage()


def test_a_thread_outlives_what_nobody_foresaw(caplog: pytest.LogCaptureFixture) -> None:
    done: list[int] = []
    failed: list[int] = []

    def work(batch: list[int]) -> None:
        if 0 in batch:
            raise ZeroDivisionError
        done.extend(batch)

    for first in (0, 1):
        thread = BatchThread("test", work, failed.extend)
        for number in range(first, 1000):
            thread.put(number)
        thread.start()
        thread.finish()
        assert sorted(done + failed) == list(range(first, 1000))
        done.clear()
        failed.clear()

    assert [record.levelname for record in caplog.records] == ["ERROR"]
