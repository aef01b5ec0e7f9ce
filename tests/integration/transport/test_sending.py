"""A body that is sent while it arrives: at upstream's pace, as long as was said, and the connection is accounted for."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress

import pytest
from multidict import CIMultiDict

from app.call import Call, serving
from app.errors import DeadlineExceeded, HeadgateError, InvalidRequest, ParameterFault, UpstreamTimeout
from app.transport.exchange import Buffered, Reply, Request, Streamed
from tests import faulty_upstream as faults
from tests.faulty_upstream import BLOCK, Connection, FaultyUpstream, Seen, declaring
from tests.integration.transport.rig import LIMITS, NOISE_SECONDS, Rig, keeps_the_secret

SLOWER_SECONDS = LIMITS.total_seconds / 4


async def asked(rig: Rig, body: AsyncIterable[bytes], length: int | None = None, *, seconds: float = 60) -> Reply:
    headers = CIMultiDict({} if length is None else {"Content-Length": str(length)})
    with serving(Call(deadline=asyncio.get_running_loop().time() + seconds)):
        return await rig.stage.send(Request("PUT", "thing", headers, body, may_stream=True))


async def failure(rig: Rig, body: AsyncIterable[bytes], length: int | None = None, *, seconds: float = 60) -> Exception:
    with pytest.raises(HeadgateError) as caught:
        await asked(rig, body, length, seconds=seconds)
    keeps_the_secret(caught.value)
    return caught.value


async def pieces(*given: bytes, every_seconds: float = 0.0) -> AsyncIterator[bytes]:
    for piece in given:
        await asyncio.sleep(every_seconds)
        yield piece


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield BLOCK


@pytest.mark.parametrize("given", [[b"short"], [b"a", b"little", b"too long"], [b"", b"", b""]])
async def test_a_body_of_another_length_than_announced_ends_the_connection(
    upstream: FaultyUpstream, rig: Rig, given: list[bytes]
) -> None:
    assert type(await failure(rig, pieces(*given), 10)) is InvalidRequest
    assert upstream.seen == []
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


@pytest.mark.parametrize("length", [None, 1_000_000])
async def test_what_breaks_the_body_off_is_told_as_it_is(
    upstream: FaultyUpstream, rig: Rig, length: int | None
) -> None:
    broken = InvalidRequest([ParameterFault("header", "Transfer-Encoding", "is broken")])

    async def body() -> AsyncIterator[bytes]:
        yield BLOCK
        raise broken

    assert (await failure(rig, body(), length)).args == broken.args
    assert upstream.seen == []
    await rig.recovers(upstream)


async def test_what_breaks_the_body_off_is_told_to_who_reads_the_reply_already(
    upstream: FaultyUpstream, rig: Rig
) -> None:
    head_is_there = asyncio.Event()

    async def answers_early(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.send(declaring(100) + b"half of it")
        head_is_there.set()
        await connection.stall()
        connection.close()

    async def body() -> AsyncIterator[bytes]:
        yield BLOCK
        await head_is_there.wait()
        await asyncio.sleep(0.02)
        raise DeadlineExceeded("the rest did not come")

    upstream.greeting = answers_early
    assert type(await failure(rig, body())) is DeadlineExceeded
    await rig.recovers(upstream)


async def test_an_upstream_that_takes_nothing_is_late(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.greeting = faults.stall_on_accept
    error = await failure(rig, endless())
    assert isinstance(error, UpstreamTimeout)
    assert (error.phase, error.limit_seconds) == ("write", LIMITS.total_seconds)
    assert error.__context__ is None
    for connection in upstream.connections:
        connection.reset()
    await rig.recovers(upstream)


@pytest.mark.parametrize("length", [None, 8 * len(BLOCK)])
async def test_neither_the_total_nor_silence_binds_a_body_that_goes_on(
    upstream: FaultyUpstream, rig: Rig, length: int | None
) -> None:
    async def interim(connection: Connection) -> None:
        await connection.send(b"HTTP/1.1 102 Processing\r\n\r\n")  # and then nothing, until the body is there

    upstream.greeting = interim
    began = asyncio.get_running_loop().time()
    reply = await asked(rig, pieces(*[BLOCK] * 8, every_seconds=SLOWER_SECONDS), length)
    assert reply.status == 200
    assert upstream.seen[0].body == 8 * BLOCK
    assert asyncio.get_running_loop().time() - began > 1.5 * LIMITS.total_seconds
    await rig.recovers(upstream)
    assert len(upstream.connections) == 1


@pytest.mark.parametrize(("seconds", "error"), [(0.15, DeadlineExceeded), (60, UpstreamTimeout)])
async def test_once_the_body_is_sent_the_answer_is_waited_for_as_ever(
    upstream: FaultyUpstream, rig: Rig, seconds: float, error: type[HeadgateError]
) -> None:
    upstream.script = faults.stall_before_reply

    async def body() -> AsyncIterator[bytes]:
        async for piece in pieces(BLOCK, BLOCK, every_seconds=0.1):
            yield piece
        call.deadline = asyncio.get_running_loop().time() + seconds  # as who reads it from a caller does

    call = Call(deadline=asyncio.get_running_loop().time() + 0.1)
    began = asyncio.get_running_loop().time()
    with serving(call), pytest.raises(error):
        await rig.stage.send(Request("PUT", "thing", CIMultiDict(), body(), may_stream=True))
    assert asyncio.get_running_loop().time() - began < 0.2 + LIMITS.total_seconds + NOISE_SECONDS
    assert len(upstream.seen) == 1
    await rig.recovers(upstream)


@pytest.mark.parametrize("keeps_open", [True, False])
async def test_an_answer_before_the_end_of_the_body_ends_the_body(
    upstream: FaultyUpstream, rig: Rig, *, keeps_open: bool
) -> None:
    async def refuses(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.answer(b"no", status="401 Unauthorized")
        if not keeps_open:
            connection.writer.write_eof()
        await connection.stall()
        connection.close()

    upstream.greeting = refuses
    reply = await asked(rig, endless())
    assert isinstance(reply, Buffered)
    assert (reply.status, reply.body) == (401, b"no")
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


async def test_a_reply_that_streams_while_the_body_is_sent(upstream: FaultyUpstream, rig: Rig) -> None:
    async def echoes(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.send(declaring(8 * len(BLOCK), b"Connection: close\r\n"))
        for _ in range(8):
            await connection.send(await connection.reader.readexactly(len(BLOCK)))
        connection.close()

    upstream.greeting = echoes
    reply = await asked(rig, pieces(*[BLOCK] * 8, every_seconds=SLOWER_SECONDS), 8 * len(BLOCK))
    assert isinstance(reply, Streamed)
    assert b"".join([piece async for piece in reply.chunks()]) == 8 * BLOCK
    await rig.recovers(upstream)


async def test_a_sender_who_is_cancelled_takes_the_connection_along(upstream: FaultyUpstream, rig: Rig) -> None:
    arrived = asyncio.Event()

    async def reads(connection: Connection) -> None:
        await connection.reader.readexactly(len(BLOCK))
        arrived.set()
        with suppress(ConnectionError):
            await connection.reader.read()
        connection.close()

    async def stands_still() -> AsyncIterator[bytes]:
        yield BLOCK + BLOCK
        await asyncio.Event().wait()

    upstream.greeting = reads
    sending = asyncio.create_task(asked(rig, stands_still()))
    await arrived.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert (rig.acquired, rig.idle) == (0, 0)
    await rig.recovers(upstream)


async def test_without_may_stream_a_body_may_still_be_a_stream(upstream: FaultyUpstream, rig: Rig) -> None:
    async def whole(connection: Connection, seen: Seen) -> None:
        await connection.answer(seen.body)

    upstream.script = whole
    reply = await rig.stage.send(Request("POST", "thing", CIMultiDict(), pieces(b"a", b"b")))
    assert isinstance(reply, Buffered)
    assert reply.body == b"ab"
