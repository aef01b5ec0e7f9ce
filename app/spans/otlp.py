"""Exports spans by OTLP over HTTP, with OpenTelemetry's SDK: a thread of its own sends them in batches.

Spans are made here from values that are over already, and not by the SDK's tracer: its spans cost some 20 us each, and its
context would be a second one beside the call's. Imported only where the setting asks for it: the SDK is an extra.
"""

from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, SpanKind, Status, StatusCode, TraceFlags, TraceState

from app.spans.span import Kind, Span
from app.trace import TraceContext

SEND_SECONDS: Final = 5.0
"""How long a batch may take to be sent, its repeats included."""
CLOSE_MILLISECONDS: Final = 5_000

_KINDS: Final = {Kind.SERVER: SpanKind.SERVER, Kind.INTERNAL: SpanKind.INTERNAL, Kind.CLIENT: SpanKind.CLIENT}
_UNSET: Final = Status(StatusCode.UNSET)
_ERROR: Final = Status(StatusCode.ERROR)


class OtlpSpans:
    """Sends spans to a collector. What it does not take is lost, and the log says so.

    Args:
        endpoint: Such as `http://127.0.0.1:4318/v1/traces`.
        version: Of the gateway.
        exporter: Instead of the one for `endpoint`: for tests.
    """

    def __init__(self, endpoint: str, version: str, exporter: SpanExporter | None = None) -> None:
        own = Resource({"service.name": "headgate", "service.version": version})
        self._resource = own.merge(OTELResourceDetector().detect())  # OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES
        self._scope = InstrumentationScope("headgate", version)
        self._processor = BatchSpanProcessor(exporter or OTLPSpanExporter(endpoint, timeout=SEND_SECONDS))

    def ended(self, span: Span) -> None:
        self._processor.on_end(self._readable(span))

    def close(self) -> None:
        """Waits for the thread that sends: not in an event loop."""
        self._processor.force_flush(CLOSE_MILLISECONDS)
        self._processor.shutdown()  # type: ignore[no-untyped-call]  # the SDK's has no types

    def _readable(self, span: Span) -> ReadableSpan:
        trace = span.trace
        state = TraceState.from_header([trace.state]) if trace.state else None
        return ReadableSpan(
            span.name,
            context=_context(trace, trace.span_id, state, is_remote=False),
            # The parent of a request is its caller's; every other is one of ours.
            parent=_context(trace, trace.parent_id, state, is_remote=span.kind is Kind.SERVER)
            if trace.parent_id
            else None,
            resource=self._resource,
            attributes=span.attributes,
            kind=_KINDS[span.kind],
            status=_ERROR if span.failed else _UNSET,
            start_time=span.began_ns,
            end_time=span.ended_ns,
            instrumentation_scope=self._scope,
        )


def _context(trace: TraceContext, span_id: str, state: TraceState | None, *, is_remote: bool) -> SpanContext:
    return SpanContext(int(trace.trace_id, 16), int(span_id, 16), is_remote, TraceFlags(int(trace.flags, 16)), state)
