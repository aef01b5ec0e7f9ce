"""What OpenTelemetry's SDK makes of our spans."""

import pytest

from app.spans.span import Kind, Span
from app.trace import TraceContext

reason = "needs the extra: pip install 'headgate[otel]'"
pytest.importorskip("opentelemetry.sdk", reason=reason)
pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason=reason)

from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans  # noqa: E402 -- not without the extra
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402 -- the same
from opentelemetry.trace import SpanKind, StatusCode  # noqa: E402 -- the same

from app.spans.otlp import OtlpSpans  # noqa: E402 -- the same

TRACE = TraceContext("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7", "01", "vendor=1")
SPAN = Span("GET /x", Kind.SERVER, TRACE, 5, 9, {"http.response.status_code": 200})


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def spans(exporter: InMemorySpanExporter) -> OtlpSpans:
    return OtlpSpans("http://127.0.0.1:9/", "1.2.3", exporter)


def test_a_span_keeps_its_place_its_time_and_what_it_says(spans: OtlpSpans, exporter: InMemorySpanExporter) -> None:
    spans.ended(SPAN)
    spans.close()

    (told,) = exporter.get_finished_spans()
    assert (told.name, told.kind, told.start_time, told.end_time) == ("GET /x", SpanKind.SERVER, 5, 9)
    assert told.context is not None
    assert f"{told.context.trace_id:032x}-{told.context.span_id:016x}" == f"{TRACE.trace_id}-{TRACE.span_id}"
    assert told.context.trace_state.get("vendor") == "1"
    assert told.parent is not None
    assert (f"{told.parent.span_id:016x}", told.parent.is_remote) == (TRACE.parent_id, True)
    assert told.attributes == {"http.response.status_code": 200}
    assert told.status.status_code is StatusCode.UNSET
    assert told.resource.attributes["service.name"] == "headgate"
    assert told.resource.attributes["service.version"] == "1.2.3"


def test_what_fails_is_an_error_and_what_begins_a_trace_has_nobody_above(
    spans: OtlpSpans, exporter: InMemorySpanExporter
) -> None:
    spans.ended(SPAN._replace(failed=True, trace=TraceContext("a" * 32, "b" * 16, flags="01"), kind=Kind.CLIENT))
    spans.close()

    (told,) = exporter.get_finished_spans()
    assert (told.kind, told.parent, told.status.status_code) == (SpanKind.CLIENT, None, StatusCode.ERROR)


def test_what_is_not_recorded_is_not_exported(spans: OtlpSpans, exporter: InMemorySpanExporter) -> None:
    spans.ended(SPAN._replace(trace=TraceContext("a" * 32, "b" * 16)))
    spans.close()
    assert exporter.get_finished_spans() == ()


def test_the_service_is_called_as_its_environment_says(
    monkeypatch: pytest.MonkeyPatch, exporter: InMemorySpanExporter
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "gate-berlin")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=staging")
    spans = OtlpSpans("http://127.0.0.1:9/", "1.2.3", exporter)
    spans.ended(SPAN)
    spans.close()

    (told,) = exporter.get_finished_spans()
    assert told.resource.attributes["service.name"] == "gate-berlin"
    assert told.resource.attributes["deployment.environment"] == "staging"


def test_the_protocols_form_can_be_made_of_it(spans: OtlpSpans, exporter: InMemorySpanExporter) -> None:
    spans.ended(SPAN)
    spans.close()
    assert b"GET /x" in encode_spans(exporter.get_finished_spans()).SerializeToString()
