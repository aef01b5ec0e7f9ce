"""What upstream is told of a trace, and the spans of stages."""

from asyncio import CancelledError

import pytest
from multidict import CIMultiDict

from app.call import Call, serving
from app.errors import Disconnected, HeadgateError
from app.spans.current import current_trace
from app.spans.span import Kind
from app.trace import TraceContext
from app.transport.exchange import Reply, Request, Streamed
from app.transport.stage import Stage
from app.transport.tracing import Traced, TracedClient, TracePropagation
from tests.kept_spans import KeptSpans
from tests.unit.transport.stages import Body, Scripted, buffered

TRACE = TraceContext("a" * 32, "b" * 16, "c" * 16, "01", "vendor=1")
NOT_RECORDED = TraceContext("a" * 32, "b" * 16)
TARGET = "repos/acme/rocket?access_token=hidden"


class Ticks:
    """Each look is a nanosecond later than the one before."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        self.now += 1
        return self.now


class Looking:
    """A stage that remembers below which span it was asked."""

    def __init__(self, following: Stage) -> None:
        self._following = following
        self.above: list[TraceContext | None] = []

    async def send(self, request: Request) -> Reply:
        self.above.append(current_trace())
        return await self._following.send(request)


class TestPropagation:
    async def told(self, trace: TraceContext | None, headers: dict[str, str]) -> CIMultiDict[str]:
        below = Scripted(buffered())
        with serving(Call(trace=trace)):
            await TracePropagation(below).send(Request("GET", "x", CIMultiDict(headers)))
        (asked,) = below.asked
        return CIMultiDict(asked.headers)

    async def test_upstream_is_told_that_the_gateway_asks(self) -> None:
        told = await self.told(TRACE, {"Accept": "a"})
        assert told == {"Accept": "a", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "vendor=1"}

    async def test_what_stood_there_is_replaced(self) -> None:
        told = await self.told(NOT_RECORDED, {"Traceparent": "theirs", "TraceState": "theirs=1"})
        assert told.getall("traceparent") == [f"00-{'a' * 32}-{'b' * 16}-00"]
        assert "tracestate" not in told

    async def test_without_a_trace_nothing_is_said(self) -> None:
        assert await self.told(None, {"Accept": "a"}) == {"Accept": "a"}

    async def test_the_request_of_the_stages_above_stays_as_it_was(self) -> None:
        request = Request("GET", "x")
        with serving(Call(trace=TRACE)):
            await TracePropagation(Scripted(buffered())).send(request)
        assert not request.headers


def traced(spans: KeptSpans, *answers: Reply | BaseException, name: str = "retry") -> Traced:
    return Traced(Scripted(*answers), name, "up", spans, clock_ns=Ticks(), randbits=lambda _: 7)


class TestStages:
    async def test_a_span_from_the_request_to_the_reply(self) -> None:
        spans = KeptSpans()
        with serving(Call(trace=TRACE)):
            await traced(spans, buffered(404).told("headgate; fwd=miss")).send(Request("GET", TARGET))

        (span,) = spans.kept
        assert (span.name, span.kind, span.began_ns, span.ended_ns) == ("retry", Kind.INTERNAL, 1, 2)
        assert span.trace == TraceContext("a" * 32, "0" * 15 + "7", "b" * 16, "01", "vendor=1")
        assert span.attributes == {
            "headgate.upstream": "up",
            "http.response.status_code": 404,
            "headgate.cache": "headgate; fwd=miss",
        }
        assert not span.failed

    async def test_what_is_done_inside_stands_below_it(self) -> None:
        spans = KeptSpans()
        looking = Looking(Scripted(buffered()))
        outer = Traced(Traced(looking, "inner", "up", spans), "outer", "up", spans)
        with serving(Call(trace=TRACE)):
            await outer.send(Request("GET", "x"))
            assert current_trace() is TRACE

        inner = spans.named("inner")
        assert spans.way_up(inner) == ["outer"]
        assert looking.above == [inner.trace]
        assert spans.named("outer").trace.parent_id == TRACE.span_id

    @pytest.mark.parametrize("trace", [None, NOT_RECORDED])
    async def test_what_is_not_recorded_leaves_none(self, trace: TraceContext | None) -> None:
        spans = KeptSpans()
        with serving(Call(trace=trace)):
            await traced(spans, buffered()).send(Request("GET", "x"))
        assert spans.kept == []

    @pytest.mark.parametrize(
        ("error", "name"),
        [(Disconnected("up", "cut off"), "upstream_disconnected"), (CancelledError(), "CancelledError")],
    )
    async def test_an_error_ends_it_and_goes_up(self, error: BaseException, name: str) -> None:
        spans = KeptSpans()
        with serving(Call(trace=TRACE)):
            with pytest.raises(type(error)):
                await traced(spans, error).send(Request("GET", "x"))
            assert current_trace() is TRACE

        (span,) = spans.kept
        assert span.failed
        assert span.attributes == {"headgate.upstream": "up", "error.type": name}

    @pytest.mark.parametrize("error", [None, Disconnected("up", "cut off")])
    async def test_a_streams_ends_with_its_body(self, error: HeadgateError | None) -> None:
        spans = KeptSpans()
        with serving(Call(trace=TRACE)):
            reply = await traced(spans, Body(b"a", error=error).reply()).send(Request("GET", "x"))
        assert isinstance(reply, Streamed)
        assert spans.kept == []
        try:
            assert [piece async for piece in reply.chunks()] == [b"a"]
        except Disconnected:
            assert error is not None

        (span,) = spans.kept
        assert span.failed is (error is not None)


class TestClient:
    async def asked(self, method: str, answer: Reply) -> KeptSpans:
        spans = KeptSpans()
        client = TracedClient(Scripted(answer), "up", "https://api.example/v3/", spans)
        with serving(Call(trace=TRACE)):
            await client.send(Request(method, TARGET, CIMultiDict({"Authorization": "Bearer hidden"}), b"hidden"))
        assert "hidden" not in repr(spans.kept)
        return spans

    async def test_it_says_what_was_asked_where_but_no_query_and_no_fields(self) -> None:
        span = (await self.asked("GET", buffered(200))).named("GET")
        assert (span.kind, span.failed) == (Kind.CLIENT, False)
        assert span.attributes == {
            "http.request.method": "GET",
            "url.full": "https://api.example/v3/repos/acme/rocket",
            "server.address": "api.example",
            "server.port": 443,
            "headgate.upstream": "up",
            "http.response.status_code": 200,
        }

    async def test_to_a_client_400_and_above_are_errors(self) -> None:
        span = (await self.asked("PROPFIND", buffered(404))).named("HTTP")
        assert span.failed
        assert span.attributes["http.request.method"] == "_OTHER"
        assert span.attributes["error.type"] == "404"

    async def test_what_stands_below_is_told_of_this_span(self) -> None:
        spans, below = KeptSpans(), Scripted(buffered())
        with serving(Call(trace=TRACE)):
            await TracedClient(TracePropagation(below), "up", "http://x:81/", spans).send(Request("GET", "x"))
        (span,) = spans.kept
        assert below.asked[0].headers["traceparent"] == f"00-{'a' * 32}-{span.trace.span_id}-01"
        assert span.attributes["server.port"] == 81
