"""The database file: its tables, how it is made, opened and judged, and every statement that is run on it.

Records stand apart from what is asked of all entries at once (which is the oldest, which match a pattern): those scans
and the bookkeeping of uses touch no body. Statements are few and large: SQLite lets go of the interpreter's lock for each,
and under load it comes back late.
"""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

T = TypeVar("T")

APPLICATION_ID: Final = 0x48647431
SCHEMA: Final = 1
NUMBERS_END: Final = 1 << 62
"""Nanoseconds since the epoch, some time in 2116: a number beyond was damaged."""
PAGE_BYTES: Final = 4096
WAL_BYTES: Final = 16 << 20
ROW_BYTES: Final = 400
"""About what an entry takes beside its record: the table, three indexes, what is left free in pages."""

_TABLES: Final = """
CREATE TABLE entry (id INTEGER PRIMARY KEY, key INTEGER NOT NULL, place TEXT NOT NULL, used INTEGER NOT NULL,
                    kept INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE INDEX entry_key ON entry (key);
CREATE INDEX entry_used ON entry (used);
CREATE TABLE record (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE mark (tag TEXT PRIMARY KEY, sequence INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX mark_sequence ON mark (sequence);
CREATE TABLE purge (sequence INTEGER PRIMARY KEY, pattern TEXT NOT NULL);
CREATE TABLE total (one INTEGER PRIMARY KEY CHECK (one = 1), entries INTEGER, bytes INTEGER, floor INTEGER);
CREATE TRIGGER entry_kept AFTER INSERT ON entry BEGIN
    UPDATE total SET entries = entries + 1, bytes = bytes + new.bytes;
END;
CREATE TRIGGER entry_replaced AFTER UPDATE OF bytes ON entry BEGIN
    UPDATE total SET bytes = bytes + new.bytes - old.bytes;
END;
CREATE TRIGGER entry_gone AFTER DELETE ON entry BEGIN
    DELETE FROM record WHERE id = old.id;
    UPDATE total SET entries = entries - 1, bytes = bytes - old.bytes;
END;
"""
_KEPT: Final = (
    " ON CONFLICT (id) DO UPDATE SET key = excluded.key, place = excluded.place, used = excluded.used,"
    " kept = excluded.kept, bytes = excluded.bytes"
)
_CHUNKS: Final = (64, 8, 1)


class Unfit(Exception):
    """The file is none of ours, of another schema, or damaged."""


@dataclass(frozen=True, slots=True)
class Row:
    """What is written for one entry.

    Attributes:
        id: `record.row_of`.
        key: `record.number_of`.
        place: `place.place_of`.
        kept: When: any number that grows.
        record: `record.encoded`.
    """

    id: int
    key: int
    place: str
    kept: int
    record: bytes

    @property
    def bytes(self) -> int:
        return len(self.record) + len(self.place) + ROW_BYTES


