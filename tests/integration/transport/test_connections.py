"""Kept connections: reused when they are clean, never when a reply could be taken for the answer to another question."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from multidict import CIMultiDict

from app.errors import Disconnected, InvalidRequest, MalformedUpstreamReply
from app.transport.exchange import Request
from tests import faulty_upstream as faults
from tests.faulty_upstream import HEALTHY_BODY, Connection, FaultyUpstream, Script, Seen, chunk, declaring
from tests.integration.transport.rig import Rig, a_rig

STRAY = declaring(15) + b'{"stray": true}'


async def test_one_connection_serves_one_question_after_the_other(upstream: FaultyUpstream, rig: Rig) -> None:
    async def by_chunks(connection: Connection, _: Seen) -> None:
        await connection.send(faults.CHUNKED + chunk(HEALTHY_BODY) + chunk(b""))

    async def nothing(connection: Connection, _: Seen) -> None:
        await connection.send(b"HTTP/1.1 204 No Content\r\n\r\n")

    async def unchanged(connection: Connection, _: Seen) -> None:
        await connection.send(b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 99999999\r\n\r\n')

    async def in_two_pieces(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(len(HEALTHY_BODY)))
        await asyncio.sleep(0.02)
        await connection.send(HEALTHY_BODY)

    upstream.scripts = [faults.healthy, by_chunks, nothing, unchanged, in_two_pieces, faults.continue_then_reply]
    statuses = [(await rig.whole(f"at-{at}")).status for at in range(6)]
    assert statuses == [200, 200, 204, 304, 200, 200]
    assert (await rig.whole(method="POST", body=b"x" * 300_000)).status == 200
    assert (await rig.whole(method="HEAD")).status == 200
    assert (await rig.whole()).body == HEALTHY_BODY
    assert len(upstream.connections) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "POST"])
@pytest.mark.parametrize("fault", [faults.close_before_reply, faults.reset_before_reply])
async def test_a_kept_connection_that_dies_is_never_asked_twice_behind_our_back(
    upstream: FaultyUpstream, rig: Rig, method: str, fault: Script
) -> None:
    await rig.whole("before")
    upstream.script = fault
    failure = await rig.failure(method=method)
    assert type(failure.error) is Disconnected
    assert upstream.times_seen("thing") == 1
    assert len(upstream.connections) == 1
    await rig.recovers(upstream)


async def test_aiohttps_own_second_send_still_hangs_on_the_attribute_that_we_switch_off(
    upstream: FaultyUpstream, rig: Rig
) -> None:
    client = rig.session.client
    assert client._retry_connection is False
    client._retry_connection = True
    await rig.whole("before")
    upstream.script = faults.close_before_reply
    await rig.failure()
    assert upstream.times_seen("thing") == 2


async def test_a_connection_that_upstream_closed_while_idle_is_not_used_again(
    upstream: FaultyUpstream, rig: Rig
) -> None:
    async def answer_and_leave(connection: Connection, _: Seen) -> None:
        await connection.answer()
        connection.close()

    upstream.script = answer_and_leave
    for at in range(3):
        await rig.whole(f"at-{at}")
        await asyncio.sleep(0.02)
    assert len(upstream.connections) == 3


@pytest.mark.parametrize("more", [faults.two_replies, faults.garbage_after_reply])
async def test_what_comes_on_the_heels_of_a_reply_answers_nobody(
    upstream: FaultyUpstream, rig: Rig, more: Script
) -> None:
    upstream.script = more
    assert (await rig.whole()).body == HEALTHY_BODY
    await rig.recovers(upstream)


async def test_a_reply_that_comes_while_nobody_asks_answers_nobody(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.late_second_reply
    assert (await rig.whole()).body == HEALTHY_BODY
    await asyncio.sleep(0.08)
    await rig.recovers(upstream)


@pytest.mark.parametrize(("hint", "connections"), [("timeout=1", 3), ("timeout=60, max=9", 1), ("max=9", 1)])
async def test_a_connection_is_not_used_near_the_end_of_the_time_that_upstream_says(
    upstream: FaultyUpstream, rig: Rig, hint: str, connections: int
) -> None:
    async def answer(connection: Connection, _: Seen) -> None:
        await connection.answer(fields=f"Keep-Alive: {hint}\r\n")

    upstream.script = answer
    for at in range(3):
        await rig.whole(f"at-{at}")
    assert len(upstream.connections) == connections


@pytest.mark.parametrize("rest", [STRAY, STRAY[:20], b"H", b"\r\n" + STRAY[:9], b"0\r\n\r\n", b"more of it", b"\x00"])
@pytest.mark.parametrize(
    ("method", "head", "body"),
    [
        ("GET", declaring(len(HEALTHY_BODY)), HEALTHY_BODY),
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        ("GET", b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 9\r\n\r\n', b""),
        ("GET", declaring(0), b""),
        ("HEAD", declaring(9), b""),
    ],
)
async def test_a_reply_is_whole_also_when_more_bytes_come_with_it(
    upstream: FaultyUpstream, rig: Rig, method: str, head: bytes, body: bytes, rest: bytes
) -> None:
    async def at_once(connection: Connection, _: Seen) -> None:
        await connection.send(head + body + rest)

    upstream.scripts = [faults.healthy, at_once]
    await rig.whole("before")
    assert (await rig.whole(method=method)).body == body
    await rig.recovers(upstream)


@pytest.mark.parametrize("garbage", [b"HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\nab", b"no HTTP\r\n\r\nat all"])
async def test_what_is_no_reply_to_begin_with_stays_an_error(
    upstream: FaultyUpstream, rig: Rig, garbage: bytes
) -> None:
    async def send_garbage(connection: Connection, _: Seen) -> None:
        await connection.send(garbage)

    upstream.script = send_garbage
    failure = await rig.failure()
    assert type(failure.error) is MalformedUpstreamReply
    await rig.recovers(upstream)


@pytest.mark.parametrize("rest", [STRAY, STRAY[:-4], STRAY[:20], b"H", b"\r\n" + STRAY[:9], b"0\r\n\r\n"])
async def test_bytes_after_the_end_of_a_reply_spoil_the_connection_not_the_next_answer(
    upstream: FaultyUpstream, rig: Rig, rest: bytes
) -> None:
    async def tail_with_more(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(len(HEALTHY_BODY)) + HEALTHY_BODY[:5])
        await asyncio.sleep(0.02)
        await connection.send(HEALTHY_BODY[5:])
        await asyncio.sleep(0.02)
        await connection.send(rest)

    upstream.script = tail_with_more
    assert (await rig.whole()).body == HEALTHY_BODY
    await asyncio.sleep(0.06)
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


async def test_a_body_where_none_may_be_does_not_become_the_next_answer(upstream: FaultyUpstream, rig: Rig) -> None:
    async def with_a_body(connection: Connection, request: Seen) -> None:
        head = b"HTTP/1.1 200 OK\r\n" if request.method == "HEAD" else b"HTTP/1.1 304 Not Modified\r\n"
        await connection.send(head + b"Content-Length: %d\r\n\r\n" % len(STRAY))
        await asyncio.sleep(0.02)
        await connection.send(STRAY)

    upstream.script = with_a_body
    for method in ("HEAD", "GET"):
        assert (await rig.whole(method=method)).body == b""
        await asyncio.sleep(0.04)
    await rig.recovers(upstream)


@pytest.mark.parametrize("sent", [b"", b"abc", b"a" * 20])
async def test_a_stream_of_another_length_than_announced_does_not_swallow_the_next_request(
    upstream: FaultyUpstream, rig: Rig, sent: bytes
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield sent

    async def impatient(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.02)
        await connection.answer()

    upstream.greeting = impatient
    with pytest.raises(InvalidRequest):
        await rig.stage.send(Request("POST", "thing", CIMultiDict({"Content-Length": "10"}), body()))
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


@pytest.mark.parametrize("length", [{}, {"Content-Length": "1000000"}])
async def test_a_reply_before_we_have_sent_everything_is_taken_and_the_connection_is_not_kept(
    upstream: FaultyUpstream, rig: Rig, length: dict[str, str]
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield bytes(1000)
            await asyncio.sleep(0.01)

    async def no_need_for_more(connection: Connection) -> None:
        await connection.reader.readuntil(b"\r\n\r\n")
        await connection.answer(b"", status="413 Content Too Large")
        await connection.stall()

    upstream.greeting = no_need_for_more
    reply = await rig.stage.send(Request("POST", "thing", CIMultiDict(length), slow()))
    assert reply.status == 413
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


async def test_closing_the_session_ends_even_those_who_wait_for_its_pool(upstream: FaultyUpstream) -> None:
    upstream.script = faults.stall_before_reply
    async with a_rig(upstream.url, connections=1) as rig:
        questions = [asyncio.create_task(rig.failure(f"at-{at}")) for at in range(3)]
        await upstream.is_asked()
        await rig.session.close()
        first, *others = await asyncio.gather(*questions, return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert first.error.code == "upstream_disconnected"
    # aiohttp cancels who waits for the pool, and we never catch a cancellation: the session closes after the drain.
    assert [type(other) for other in others] == [asyncio.CancelledError] * 2
