"""What the access line tells of a request, under which names and in which order."""

from typing import Any, Final

from app.journal.records import Served

LOGGER: Final = "access"
EVENT: Final = "request"


def event_of(served: Served) -> dict[str, Any]:
    """The event and its fields. Without a trace there is no `trace_id`, without a problem no `code`."""
    told: dict[str, Any] = {"event": EVENT, "request_id": served.request_id}
    if served.trace_id:
        told["trace_id"] = served.trace_id
    told.update(
        caller=served.caller,
        peer=served.peer,
        method=served.method,
        route=served.route,
        path=served.path,
        status=served.status,
        outcome=served.outcome,
    )
    if served.code:
        told["code"] = served.code
    told.update(
        points=served.points,
        saved=served.saved,
        milliseconds=round(served.seconds * 1000, 3),
        upstream_milliseconds=round(served.upstream_seconds * 1000, 3),
        sent_bytes=served.sent_bytes,
    )
    return told
