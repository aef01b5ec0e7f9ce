"""A span, as whoever ends one tells it, and the names that OpenTelemetry has for what is in it.

Never in a span: header fields, queries, bodies, credentials.
"""

from collections.abc import Mapping
from enum import Enum, auto
from typing import NamedTuple, Protocol

from app.trace import TraceContext

Attribute = str | int


class Kind(Enum):
    """On which side of a connection it was (https://opentelemetry.io/docs/specs/otel/trace/api/#spankind)."""

    SERVER = auto()
    INTERNAL = auto()
    CLIENT = auto()


class Span(NamedTuple):
    """Something that has taken its time, and is over.

    Attributes:
        name: One of few.
        kind: On which side of a connection it was.
        trace: Its own place: `span_id` is its id, `parent_id` that of what it was done for.
        began_ns: Nanoseconds since the epoch.
        ended_ns: Nanoseconds since the epoch.
        attributes: By the semantic conventions where they have a name
            (https://opentelemetry.io/docs/specs/semconv/http/http-spans/), else below `headgate.`.
        failed: Whether it counts as an error.
    """

    name: str
    kind: Kind
    trace: TraceContext
    began_ns: int
    ended_ns: int
    attributes: Mapping[str, Attribute]
    failed: bool = False


class Spans(Protocol):
    """Where spans go."""

    def ended(self, span: Span) -> None:
        """Takes one whose trace is recorded. Never waits, and never raises."""
        ...

    def close(self) -> None:
        """Sends what is still here, for some seconds at most: not in an event loop."""
        ...


KNOWN_METHODS = frozenset({"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"})
"""Any other is `_OTHER`: callers make them up."""


def method_attribute(method: str) -> str:
    """The value of `http.request.method`."""
    return method if method in KNOWN_METHODS else "_OTHER"
