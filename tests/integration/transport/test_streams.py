"""Replies that are too large to keep: relayed piece by piece, and the connection is always accounted for."""

import asyncio
import time

import pytest

from app.errors import Disconnected, HeadgateError, UpstreamTimeout
from app.transport.exchange import Buffered, Streamed
from app.transport.wire import STREAM_BYTES
from tests import faulty_upstream as faults
from tests.faulty_upstream import CHUNKED, Connection, FaultyUpstream, Script, Seen, chunk, declaring
from tests.integration.transport.rig import LIMITS, NOISE_SECONDS, Rig, keeps_the_secret

BODY = bytes(range(256)) * 1024
assert len(BODY) > LIMITS.buffered_bytes


@pytest.mark.parametrize("script", [faults.over_cap_by_length, faults.over_cap_by_chunks])
async def test_a_large_body_streams_whole_and_in_order_and_gives_its_connection_back(
    upstream: FaultyUpstream, rig: Rig, script: Script
) -> None:
    upstream.script = script
    ended: list[HeadgateError | None] = []
    reply = await rig.stream()
    reply.on_end(ended.append)
    assert reply.status == 200
    assert b"".join([piece async for piece in reply.chunks()]) == BODY
    assert ended == [None]
    assert (rig.acquired, rig.idle) == (0, 1)
    await rig.recovers(upstream)
    assert len(upstream.connections) == 1