def connect(path: Path, *, timeout_seconds: float) -> sqlite3.Connection:
    """A connection to the file at `path`, which exists; for one thread at a time.

    Raises:
        sqlite3.Error: There is none, it cannot be opened or is no database.
    """
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=timeout_seconds, isolation_level=None,
        check_same_thread=False,
    )  # fmt: skip
    try:
        connection.execute("PRAGMA synchronous = NORMAL")
        # Each keeps at most 4 MiB of pages; checkpoints are the writers' business, after whoever waits was told.
        connection.execute("PRAGMA cache_size = -4096")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        # Some distributions have what is deleted overwritten with zeros: that would write every evicted body again.
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute(f"PRAGMA journal_size_limit = {WAL_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


def create(path: Path, floor: int) -> None:
    """Makes a new, empty file that nobody else may read.

    Args:
        path: Nothing is there.
        floor: Whatever was requested before this number counts as marked.

    Raises:
        OSError, sqlite3.Error: It cannot be made; nothing stays behind.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
    try:
        connection = connect(path, timeout_seconds=1)
        try:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(
                f"BEGIN IMMEDIATE; {_TABLES} PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {SCHEMA};"
            )
            connection.execute("INSERT INTO total VALUES (1, 0, 0, ?)", (floor,))
            connection.execute("COMMIT")
        finally:
            connection.close()
    except BaseException:
        remove(path)
        raise


def remove(path: Path) -> None:
    """The file and what belongs to it."""
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def judge(connection: sqlite3.Connection, path: Path) -> None:
    """For whoever is alone with a file that was not closed by themselves.

    Raises:
        Unfit: It is not to be used.
        sqlite3.Error: Likewise, or it cannot be written.
    """
    if _value(connection, "PRAGMA application_id") != APPLICATION_ID:
        raise Unfit("of another program")
    if _value(connection, "PRAGMA user_version") != SCHEMA:
        raise Unfit("of another schema")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    if _value(connection, "PRAGMA page_count") * PAGE_BYTES != path.stat().st_size:
        raise Unfit("cut off")
    entries, sane, size = connection.execute(
        "SELECT count(*), total(typeof(bytes) = 'integer' AND bytes > 0), coalesce(sum(bytes), 0) FROM entry"
    ).fetchone()
    if sane != entries or not connection.execute("UPDATE total SET entries = ?, bytes = ?", (entries, size)).rowcount:
        raise Unfit("damaged")


def _value(connection: sqlite3.Connection, statement: str) -> Any:
    return connection.execute(statement).fetchone()[0]


def keys(connection: sqlite3.Connection) -> Iterator[int]:
    """The numbers of all keys that have entries."""
    return (key for (key,) in connection.execute("SELECT DISTINCT key FROM entry") if isinstance(key, int))


def records(connection: sqlite3.Connection, key: int, limit: int) -> list[tuple[int, object]]:
    """The ids and records under a key, newest first."""
    return connection.execute(
        "SELECT e.id, r.data FROM entry e JOIN record r ON r.id = e.id WHERE e.key = ? ORDER BY e.kept DESC LIMIT ?",
        (key, limit),
    ).fetchall()


def keep(connection: sqlite3.Connection, rows: Sequence[Row]) -> None:
    """Each row in the place of the one with its id."""
    for few in _chunks(rows):
        values = _placeholders("(?,?,?,?,?,?)", len(few))
        flat: list[object] = [
            value for row in few for value in (row.id, row.key, row.place, row.kept, row.kept, row.bytes)
        ]
        connection.execute(f"INSERT INTO entry (id, key, place, used, kept, bytes) VALUES {values}{_KEPT}", flat)  # noqa: S608 -- placeholders only
    for few in _chunks(rows):
        values = _placeholders("(?,?)", len(few))
        flat = [value for row in few for value in (row.id, row.record)]
        connection.execute(f"INSERT OR REPLACE INTO record (id, data) VALUES {values}", flat)  # noqa: S608 -- placeholders only


def use(connection: sqlite3.Connection, numbers: Sequence[int], when: int) -> None:
    """Remembers that these keys were used."""
    for chunk in _chunks(numbers):
        connection.execute(
            f"UPDATE entry SET used = ? WHERE key IN ({_placeholders('?', len(chunk))})",  # noqa: S608 -- placeholders only
            (when, *chunk),
        )


def drop(connection: sqlite3.Connection, key: int) -> None:
    connection.execute("DELETE FROM entry WHERE key = ?", (key,))


def discard(connection: sqlite3.Connection, ids: Sequence[int]) -> None:
    for chunk in _chunks(ids):
        connection.execute(f"DELETE FROM entry WHERE id IN ({_placeholders('?', len(chunk))})", chunk)  # noqa: S608 -- placeholders only


def newest_use(connection: sqlite3.Connection) -> int:
    """The greatest of all that `keep` and `use` were given."""
    (newest,) = connection.execute("SELECT max(used) FROM entry").fetchone()
    return newest if isinstance(newest, int) and newest < NUMBERS_END else 0


def evict(connection: sqlite3.Connection, max_bytes: int) -> int:
    """Makes room for what comes next, and a little more; the least recently used go. How many."""
    _, held, _ = totals(connection)
    if held <= max_bytes:
        return 0
    needed = held - max_bytes + max_bytes // 100
    gone: list[int] = []
    for id_, size in connection.execute("SELECT id, bytes FROM entry ORDER BY used"):
        if needed <= 0:
            break
        gone.append(id_)
        needed -= size if isinstance(size, int) else 0
    discard(connection, gone)
    return len(gone)


def totals(connection: sqlite3.Connection) -> tuple[int, int, int]:
    """Entries, what they take in bytes, and the floor of trust.

    Raises:
        Unfit: What is there was damaged.
    """
    found = connection.execute("SELECT entries, bytes, floor FROM total").fetchone()
    if found is None or not all(isinstance(number, int) for number in found):
        raise Unfit("damaged")
    entries, size, floor = found
    return entries, size, floor


def free_share(connection: sqlite3.Connection) -> float:
    """Which part of the file holds nothing."""
    return float(_value(connection, "PRAGMA freelist_count") / max(1, _value(connection, "PRAGMA page_count")))


def _placeholders(one: str, count: int) -> str:
    return ",".join((one,) * count)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Pieces of few sizes, so that few statements are prepared."""
    at = 0
    for size in _CHUNKS:
        while len(items) - at >= size:
            yield items[at : at + size]
            at += size
