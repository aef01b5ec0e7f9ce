"""Header fields and stored replies as the tests of the cache's rules write them."""

from typing import Any

from multidict import CIMultiDict

from app.transport.caching.entry import Content, Entry

NOON = 1_767_268_800.0
"""Thu, 01 Jan 2026 12:00:00 GMT, in seconds since the epoch."""
NOON_DATE = "Thu, 01 Jan 2026 12:00:00 GMT"


def fields(*lines: str) -> CIMultiDict[str]:
    """Field lines as they stand in a message: `fields("Age: 1", "Age: 2")`."""
    pairs = (line.partition(":") for line in lines)
    return CIMultiDict((name, value.strip()) for name, _, value in pairs)


def entry(*lines: str, status: int = 200, requested_at: float = NOON, **values: Any) -> Entry:
    """A stored reply that was born when it was requested and is fresh for a minute, unless told otherwise."""
    values = {"born_at": requested_at, "fresh_seconds": 60.0, **values}
    return Entry(status, fields(*lines), Content(b"body"), requested_at, **values)
