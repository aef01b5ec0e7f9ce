"""The database of usage: its tables, and every statement that is run on it.

A row is a minute, or an hour, of a *series*: one caller, route and outcome. So no name is written again every minute.
Every statement here is for one thread at a time, and quick: others wait to write.
"""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Literal

from app.usage.moments import detailed_from
from app.usage.question import Found, Question
from app.usage.sums import COLUMNS, DAY_SECONDS, HOUR_SECONDS, Row, Sums, start_of
from app.usage.trouble import Unfit

APPLICATION_ID: Final = 0x48647532
SCHEMA: Final = 1
UPKEEP_SECONDS: Final = HOUR_SECONDS

_SUMS: Final = ", ".join(COLUMNS)
_TYPED: Final = ", ".join(f"{column} {'REAL' if column == 'seconds' else 'INTEGER'} NOT NULL" for column in COLUMNS)
_TOTALS: Final = ", ".join(f"sum({column})" for column in COLUMNS)
_ADDED: Final = ", ".join(f"{column} = {column} + excluded.{column}" for column in COLUMNS)
_ROWS: Final = f"(at INTEGER NOT NULL, series INTEGER NOT NULL, {_TYPED}, PRIMARY KEY (at, series)) WITHOUT ROWID"

_TABLES: Final = f"""
CREATE TABLE series (id INTEGER PRIMARY KEY, caller TEXT NOT NULL, route TEXT NOT NULL, outcome TEXT NOT NULL,
                     UNIQUE (caller, route, outcome));
CREATE TABLE minute {_ROWS};
CREATE TABLE hour {_ROWS};
CREATE TABLE upkeep (one INTEGER PRIMARY KEY CHECK (one = 1), done_at INTEGER NOT NULL);
INSERT INTO upkeep VALUES (1, 0);
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {SCHEMA};
"""  # noqa: S608 -- our own names
_COUNT: Final = (
    f"INSERT INTO minute (at, series, {_SUMS}) SELECT ?, id, ?, ?, ?, ?, ?, ?, ? FROM series"  # noqa: S608 -- our own names
    f" WHERE caller = ? AND route = ? AND outcome = ? ON CONFLICT (at, series) DO UPDATE SET {_ADDED}"
)
_FOLD: Final = (
    f"INSERT INTO hour (at, series, {_SUMS}) SELECT ?, series, {_TOTALS} FROM minute"  # noqa: S608 -- our own names
    f" WHERE at >= ? AND at < ? GROUP BY series ON CONFLICT (at, series) DO UPDATE SET {_ADDED}"
)


def connect(path: Path, *, timeout_seconds: float, mode: Literal["rw", "ro"] = "rw") -> sqlite3.Connection:
    """A connection to the file at `path`, which exists; for one thread at a time.

    Args:
        path: Of the file.
        timeout_seconds: For how long others are waited for.
        mode: `ro`: nothing is changed.

    Raises:
        sqlite3.Error: It cannot be opened.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}", uri=True, timeout=timeout_seconds, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip


def create(path: Path) -> None:
    """An empty file that nobody else may read. `prepare` does the rest.

    Raises:
        OSError: It cannot be made.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))


def prepare(connection: sqlite3.Connection) -> None:
    """Makes the tables where the file is empty, and looks whether they are ours where it is not.

    Raises:
        Unfit: It is another program's, or of another version.
        sqlite3.Error: It cannot be read or written, or is damaged.
    """
    check(connection)
    # What was committed is safe when a process dies; when the machine does, the last seconds may be lost.
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA journal_mode = WAL")
    with transaction(connection):
        if is_empty(connection):
            for statement in _TABLES.strip().split(";\n"):
                connection.execute(statement)


