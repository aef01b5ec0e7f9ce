"""The trace of each request: its caller's or one that begins here, and its span where spans are made."""

from random import getrandbits

from multidict import istr
from sanic.compat import Header

from app.journal.records import Served
from app.spans.requests import RequestSpans
from app.trace import TraceContext, trace_of

_TRACEPARENT = istr("traceparent")
_TRACESTATE = istr("tracestate")


class Traces:
    """One worker's.

    Args:
        spans: Makes a span of each request; None: there are none.
        recorded_share: Of how many requests that bring no trace, of 1.
    """

    def __init__(self, spans: RequestSpans | None = None, recorded_share: float = 0.0) -> None:
        self._spans = spans
        self._recorded_share = 0.0 if spans is None else recorded_share

    def of(self, headers: Header) -> TraceContext:
        """For who may be asking an upstream."""
        said = headers.getall(_TRACEPARENT, []), headers.getall(_TRACESTATE, [])
        return trace_of(*said, getrandbits, recorded_share=self._recorded_share)

    def of_known(self, headers: Header) -> TraceContext | None:
        """For whom nothing is asked: a trace that nobody else will know of is not begun."""
        return self.of(headers) if self._spans is not None or _TRACEPARENT in headers else None

    def ended(self, record: Served, trace: TraceContext | None) -> None:
        """A request has ended."""
        if self._spans is not None and trace is not None:
            self._spans.served(record, trace)
