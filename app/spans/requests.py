"""The span of a request, made of its record in the journal: nothing more is measured for it."""

from app.journal.records import Served
from app.spans.span import Attribute, Kind, Span, Spans, method_attribute
from app.trace import TraceContext


class RequestSpans:
    """Makes a span of each request whose trace is recorded."""

    def __init__(self, spans: Spans) -> None:
        self._spans = spans

    def served(self, record: Served, trace: TraceContext) -> None:
        """Tells that a request has ended. What was done for it stands below `trace` already."""
        if trace.is_recorded:
            self._spans.ended(request_span(record, trace))


def request_span(record: Served, trace: TraceContext) -> Span:
    """The span of a request."""
    method = method_attribute(record.method)
    verb = method if method == record.method else "HTTP"
    attributes: dict[str, Attribute] = {
        "http.request.method": method,
        "url.path": record.path,
        "http.response.status_code": record.status,
        "network.peer.address": record.peer,
        "headgate.request_id": record.request_id,
        "headgate.caller": record.caller,
        "headgate.outcome": record.outcome,
        "headgate.points": record.points,
        "headgate.saved": record.saved,
    }
    has_route = record.route != "-"
    if has_route:
        attributes["http.route"] = record.route
    failed = record.status >= 500
    if failed:
        attributes["error.type"] = record.code or str(record.status)
    ended_ns = int(record.at * 1e6) * 1_000  # a float of seconds knows no more
    return Span(
        f"{verb} {record.route}" if has_route else verb,
        Kind.SERVER,
        trace,
        ended_ns - int(record.seconds * 1e9),
        ended_ns,
        attributes,
        failed,
    )
