"""What invalidates, as the database keeps it for all workers: marks, purges, and the floor below which nothing is known.

One sequence numbers them all. Numbers are nanoseconds since the epoch, or one more than the last: they go on growing
when a database is made anew.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.transport.caching.database import NUMBERS_END, Unfit
from app.transport.caching.marks import PURGES_LIMIT, TAGS_LIMIT
from app.transport.caching.place import Glob, without_credentials

READ_LIMIT: Final = 1000
"""How many marks a worker reads at once, in its event loop; of more it takes the oldest for a floor."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened after some number.

    Attributes:
        floor: Whatever was requested before counts as marked.
        marks: Numbers and tags, ascending.
        purges: Numbers and patterns, ascending.
    """

    floor: int
    marks: list[tuple[int, str]]
    purges: list[tuple[int, str]]


def read(connection: sqlite3.Connection, since: int, *, limit: int = READ_LIMIT) -> Changes:
    """What came after number `since`.

    Raises:
        Unfit: What is there was damaged.
        sqlite3.Error: It cannot be read now, or at all.
    """
    # One statement, and so one state of the file.
    rows = connection.execute(
        "SELECT 0, floor, '' FROM total WHERE floor > :since"
        " UNION ALL SELECT * FROM"
        " (SELECT 1, sequence, tag FROM mark WHERE sequence > :since ORDER BY sequence DESC LIMIT :limit)"
        " UNION ALL SELECT * FROM (SELECT 2, sequence, pattern FROM purge WHERE sequence > :since ORDER BY sequence DESC)",
        {"since": since, "limit": limit},
    ).fetchall()
    if not all(_is_number(number) and isinstance(text, str) for _, number, text in rows):
        raise Unfit("damaged")
    floor = max((number for kind, number, _ in rows if kind == 0), default=0)
    marks = [(number, text) for kind, number, text in reversed(rows) if kind == 1]
    purges = [(number, text) for kind, number, text in reversed(rows) if kind == 2]
    if len(marks) == limit:
        floor = max(floor, marks[0][0])
    return Changes(floor, marks, purges)


def purges(connection: sqlite3.Connection, since: int) -> list[tuple[int, str]]:
    """Numbers and patterns of what was purged after number `since`, ascending."""
    return connection.execute(
        "SELECT sequence, pattern FROM purge WHERE sequence > ? ORDER BY sequence", (since,)
    ).fetchall()


def newest(connection: sqlite3.Connection) -> int:
    """The newest number there is."""
    found = connection.execute(
        "SELECT max(floor, coalesce((SELECT max(sequence) FROM mark), 0), coalesce((SELECT max(sequence) FROM purge), 0))"
        " FROM total"
    ).fetchone()
    if found is None or not _is_number(found[0]):
        raise Unfit("damaged")
    return int(found[0])


def _is_number(value: object) -> bool:
    return isinstance(value, int) and 0 <= value < NUMBERS_END


def mark(connection: sqlite3.Connection, tags: Iterable[str], sequence: int) -> None:
    """Marks tags; of too many, the oldest become the floor."""
    connection.executemany(
        "INSERT INTO mark VALUES (?, ?) ON CONFLICT (tag) DO UPDATE SET sequence = excluded.sequence",
        [(without_credentials(tag), sequence) for tag in tags],
    )
    (count,) = connection.execute("SELECT count(*) FROM mark").fetchone()
    if count > TAGS_LIMIT:
        (floor,) = connection.execute(
            "SELECT sequence FROM mark ORDER BY sequence LIMIT 1 OFFSET ?", (count - TAGS_LIMIT * 9 // 10,)
        ).fetchone()
        connection.execute("DELETE FROM mark WHERE sequence <= ?", (floor,))
        raise_floor(connection, floor)


def raise_floor(connection: sqlite3.Connection, floor: int) -> None:
    connection.execute("UPDATE total SET floor = :floor WHERE floor < :floor", {"floor": floor})


def purge(connection: sqlite3.Connection, glob: Glob, sequence: int) -> int:
    """Forgets what matches, and remembers that it did: how many entries."""
    count = connection.execute("DELETE FROM entry WHERE place GLOB ?", (glob.in_sql,)).rowcount
    connection.execute("INSERT INTO purge VALUES (?, ?)", (sequence, glob.pattern))
    connection.execute(
        "DELETE FROM purge WHERE sequence <= (SELECT sequence FROM purge ORDER BY sequence DESC LIMIT 1 OFFSET ?)",
        (PURGES_LIMIT,),
    )
    return count
