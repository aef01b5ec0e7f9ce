"""Traces on sockets: what upstream is told, what a trace must not change, and the spans of a request."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from app.container import Container
from app.server import create_app
from app.settings import Settings
from app.spans.span import Kind, Spans
from app.transport.pipeline import Tracing
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.gateway import Ask, asking, serving_gateway
from tests.kept_spans import KeptSpans

TRACE_ID, THEIR_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
THEIRS = {"traceparent": f"00-{TRACE_ID}-{THEIR_SPAN}-01", "tracestate": "vendor=1", "baggage": "user=hidden"}


def container_for(upstream: FaultyUpstream, **tracing: Any) -> Container:
    given = {"kind": "http", "base_url": upstream.url, "mount": "/up", "token": "hidden-token"}
    settings = {
        "cache": {"store": "memory"},
        "usage": {"path": None},
        "tracing": tracing,
        "upstreams": {"up": given},
    }
    return Container(settings=Settings.model_validate(settings))


@asynccontextmanager
async def gateway(container: Container) -> AsyncIterator[Ask]:
    async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
        yield ask


@asynccontextmanager
async def with_spans(upstream: FaultyUpstream, spans: Spans) -> AsyncIterator[Ask]:
    container = container_for(upstream)
    container.tracing.override(Tracing(propagate=True, spans=spans))
    async with gateway(container) as ask:
        yield ask


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async def fresh(connection: Connection, _: Seen) -> None:
        fields = "Cache-Control: max-age=60\r\nVary: traceparent, tracestate, baggage\r\n"
        await connection.answer(b'{"a": 1}', fields=fields)

    async with FaultyUpstream() as there:
        there.script = fresh
        yield there


class TestPropagation:
    async def test_upstream_is_told_the_callers_trace_from_the_gateways_own_span(
        self, upstream: FaultyUpstream
    ) -> None:
        async with gateway(container_for(upstream)) as ask:
            await ask("/up/x", **THEIRS)
        (seen,) = upstream.seen
        version, trace_id, span_id, flags = seen.headers["traceparent"].split("-")
        assert (version, trace_id, flags) == ("00", TRACE_ID, "01")
        assert span_id != THEIR_SPAN
        assert seen.headers.getall("traceparent") == [seen.headers["traceparent"]]
        assert seen.headers.getall("tracestate") == ["vendor=1"]
        assert "baggage" not in seen.headers

    async def test_a_trace_begins_here_where_the_caller_has_none(self, upstream: FaultyUpstream) -> None:
        async with gateway(container_for(upstream)) as ask:
            await ask("/up/x", traceparent="nonsense", tracestate="vendor=1")
        (seen,) = upstream.seen
        assert seen.headers["traceparent"].startswith("00-")
        assert seen.headers["traceparent"].endswith("-00"), "nobody records it"
        assert "tracestate" not in seen.headers

    async def test_a_trace_is_no_part_of_the_key_even_where_upstream_says_so(self, upstream: FaultyUpstream) -> None:
        async with gateway(container_for(upstream)) as ask:
            first = await ask("/up/x", **THEIRS)
            other = await ask("/up/x", traceparent=f"00-{'1' * 32}-{'2' * 16}-00", baggage="user=other")
            none = await ask("/up/x")
        assert len(upstream.seen) == 1
        assert first.raw == other.raw == none.raw
        assert other.headers["Cache-Status"].startswith("headgate; hit")

    async def test_who_does_not_want_it_tells_upstream_nothing(self, upstream: FaultyUpstream) -> None:
        async with gateway(container_for(upstream, propagate=False)) as ask:
            await ask("/up/x", **THEIRS)
        (seen,) = upstream.seen
        assert not {"traceparent", "tracestate", "baggage"} & {name.lower() for name in seen.headers}


class TestSpans:
    async def test_a_miss_is_one_tree_from_the_caller_to_the_wire(self, upstream: FaultyUpstream) -> None:
        spans = KeptSpans()
        async with with_spans(upstream, spans) as ask:
            await ask("/up/x?secret=hidden", **THEIRS, X_Request_ID="mine")
        assert spans.is_closed

        (request,) = (span for span in spans.kept if span.kind is Kind.SERVER)
        (client,) = (span for span in spans.kept if span.kind is Kind.CLIENT)
        assert request.name == "GET /up/*"
        assert request.trace.parent_id == THEIR_SPAN
        assert {span.trace.trace_id for span in spans.kept} == {TRACE_ID}
        stages = ["budget", "breaker", "retry", "flight", "cache", "redirects"]
        assert spans.way_up(client) == [*stages, "GET /up/*"]
        assert len(spans.kept) == 8
        assert upstream.seen[0].headers["traceparent"] == f"00-{TRACE_ID}-{client.trace.span_id}-01"
        assert client.attributes["url.full"] == f"{upstream.url}x"
        assert request.attributes["headgate.request_id"] == "mine"
        assert "hidden" not in repr(spans.kept)

    async def test_a_hit_goes_no_further_than_the_cache(self, upstream: FaultyUpstream) -> None:
        spans = KeptSpans()
        async with with_spans(upstream, spans) as ask:
            await ask("/up/x", **THEIRS)
            spans.kept.clear()
            for _ in range(3):
                await ask("/up/x", **THEIRS)
        requests = [span for span in spans.kept if span.kind is Kind.SERVER]
        assert [span.attributes["headgate.outcome"] for span in requests] == ["hit"] * 3
        assert {span.name for span in spans.kept} <= {"GET /up/*", "redirects", "cache"}

    async def test_what_the_caller_does_not_record_is_not_recorded(self, upstream: FaultyUpstream) -> None:
        spans = KeptSpans()
        async with with_spans(upstream, spans) as ask:
            await ask("/up/x", traceparent=f"00-{TRACE_ID}-{THEIR_SPAN}-00")
        assert spans.kept == []

    async def test_an_upstream_that_is_down_is_an_error_all_the_way(self, upstream: FaultyUpstream) -> None:
        async def cut(connection: Connection, _: Seen) -> None:
            connection.reset()

        upstream.script = cut
        spans = KeptSpans()
        async with with_spans(upstream, spans) as ask:
            assert (await ask("/up/x")).status == 502
        (request,) = (span for span in spans.kept if span.kind is Kind.SERVER)
        assert (request.trace.parent_id, request.failed) == ("", True)
        assert all(span.failed for span in spans.kept)


class Collector(BaseHTTPRequestHandler):
    """Takes what is posted."""

    posted: list[tuple[str, bytes]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.posted.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- the parent's
        pass


@pytest.fixture
def collector() -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    posted: list[tuple[str, bytes]] = []
    with HTTPServer(("127.0.0.1", 0), type("Kept", (Collector,), {"posted": posted})) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/traces", posted
        server.shutdown()
        thread.join()


async def test_spans_reach_a_collector_before_the_worker_has_stopped(
    upstream: FaultyUpstream, collector: tuple[str, list[tuple[str, bytes]]]
) -> None:
    pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http", reason="needs the extra: pip install 'headgate[otel]'"
    )
    endpoint, posted = collector
    async with gateway(container_for(upstream, otlp_endpoint=endpoint)) as ask:
        await ask("/up/x?secret=hidden", **THEIRS)
    assert {path for path, _ in posted} == {"/v1/traces"}
    told = b"".join(body for _, body in posted)
    for part in (b"GET /up/*", b"redirects", b"breaker", bytes.fromhex(TRACE_ID), b"http.response.status_code"):
        assert part in told, part
    assert b"hidden" not in told


async def test_a_collector_that_is_not_there_harms_nobody(upstream: FaultyUpstream) -> None:
    pytest.importorskip(
        "opentelemetry.exporter.otlp.proto.http", reason="needs the extra: pip install 'headgate[otel]'"
    )
    async with gateway(container_for(upstream, otlp_endpoint="http://127.0.0.1:9/v1/traces")) as ask:
        assert (await ask("/up/x")).status == 200