async def test_a_large_body_until_close_streams_whole(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.over_cap_until_close
    reply = await rig.stream()
    assert b"".join([piece async for piece in reply.chunks()]) == BODY
    await rig.recovers(upstream)


@pytest.mark.parametrize("size", [0, 1, LIMITS.buffered_bytes])
async def test_what_fits_the_cap_is_buffered_even_for_those_who_could_stream(
    upstream: FaultyUpstream, rig: Rig, size: int
) -> None:
    async def by_length(connection: Connection, _: Seen) -> None:
        await connection.answer(bytes(size))

    async def by_chunks(connection: Connection, _: Seen) -> None:
        await connection.send(CHUNKED + (chunk(bytes(size)) if size else b"") + chunk(b""))

    upstream.scripts = [by_length, by_chunks]
    for _ in range(2):
        reply = await rig.ask(may_stream=True)
        assert isinstance(reply, Buffered)
        assert len(reply.body) == size


async def test_a_stream_that_falls_silent_ends_in_a_read_time_out(upstream: FaultyUpstream, rig: Rig) -> None:
    async def silent(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(1_000_000) + BODY)
        await connection.stall()

    upstream.script = silent
    ended: list[HeadgateError | None] = []
    reply = await rig.stream()
    reply.on_end(ended.append)
    started = time.monotonic()
    pieces: list[bytes] = []
    with pytest.raises(UpstreamTimeout) as caught:
        await _read_into(pieces, reply)
    assert caught.value.phase == "read"
    assert b"".join(pieces) == BODY
    assert time.monotonic() - started < LIMITS.read_seconds + NOISE_SECONDS
    assert ended == [caught.value]
    keeps_the_secret(caught.value)
    assert caught.value.__context__ is None
    await rig.recovers(upstream)


async def _read_into(pieces: list[bytes], reply: Streamed) -> None:
    async for piece in reply.chunks():
        pieces.append(piece)  # noqa: PERF401 -- what came before the error counts


@pytest.mark.parametrize(
    ("head", "reset"),
    [
        pytest.param(declaring(1_000_000), False, id="length-closed"),
        pytest.param(declaring(1_000_000), True, id="length-reset"),
        pytest.param(CHUNKED, False, id="chunks-closed"),
        pytest.param(CHUNKED, True, id="chunks-reset"),
        pytest.param(faults.UNTIL_CLOSE, True, id="until_close-reset"),
    ],
)
async def test_a_stream_that_is_cut_off_never_looks_whole(
    upstream: FaultyUpstream, rig: Rig, head: bytes, *, reset: bool
) -> None:
    async def cut(connection: Connection, _: Seen) -> None:
        await connection.send(head + (chunk(BODY) if head == CHUNKED else BODY))
        await asyncio.sleep(0.05)
        if reset:
            connection.reset()
        else:
            connection.close()

    upstream.script = cut
    reply = await rig.stream()
    with pytest.raises(Disconnected) as caught:
        async for _ in reply.chunks():
            pass
    keeps_the_secret(caught.value)
    await rig.recovers(upstream)


async def test_closing_a_stream_in_the_middle_breaks_the_connection_off(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.endless_chunks
    ended: list[HeadgateError | None] = []
    reply = await rig.stream()
    reply.on_end(ended.append)
    async for _ in reply.chunks():
        break
    assert rig.acquired == 1
    reply.close()
    reply.close()
    assert (rig.acquired, rig.idle) == (0, 0)
    assert ended == [None]
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


async def test_a_stream_that_nobody_reads_is_closed_too(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.endless_until_close
    reply = await rig.stream()
    reply.close()
    assert (rig.acquired, rig.idle) == (0, 0)
    await rig.recovers(upstream)


async def test_a_reader_who_is_cancelled_breaks_the_connection_off(upstream: FaultyUpstream, rig: Rig) -> None:
    async def silent(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(1_000_000) + BODY)
        await connection.stall()

    async def read() -> None:
        async for _ in reply.chunks():
            pass

    upstream.script = silent
    reply = await rig.stream()
    reading = asyncio.create_task(read())
    await asyncio.sleep(0.05)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert (rig.acquired, rig.idle) == (0, 0)
    await rig.recovers(upstream)


async def test_neither_the_total_nor_a_deadline_binds_a_stream_that_moves(upstream: FaultyUpstream, rig: Rig) -> None:
    async def steady(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(len(BODY)) + BODY[:-8])
        await connection.drip(BODY[-8:], LIMITS.total_seconds / 6)

    upstream.script = steady
    started = time.monotonic()
    reply = await rig.ask(may_stream=True, within_seconds=0.3)
    assert not isinstance(reply, Buffered)
    assert b"".join([piece async for piece in reply.chunks()]) == BODY
    assert time.monotonic() - started > LIMITS.total_seconds


async def test_a_slow_reader_is_not_taken_for_a_silent_upstream(upstream: FaultyUpstream, rig: Rig) -> None:
    async def large(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(16 * len(BODY)) + 16 * BODY)

    upstream.script = large
    reply = await rig.stream()
    size = 0
    async for piece in reply.chunks():
        if not size:
            await asyncio.sleep(2 * LIMITS.read_seconds)
        size += len(piece)
    assert size == 16 * len(BODY)


@pytest.mark.parametrize("more", [1, 100, STREAM_BYTES, 2 * STREAM_BYTES])
async def test_a_body_that_waits_for_its_reader_gives_the_connection_back_too(
    upstream: FaultyUpstream, rig: Rig, more: int
) -> None:
    size = 2 * STREAM_BYTES + more  # reading pauses just before the end, which then comes when it is resumed

    async def large(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(size) + bytes(size))

    upstream.script = large
    for _ in range(3):
        reply = await rig.stream()
        await asyncio.sleep(0.05)
        assert sum([len(piece) async for piece in reply.chunks()]) == size
        assert (rig.acquired, rig.idle) == (0, 1)
    assert len(upstream.connections) == 1


@pytest.mark.parametrize("may_stream", [False, True])
async def test_a_length_over_the_cap_without_a_body_is_no_error(
    upstream: FaultyUpstream, rig: Rig, *, may_stream: bool
) -> None:
    async def only_a_head(connection: Connection, request: Seen) -> None:
        status = b"200 OK" if request.method == "HEAD" else b"304 Not Modified"
        await connection.send(b"HTTP/1.1 %b\r\nContent-Length: 99999999\r\n\r\n" % status)

    upstream.script = only_a_head
    for method, status in (("HEAD", 200), ("GET", 304)):
        reply = await rig.ask(method=method, may_stream=may_stream)
        assert isinstance(reply, Buffered)
        assert (reply.status, reply.body, reply.headers["Content-Length"]) == (status, b"", "99999999")
    await rig.recovers(upstream)
    assert len(upstream.connections) == 1
