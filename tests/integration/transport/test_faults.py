"""Each thing that can go wrong between us and an upstream: which error, after how long, asked how often, what is left."""

import asyncio
import socket
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from multidict import CIMultiDict
from pydantic import BaseModel

from app.errors import (
    Disconnected,
    HeadgateError,
    MalformedUpstreamReply,
    NameNotResolved,
    ReplyTooLarge,
    Unreachable,
    UpstreamTimeout,
)
from app.transport.exchange import Request
from tests import faulty_upstream as faults
from tests.faulty_upstream import HEALTHY_BODY, FaultyUpstream, Greeting, Script
from tests.integration.transport.rig import LIMITS, NOISE_SECONDS, Rig, a_rig

AT_ONCE = 0.0
READ = LIMITS.read_seconds
TOTAL = LIMITS.total_seconds
MEGABYTE = 1_000_000

ON_ACCEPT: dict[Greeting, tuple[type[HeadgateError], str | None, float]] = {
    faults.reset_on_accept: (Disconnected, None, AT_ONCE),
    faults.close_on_accept: (Disconnected, None, AT_ONCE),
    faults.stall_on_accept: (UpstreamTimeout, "read", READ),
}

IN_REPLY: dict[Script, tuple[type[HeadgateError], str | None, float]] = {
    faults.close_before_reply: (Disconnected, None, AT_ONCE),
    faults.reset_before_reply: (Disconnected, None, AT_ONCE),
    faults.stall_before_reply: (UpstreamTimeout, "read", READ),
    faults.close_in_headers: (Disconnected, None, AT_ONCE),
    faults.reset_in_headers: (Disconnected, None, AT_ONCE),
    faults.stall_in_headers: (UpstreamTimeout, "read", READ),
    faults.drip_headers: (UpstreamTimeout, "total", TOTAL),
    faults.reset_after_headers: (Disconnected, None, AT_ONCE),
    faults.stall_after_headers: (UpstreamTimeout, "read", READ),
    faults.stall_in_body: (UpstreamTimeout, "read", READ),
    faults.drip_body: (UpstreamTimeout, "total", TOTAL),
    faults.cut_by_length: (Disconnected, None, AT_ONCE),
    faults.cut_by_chunks: (Disconnected, None, AT_ONCE),
    faults.reset_in_length: (Disconnected, None, AT_ONCE),
    faults.reset_in_chunks: (Disconnected, None, AT_ONCE),
    faults.reset_until_close: (Disconnected, None, AT_ONCE),
    faults.bad_chunk: (MalformedUpstreamReply, None, AT_ONCE),
    faults.bad_chunk_later: (MalformedUpstreamReply, None, AT_ONCE),
    faults.garbage: (MalformedUpstreamReply, None, AT_ONCE),
    faults.binary_garbage: (MalformedUpstreamReply, None, AT_ONCE),
    faults.huge_header: (MalformedUpstreamReply, None, AT_ONCE),
    faults.many_headers: (MalformedUpstreamReply, None, AT_ONCE),
    faults.endless_headers: (MalformedUpstreamReply, None, AT_ONCE),
    faults.endless_continue: (UpstreamTimeout, "total", TOTAL),
    faults.switching_protocols: (MalformedUpstreamReply, None, AT_ONCE),
    faults.two_lengths: (MalformedUpstreamReply, None, AT_ONCE),
    faults.negative_length: (MalformedUpstreamReply, None, AT_ONCE),
    faults.length_and_chunks: (MalformedUpstreamReply, None, AT_ONCE),
    faults.over_cap_by_length: (ReplyTooLarge, None, AT_ONCE),
    faults.over_cap_by_chunks: (ReplyTooLarge, None, AT_ONCE),
    faults.over_cap_until_close: (ReplyTooLarge, None, AT_ONCE),
    faults.endless_chunks: (ReplyTooLarge, None, AT_ONCE),
    faults.endless_until_close: (ReplyTooLarge, None, AT_ONCE),
    faults.tiny_chunks: (ReplyTooLarge, None, AT_ONCE),
}


def _name(fault: object) -> str:
    return getattr(fault, "__name__", "")


