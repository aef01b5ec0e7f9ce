"""A setting that needs an extra says at the start which one, and not in a worker's traceback."""

from typing import Any

import pytest

from app.settings.extras import missing_extras
from app.settings.faults import Source
from app.settings.tree import Layer

ENDPOINT = "http://127.0.0.1:4318/v1/traces"
FROM_FILE = Source.default()


def layer(endpoint: str | None) -> Layer:
    return Layer({"tracing": {"otlp_endpoint": endpoint}}, {("tracing", "otlp_endpoint"): FROM_FILE})


@pytest.mark.parametrize("missing", ["opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http"])
def test_without_the_extra_an_endpoint_is_a_fault(missing: str) -> None:
    (fault,) = missing_extras(layer(ENDPOINT), lambda package: package != missing)
    assert str(fault) == (
        "tracing.otlp_endpoint: expected null, or the extra that exports spans: pip install 'headgate[otel]' (default)"
    )


def test_with_it_all_is_well() -> None:
    assert [*missing_extras(layer(ENDPOINT), lambda _: True)] == []


def test_who_asks_for_no_spans_needs_nothing() -> None:
    assert [*missing_extras(layer(None), lambda _: False)] == []
    assert [*missing_extras(Layer({}, {}), lambda _: False)] == []


def test_what_is_there_is_found(load: Any) -> None:
    pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http", reason="needs the extra: pip install 'headgate[otel]'"
    )
    environ = {"HEADGATE_TRACING__OTLP_ENDPOINT": ENDPOINT}
    assert load(environ=environ).settings.tracing.otlp_endpoint == ENDPOINT
