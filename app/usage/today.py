"""What callers have spent today, for whoever counts on from there after a restart."""

from pathlib import Path

from app.usage import database
from app.usage.trouble import FAILURES


def spent_today(path: Path | None, now: float) -> dict[str, int]:
    """The points of the running day of UTC by caller, as far as the database at `path` can be read; it is not changed.

    Blocks for some milliseconds: it is for a start.

    Args:
        path: None: there is none.
        now: Seconds since the epoch.
    """
    if path is None or not path.exists():
        return {}
    try:
        connection = database.connect(path, timeout_seconds=1, mode="ro")
        try:
            database.check(connection)
            return database.points_since(connection, database.start_of_day(now))
        finally:
            connection.close()
    except FAILURES:  # then nothing is known of it, and the book tells why
        return {}