@pytest.mark.parametrize(("fault", "expected"), ON_ACCEPT.items(), ids=_name)
async def test_a_fault_before_http_begins_is_one_error_in_bounded_time(
    upstream: FaultyUpstream, rig: Rig, fault: Greeting, expected: tuple[type[HeadgateError], str | None, float]
) -> None:
    upstream.greeting = fault
    failure = await rig.failure()
    _is_as_expected(failure.error, failure.seconds, *expected)
    assert len(upstream.connections) == 1
    await rig.recovers(upstream)


@pytest.mark.parametrize(("fault", "expected"), IN_REPLY.items(), ids=_name)
async def test_a_fault_in_a_reply_is_one_error_in_bounded_time_and_asked_once(
    upstream: FaultyUpstream, rig: Rig, fault: Script, expected: tuple[type[HeadgateError], str | None, float]
) -> None:
    upstream.script = fault
    failure = await rig.failure()
    _is_as_expected(failure.error, failure.seconds, *expected)
    assert upstream.times_seen("thing") == 1
    assert len(upstream.connections) == 1
    await rig.recovers(upstream)


def _is_as_expected(
    error: HeadgateError, seconds: float, kind: type[HeadgateError], phase: str | None, at_least: float
) -> None:
    assert type(error) is kind
    assert at_least * 0.9 <= seconds < at_least + NOISE_SECONDS
    assert error.__cause__ is None
    assert error.__context__ is None  # aiohttp's error holds the request's headers
    if isinstance(error, UpstreamTimeout):
        assert error.phase == phase
        assert error.limit_seconds == {"read": READ, "total": TOTAL}[error.phase]


async def test_a_healthy_upstream_sees_the_credential_once_and_its_answer_comes_whole(
    upstream: FaultyUpstream, rig: Rig
) -> None:
    reply = await rig.whole()
    assert (reply.status, reply.body) == (200, HEALTHY_BODY)
    assert len(upstream.seen) == 1
    assert "ghs_marked-4711" in upstream.seen[0].headers["Authorization"]