def check(connection: sqlite3.Connection) -> None:
    """Whether what there is, if there is anything, is ours.

    Raises:
        Unfit, sqlite3.Error: As above.
    """
    if is_empty(connection):
        return
    if _value(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise Unfit("a file of another program")
    if _value(connection, "PRAGMA user_version") != SCHEMA:
        raise Unfit("of another version of headgate")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether there are no tables yet."""
    return _value(connection, "SELECT count(*) FROM sqlite_master") == 0


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the block, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def count(connection: sqlite3.Connection, rows: Mapping[Row, Sums]) -> None:
    """Adds what came to what is there, in one transaction."""
    series = {(row.caller, row.route, row.outcome) for row in rows}
    with transaction(connection):
        connection.executemany("INSERT OR IGNORE INTO series (caller, route, outcome) VALUES (?, ?, ?)", series)
        connection.executemany(_COUNT, ((row.at, *sums.values(), *row[1:]) for row, sums in rows.items()))


def look_after(connection: sqlite3.Connection, now: float, keep_seconds: float) -> bool:
    """Folds old minutes into hours and drops what is too old, unless somebody has done so within the hour.

    Args:
        connection: For writing.
        now: Seconds since the epoch.
        keep_seconds: For how long it is kept.
    """
    with transaction(connection):
        # Clocks go back: what was done in the future is no reason to leave it until then.
        is_ours = connection.execute(
            "UPDATE upkeep SET done_at = ? WHERE done_at NOT BETWEEN ? AND ?",
            (int(now), int(now - UPKEEP_SECONDS) + 1, int(now + UPKEEP_SECONDS)),
        ).rowcount
    if not is_ours:
        return False
    fold(connection, detailed_from(now))
    oldest = start_of(now - keep_seconds, HOUR_SECONDS)
    with transaction(connection):
        connection.execute("DELETE FROM hour WHERE at < ?", (oldest,))
        connection.execute("DELETE FROM minute WHERE at < ?", (oldest,))
        connection.execute(
            "DELETE FROM series WHERE id NOT IN (SELECT series FROM minute UNION SELECT series FROM hour)"
        )
    return True


def fold(connection: sqlite3.Connection, before: int) -> None:
    """Minutes before `before` (seconds since the epoch, a full hour) become hours; one hour at a time."""
    while True:
        with transaction(connection):
            oldest = _value(connection, "SELECT min(at) FROM minute")
            if oldest is None or oldest >= before:
                return
            hour = start_of(oldest, HOUR_SECONDS)
            connection.execute(_FOLD, (hour, hour, hour + HOUR_SECONDS))
            connection.execute("DELETE FROM minute WHERE at < ?", (hour + HOUR_SECONDS,))


def find(connection: sqlite3.Connection, question: Question, found: Found) -> None:
    """Adds what all workers have written to `found`."""
    if is_empty(connection):
        return
    only, caller = ("1", ()) if question.only_caller is None else ("caller = ?", (question.only_caller,))
    rows = " UNION ALL ".join(
        f"SELECT series, {_SUMS} FROM {table} WHERE at >= ? AND at < ?"  # noqa: S608 -- our own names
        for table in ("minute", "hour")
    )
    # Summed up by series first: those are few, and names are looked up for them alone.
    totals = f"SELECT series, {', '.join(f'sum({name}) AS {name}' for name in COLUMNS)} FROM ({rows}) GROUP BY series"  # noqa: S608 -- the same
    statement = f"SELECT {question.by}, outcome, {_SUMS} FROM ({totals}) JOIN series ON id = series WHERE {only}"  # noqa: S608 -- the same
    span = (question.since, question.until)
    for name, outcome, *sums in connection.execute(statement, (*span, *span, *caller)):
        found.add(name, outcome, Sums(*sums))
    found.has_from(_oldest(connection, question.only_caller))


def _oldest(connection: sqlite3.Connection, only_caller: str | None) -> int | None:
    starts = [
        _value(connection, f"SELECT min(at) FROM {table}")  # noqa: S608 -- our own names
        if only_caller is None
        else _value(
            connection,
            f"SELECT min(at) FROM {table} WHERE series IN (SELECT id FROM series WHERE caller = ?)",  # noqa: S608 -- the same
            (only_caller,),
        )
        for table in ("hour", "minute")
    ]
    return min((start for start in starts if start is not None), default=None)


def points_since(connection: sqlite3.Connection, moment: int) -> dict[str, int]:
    """What each caller has spent since then (seconds since the epoch)."""
    if is_empty(connection):
        return {}
    return dict(
        connection.execute(
            "SELECT caller, sum(points) FROM (SELECT series, points FROM minute WHERE at >= ?"
            " UNION ALL SELECT series, points FROM hour WHERE at >= ?) JOIN series ON id = series"
            " GROUP BY caller HAVING sum(points) > 0",
            (moment, moment),
        ).fetchall()
    )


def start_of_day(now: float) -> int:
    """When the running day of UTC began."""
    return start_of(now, DAY_SECONDS)


def _value(connection: sqlite3.Connection, statement: str, values: tuple[object, ...] = ()) -> int | None:
    found: int | None = connection.execute(statement, values).fetchone()[0]
    return found
