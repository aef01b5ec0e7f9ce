"""A request's record in the journal as the span of a server."""

import pytest

from app.journal.records import Served
from app.spans.requests import RequestSpans
from app.spans.span import Kind
from app.trace import TraceContext
from tests.kept_spans import KeptSpans

TRACE = TraceContext("a" * 32, "b" * 16, "c" * 16, "01")
SERVED = Served(
    at=1764041000.25,
    request_id="mine",
    caller="ci",
    peer="127.0.0.1",
    method="GET",
    route="/api/v1/repos/<owner>/<repo>",
    path="/api/v1/repos/acme/rocket",
    status=200,
    outcome="miss",
    code="",
    points=1,
    saved=0,
    seconds=0.25,
    upstream_seconds=0.2,
    sent_bytes=1234,
    trace_id="a" * 32,
)


def test_it_is_named_by_its_route_and_lasts_as_long_as_the_request() -> None:
    spans = KeptSpans()
    RequestSpans(spans).served(SERVED, TRACE)

    (span,) = spans.kept
    assert (span.name, span.kind, span.trace) == ("GET /api/v1/repos/<owner>/<repo>", Kind.SERVER, TRACE)
    assert (span.ended_ns, span.ended_ns - span.began_ns) == (1764041000_250_000_000, 250_000_000)
    assert span.attributes == {
        "http.request.method": "GET",
        "http.route": "/api/v1/repos/<owner>/<repo>",
        "url.path": "/api/v1/repos/acme/rocket",
        "http.response.status_code": 200,
        "network.peer.address": "127.0.0.1",
        "headgate.request_id": "mine",
        "headgate.caller": "ci",
        "headgate.outcome": "miss",
        "headgate.points": 1,
        "headgate.saved": 0,
    }
    assert not span.failed


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [(404, "not_found", None), (504, "upstream_timeout", "upstream_timeout"), (503, "", "503")],
)
def test_to_a_server_only_its_own_failures_are_errors(status: int, code: str, error: str | None) -> None:
    spans = KeptSpans()
    RequestSpans(spans).served(SERVED._replace(status=status, code=code), TRACE)
    (span,) = spans.kept
    assert span.failed is (error is not None)
    assert span.attributes.get("error.type") == error


@pytest.mark.parametrize(
    ("method", "route", "name"), [("GET", "-", "GET"), ("FROB", "/github/*", "HTTP /github/*"), ("FROB", "-", "HTTP")]
)
def test_names_are_few_whatever_callers_make_up(method: str, route: str, name: str) -> None:
    spans = KeptSpans()
    RequestSpans(spans).served(SERVED._replace(method=method, route=route), TRACE)
    assert spans.kept[0].name == name


def test_what_is_not_recorded_has_none() -> None:
    spans = KeptSpans()
    RequestSpans(spans).served(SERVED, TraceContext("a" * 32, "b" * 16))
    assert spans.kept == []