async def test_interim_replies_are_passed_over(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.continue_then_reply
    reply = await rig.whole()
    assert (reply.status, reply.body) == (200, HEALTHY_BODY)
    assert "Link" not in reply.headers


async def test_a_closed_port_is_unreachable(upstream: FaultyUpstream, rig: Rig) -> None:
    await upstream.stop()
    failure = await rig.failure()
    _is_as_expected(failure.error, failure.seconds, Unreachable, None, AT_ONCE)
    await upstream.listen()
    await rig.recovers(upstream)


async def test_a_host_that_takes_no_connection_is_a_timeout_of_connecting(upstream: FaultyUpstream) -> None:
    with _full_backlog() as port:
        async with a_rig(f"http://127.0.0.1:{port}/") as rig:
            failure = await rig.failure()
            assert isinstance(failure.error, UpstreamTimeout)
            assert (failure.error.phase, failure.error.limit_seconds) == ("connect", LIMITS.connect_seconds)
            assert LIMITS.connect_seconds * 0.9 <= failure.seconds < LIMITS.connect_seconds + NOISE_SECONDS
            await rig.comes_to_rest(upstream)


@contextmanager
def _full_backlog() -> Iterator[int]:
    """A port whose queue of connections is full: the kernel drops what comes on top."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield listener.getsockname()[1]
        finally:
            for filler in fillers:
                filler.close()


async def test_a_name_without_an_address_is_named_so(upstream: FaultyUpstream) -> None:
    async with a_rig("http://nothing.invalid/") as rig:
        failure = await rig.failure(within_seconds=10)
        assert type(failure.error) is NameNotResolved
        assert failure.error.__context__ is None
        await rig.comes_to_rest(upstream)


async def test_whoever_waits_too_long_for_a_connection_of_the_pool_is_told_connect(upstream: FaultyUpstream) -> None:
    upstream.script = faults.drip_body  # busy until `total`, which is longer than `connect`
    async with a_rig(upstream.url, connections=1) as rig:
        first = asyncio.create_task(rig.failure("first"))
        await upstream.is_asked()
        second = await rig.failure("second")
        assert isinstance(second.error, UpstreamTimeout)
        assert (second.error.phase, second.error.limit_seconds) == ("connect", LIMITS.connect_seconds)
        assert LIMITS.connect_seconds * 0.9 <= second.seconds < LIMITS.connect_seconds + NOISE_SECONDS
        assert isinstance((await first).error, UpstreamTimeout)
        assert upstream.times_seen("second") == 0
        await rig.recovers(upstream)


async def test_a_freed_connection_goes_to_the_one_who_waits(upstream: FaultyUpstream) -> None:
    async with a_rig(upstream.url, connections=1) as rig:
        replies = await asyncio.gather(*(rig.whole(f"at-{at}") for at in range(20)))
        assert {reply.body for reply in replies} == {HEALTHY_BODY}
        assert len(upstream.connections) == 1


async def test_an_upstream_that_does_not_take_the_body_we_send_is_a_timeout(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.greeting = faults.stall_on_accept
    failure = await rig.failure(method="POST", body=bytes(16 * MEGABYTE))
    assert isinstance(failure.error, UpstreamTimeout)
    assert failure.seconds < TOTAL + NOISE_SECONDS
    await rig.recovers(upstream)


async def test_an_error_in_the_body_that_we_send_is_not_the_upstreams(upstream: FaultyUpstream, rig: Rig) -> None:
    class CallerLeft(HeadgateError):
        pass

    async def breaking() -> AsyncIterator[bytes]:
        yield b"some"
        raise CallerLeft("the caller left")

    with pytest.raises(CallerLeft):
        await rig.stage.send(Request("POST", "thing", CIMultiDict(), breaking()))
    await rig.recovers(upstream)


@pytest.mark.parametrize(
    "fault",
    [
        faults.endless_chunks,
        faults.endless_until_close,
        faults.endless_headers,
        faults.endless_continue,
        faults.huge_header,
        faults.tiny_chunks,
    ],
    ids=_name,
)
async def test_a_flood_takes_bounded_memory_and_is_turned_off(
    upstream: FaultyUpstream, rig: Rig, fault: Script
) -> None:
    await rig.whole("warm")
    upstream.script = fault
    with _bounded_memory(8 * MEGABYTE):
        await rig.failure()
    await rig.comes_to_rest(upstream)
    await upstream.is_done(NOISE_SECONDS)  # it can write no more


@contextmanager
def _bounded_memory(limit_bytes: int) -> Iterator[None]:
    traced_already = tracemalloc.is_tracing()
    if not traced_already:
        tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, highest = tracemalloc.get_traced_memory()
    finally:
        if not traced_already:
            tracemalloc.stop()
    peak = highest - before
    assert peak < limit_bytes, f"{peak} bytes"


async def test_a_gzip_bomb_is_kept_as_it_came_and_refused_when_opened(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.gzip_bomb
    with _bounded_memory(2 * MEGABYTE):
        reply = await rig.whole()
        assert reply.body == faults.GZIP_BOMB
        with pytest.raises(ReplyTooLarge):
            reply.content()
    await rig.recovers(upstream)


@pytest.mark.parametrize("fault", [faults.gzip_cut, faults.gzip_broken], ids=_name)
async def test_a_broken_compressed_body_is_malformed(upstream: FaultyUpstream, rig: Rig, fault: Script) -> None:
    upstream.script = fault
    reply = await rig.whole()
    with pytest.raises(MalformedUpstreamReply):
        reply.content()
    await rig.recovers(upstream)


async def test_a_compressed_body_stays_as_it_came_and_opens_to_its_content(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.gzip_whole
    reply = await rig.whole()
    assert reply.body.startswith(b"\x1f\x8b")
    assert reply.headers["Content-Encoding"] == "gzip"
    assert reply.headers["Content-Length"] == str(len(reply.body))
    assert reply.content() == HEALTHY_BODY


async def test_cut_off_json_is_malformed(upstream: FaultyUpstream, rig: Rig) -> None:
    class Thing(BaseModel):
        name: str

    upstream.script = faults.garbage_json
    reply = await rig.whole()
    with pytest.raises(MalformedUpstreamReply, match="not JSON"):
        reply.parse(Thing)
    await rig.recovers(upstream)
