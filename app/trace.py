"""W3C Trace Context: where a request stands in a trace."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TraceContext:
    """Where a request stands in a trace (W3C Trace Context).

    Attributes:
        trace_id: 32 hexadecimal digits.
        span_id: 16 of them: of the span that the gateway is.
        parent_id: The same of who asked; empty where the trace begins here.
        flags: 2 of them; `01`: it is recorded.
        state: The caller's `tracestate`, passed on as it is.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    flags: str = "00"
    state: str = ""
