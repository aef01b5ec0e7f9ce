"""What is wrong, in a few words, and once."""

import errno
import logging
import sqlite3

import pytest

from app.usage.trouble import Busy, Failure, Trouble, Unfit, is_damage, reason
from tests.stored import Clock


def sqlite_error(code: int | None, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("whatever it says, /a/path included")
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
        (sqlite_error(sqlite3.SQLITE_IOERR_SHORT_READ), "input/output error", True),
        (sqlite_error(sqlite3.SQLITE_CANTOPEN), "cannot be opened", False),
        (sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX), "damaged", True),
        (sqlite_error(sqlite3.SQLITE_NOTADB), "damaged", True),
        (sqlite_error(sqlite3.SQLITE_ERROR), "unusable", False),
        (sqlite_error(None), "damaged", True),
        (sqlite_error(None, sqlite3.ProgrammingError), "damaged", False),
        (Unfit("a file of another program"), "a file of another program", False),
        (Busy(), "busy", False),
        (OSError(errno.ENOSPC, "text"), "disk full", False),
        (PermissionError(errno.EACCES, "text"), "read-only", False),
        (NotADirectoryError(errno.ENOTDIR, "text"), "unusable: Not a directory", False),
    ],
)
def test_a_reason_names_no_path(failure: Failure, words: str, damage: bool) -> None:
    assert reason(failure) == words
    assert is_damage(failure) is damage


def test_it_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    clock = Clock()
    trouble = Trouble(clock)
    for _ in range(3):
        trouble.note("disk full")
    assert trouble.now == "disk full"
    trouble.over()
    trouble.over()
    trouble.note("disk full")
    trouble.over()

    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert "disk full" in caplog.text
    assert trouble.now is None
    clock.now += 61
    trouble.note("disk full")
    assert len(caplog.records) == 3
