"""Request targets: percent-encoded paths and queries, relative to an upstream's base URL."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from app.errors import InvalidRequest, ParameterFault

QueryValue = str | int | bool | datetime | None


def target(*segments: str, query: Mapping[str, QueryValue] | None = None) -> str:
    """Joins `segments` into a path, each encoded as one segment (a `/` in it becomes `%2F`), and adds the query.

    Args:
        segments: In clear text. Split what shall be several (`*path.split("/")`).
        query: None values are left out; times are written in UTC as RFC 3339 has it, booleans as `true` and `false`.

    Raises:
        InvalidRequest: A segment is empty, `.` or `..`: it would name another resource than it says.
    """
    for segment in segments:
        if segment in {"", ".", ".."}:
            raise InvalidRequest([ParameterFault("path", "path", "an empty, '.' or '..' segment names nothing")])
    path = "/".join(
        [segment if segment.isalnum() and segment.isascii() else quote(segment, safe="") for segment in segments]
    )
    pairs = [f"{name}={_written(value)}" for name, value in (query or {}).items() if value is not None]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


def _written(value: str | int | bool | datetime) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime():
            return quote(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), safe="")
        case _:
            return quote(str(value), safe="")
