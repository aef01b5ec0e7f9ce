"""Large bodies through a mount, on raw sockets: both ways at the pace of who takes them, and nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from logging import WARNING
from typing import Any

import pytest

from app.api.edge import EdgeApp
from app.server import create_app
from app.transport.upstream import Upstream
from tests import faulty_upstream as faults
from tests.faulty_upstream import BLOCK, CHUNKED, Connection, FaultyUpstream, Seen, chunk, declaring
from tests.gateway import container_of, serving_gateway

HELD_BYTES = 64 * 1024
"""What the gateway holds in memory of a body, in either direction."""
MANY_BLOCKS = 16
NOISE_SECONDS = 3.0
"""How much later than planned something may happen on a busy machine."""


@dataclass(slots=True)
class Gateway:
    url: str
    app: EdgeApp
    upstream: Upstream

    @property
    def in_flight(self) -> int:
        assert self.upstream.budget is not None
        return self.upstream.budget.gate.in_flight

    @property
    def acquired(self) -> int:
        """Connections to upstream that are in use."""
        connector = self.upstream.session.client.connector
        assert connector is not None
        return len(connector._acquired)

    @property
    def failures(self) -> int:
        """What the breaker blames upstream for."""
        assert self.upstream.health.circuit is not None
        return self.upstream.health.circuit.snapshot(asyncio.get_running_loop().time()).failures

    async def comes_to_rest(self) -> None:
        """No permit, connection or flight is left, and nobody writes a body any more."""
        async with asyncio.timeout(NOISE_SECONDS):
            while self.in_flight or self.acquired or self.app.overdue._ends or writers():  # noqa: ASYNC110 -- none tells
                await asyncio.sleep(0.005)

    @asynccontextmanager
    async def caller(self) -> AsyncIterator["Caller"]:
        host, port = self.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port), limit=2**20)
        caller = Caller(reader, writer)
        try:
            yield caller
        finally:
            await caller.leaves()


@dataclass(slots=True)
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def sends(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def asks(self, method: str, path: str, *fields: str) -> None:
        """Sends a head."""
        await self.sends("\r\n".join((f"{method} {path} HTTP/1.1", "Host: localhost", *fields, "", "")).encode())

    async def keeps_sending(self, piece: bytes) -> None:
        """Until it is told to stop, or the connection ends."""
        with suppress(ConnectionError):
            while True:
                await self.sends(piece)

    async def head(self) -> tuple[int, dict[str, str]]:
        async with asyncio.timeout(NOISE_SECONDS):
            first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
        return int(first.split()[1]), dict(line.lower().split(": ", 1) for line in lines)

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """One that says its length."""
        status, headers = await self.head()
        return status, headers, await self.reader.readexactly(int(headers.get("content-length", "0")))

    async def rest(self) -> bytes:
        """Everything until the connection ends."""
        async with asyncio.timeout(NOISE_SECONDS):
            return await self.reader.read()

    async def leaves(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


def writers() -> list[asyncio.Task[Any]]:
    """The tasks in which aiohttp writes a body."""
    return [task for task in asyncio.all_tasks() if "write_bytes" in repr(task.get_coro())]


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as running:
        yield running


@asynccontextmanager
async def gateway_of(upstream: FaultyUpstream, **settings: Any) -> AsyncIterator[Gateway]:
    """Whatever happens, it comes to rest."""
    timeouts = {"connect_seconds": 2, "read_seconds": 0.5, "total_seconds": 2}
    limits = {"buffered_bytes": HELD_BYTES, **settings.pop("limits", {})}
    plain = {"kind": "http", "base_url": upstream.url, "mount": "/plain", "timeouts": timeouts, "limits": limits}
    server = {"max_request_bytes": HELD_BYTES, **settings.pop("server", {})}
    container = container_of(server, plain=plain | settings)
    app = create_app(container)
    async with serving_gateway(app) as url:
        gateway = Gateway(url, app, container.upstreams()["plain"])
        yield gateway
        await gateway.comes_to_rest()


@pytest.fixture
async def gateway(upstream: FaultyUpstream) -> AsyncIterator[Gateway]:
    async with gateway_of(upstream) as gateway:
        yield gateway


@pytest.fixture
async def caller(gateway: Gateway) -> AsyncIterator[Caller]:
    async with gateway.caller() as caller:
        yield caller


def on_connection(upstream: FaultyUpstream, play: Callable[[Connection, bytes], Awaitable[None]]) -> None:
    """Plays with a connection and the head of its first request: the body is not read before."""

    async def greeting(connection: Connection) -> None:
        await play(connection, await connection.reader.readuntil(b"\r\n\r\n"))
        connection.close()

    upstream.greeting = greeting


async def taken(connection: Connection, size: int) -> bytes:
    return await connection.reader.readexactly(size)


# Requests.


async def test_a_large_body_is_sent_on_while_it_arrives(
    upstream: FaultyUpstream, gateway: Gateway, caller: Caller
) -> None:
    halves: asyncio.Queue[bytes] = asyncio.Queue()
    heads: list[bytes] = []

    async def takes_two_halves(connection: Connection, head: bytes) -> None:
        heads.append(head)
        for _ in range(2):
            halves.put_nowait(await taken(connection, len(BLOCK)))
        await connection.answer(b"whole")

    on_connection(upstream, takes_two_halves)
    await caller.asks("PUT", "/plain/x", f"Content-Length: {2 * len(BLOCK)}")
    await caller.sends(b"a" * len(BLOCK))
    assert await halves.get() == b"a" * len(BLOCK)
    assert gateway.in_flight == 1
    await caller.sends(b"b" * len(BLOCK))
    status, headers, body = await caller.answer()

    assert (status, headers["connection"], body) == (200, "keep-alive", b"whole")
    assert await halves.get() == b"b" * len(BLOCK)
    assert f"\r\nContent-Length: {2 * len(BLOCK)}\r\n".encode() in heads[0]
    assert b"Transfer-Encoding" not in heads[0]


@pytest.mark.parametrize("blocks", [0, 1, 2, MANY_BLOCKS])
@pytest.mark.parametrize("chunked", [False, True])
async def test_every_body_arrives_as_it_was_sent_and_the_connections_serve_on(
    upstream: FaultyUpstream, caller: Caller, blocks: int, *, chunked: bool
) -> None:
    body = b"".join(bytes([number]) * len(BLOCK) for number in range(blocks))
    for _ in range(2):
        if chunked:
            await caller.asks("POST", "/plain/x", "Transfer-Encoding: chunked")
            for number in range(blocks):
                await caller.sends(chunk(body[number * len(BLOCK) :][: len(BLOCK)]))
            await caller.sends(chunk(b""))
        else:
            await caller.asks("POST", "/plain/x", f"Content-Length: {len(body)}")
            await caller.sends(body)
        assert (await caller.answer())[0] == 200

    assert [seen.body for seen in upstream.seen] == [body, body]
    for seen in upstream.seen:
        # What is held says its length, however it came; of a stream only its sender knows.
        assert ("Transfer-Encoding" in seen.headers) is (chunked and blocks > 1)
        assert seen.headers.get("Content-Length") == (None if chunked and blocks > 1 else str(len(body)))
    assert len(upstream.connections) == 1


async def test_a_large_body_waits_for_who_takes_it(upstream: FaultyUpstream) -> None:
    goes_on = asyncio.Event()
    size = 64 * 2**20

    async def waits(connection: Connection, _: bytes) -> None:
        await goes_on.wait()
        await taken(connection, size)
        await connection.answer()

    on_connection(upstream, waits)
    slow = {"connect_seconds": 2, "read_seconds": 30, "total_seconds": 30}
    async with (
        gateway_of(upstream, timeouts=slow, server={"deadline_seconds": 30}) as gateway,
        gateway.caller() as caller,
    ):
        sent = 0

        async def sends() -> None:
            nonlocal sent
            for _ in range(size // len(BLOCK)):
                await caller.sends(BLOCK)
                sent += len(BLOCK)

        await caller.asks("PUT", "/plain/x", f"Content-Length: {size}")
        sending = asyncio.create_task(sends())
        before = -1
        while sent != before:  # until nobody takes more
            before = sent
            await asyncio.sleep(0.3)
        assert sent < size / 2  # what the kernel's four buffers hold
        goes_on.set()
        await sending
        assert (await caller.answer())[0] == 200


async def test_an_upstream_that_takes_nothing_is_given_up(
    upstream: FaultyUpstream, gateway: Gateway, caller: Caller
) -> None:
    on_connection(upstream, lambda *_: asyncio.sleep(60))
    await caller.asks("PUT", "/plain/x", "Content-Length: 1000000000")
    sending = asyncio.create_task(caller.keeps_sending(BLOCK))
    status, headers, body = await caller.answer()

    assert (status, headers["connection"]) == (504, "close")
    assert b"write: 2 s" in body
    assert gateway.failures == 1
    sending.cancel()


@pytest.mark.parametrize("framing", ["Content-Length: 1000000000", "Transfer-Encoding: chunked"])
@pytest.mark.parametrize("body", [b"", b"no more"])
@pytest.mark.parametrize("closing", [False, True])
async def test_who_is_answered_early_gets_the_answer(
    upstream: FaultyUpstream, gateway: Gateway, caller: Caller, framing: str, body: bytes, *, closing: bool
) -> None:
    async def refuses(connection: Connection, _: bytes) -> None:
        await taken(connection, len(BLOCK))
        await connection.answer(body, status="413 Content Too Large", fields="Connection: close\r\n" if closing else "")
        if closing:
            connection.writer.write_eof()
        await connection.stall()

    on_connection(upstream, refuses)
    await caller.asks("PUT", "/plain/x", framing)
    sending = asyncio.create_task(caller.keeps_sending(BLOCK if framing.startswith("C") else chunk(BLOCK)))
    status, headers, told = await caller.answer()

    assert (status, headers["connection"], told) == (413, "close", body)
    await gateway.comes_to_rest()
    assert gateway.failures == 0
    assert not sending.done()  # it is not reset, but thrown away what it sends
    sending.cancel()


async def test_a_caller_who_leaves_in_the_middle_takes_the_request_along(
    upstream: FaultyUpstream, gateway: Gateway
) -> None:
    ends: list[bytes] = []
    begun = asyncio.Event()

    async def reads_on(connection: Connection, _: bytes) -> None:
        await taken(connection, len(BLOCK))
        begun.set()
        with suppress(ConnectionError):
            ends.append(await connection.reader.read())

    for framing, first in (("Content-Length: 1000000000", BLOCK * 2), ("Transfer-Encoding: chunked", chunk(BLOCK) * 2)):
        begun.clear()
        on_connection(upstream, reads_on)
        async with gateway.caller() as caller:
            await caller.asks("PUT", "/plain/x", framing)
            await caller.sends(first)
            await begun.wait()
            assert gateway.in_flight == 1
        await gateway.comes_to_rest()
        await upstream.is_done(NOISE_SECONDS)
    assert not any(end.endswith(b"0\r\n\r\n") for end in ends)
    assert gateway.failures == 0
    assert gateway.upstream.health.last_failure is None


async def test_chunks_that_are_none_break_the_request_off(
    upstream: FaultyUpstream, gateway: Gateway, caller: Caller
) -> None:
    ends: list[bytes] = []

    async def reads_on(connection: Connection, _: bytes) -> None:
        with suppress(ConnectionError):
            ends.append(await connection.reader.read())

    on_connection(upstream, reads_on)
    await caller.asks("PUT", "/plain/x", "Transfer-Encoding: chunked")
    await caller.sends(chunk(BLOCK) * 2 + b"this is no number\r\n" * 10)
    status, headers, body = await caller.answer()

    assert (status, headers["connection"]) == (400, "close")
    assert b"chunks" in body
    assert await caller.rest() == b""
    await upstream.is_done(NOISE_SECONDS)
    assert not any(end.endswith(b"0\r\n\r\n") for end in ends)
    assert gateway.failures == 0


async def test_trailers_are_refused_and_nothing_is_asked_for_whoever_sends_them(
    upstream: FaultyUpstream, caller: Caller
) -> None:
    await caller.asks("POST", "/plain/x", "Transfer-Encoding: chunked")
    await caller.sends(chunk(b"small") + b"0\r\nX-Trailer: 1\r\n\r\n")

    assert (await caller.answer())[0] == 400
    assert upstream.seen == []


async def test_an_upstream_that_answers_while_it_reads_is_heard_while_we_send(
    upstream: FaultyUpstream, caller: Caller
) -> None:
    async def echoes(connection: Connection, _: bytes) -> None:
        await connection.send(declaring(MANY_BLOCKS * len(BLOCK)))
        for _at in range(MANY_BLOCKS):
            await connection.send(await taken(connection, len(BLOCK)))

    on_connection(upstream, echoes)
    await caller.asks("POST", "/plain/x", f"Content-Length: {MANY_BLOCKS * len(BLOCK)}")
    status = 0
    for number in range(MANY_BLOCKS):
        piece = bytes([number]) * len(BLOCK)
        await caller.sends(piece)
        if not status:
            status, _ = await caller.head()
        assert await caller.reader.readexactly(len(BLOCK)) == piece
        await asyncio.sleep(0.06)  # in all, longer than upstream may be silent
    assert status == 200


# The time of a request.


async def test_an_upload_that_goes_on_takes_the_time_it_takes(upstream: FaultyUpstream, caller: Caller) -> None:
    body = BLOCK * 8
    for framing in (f"Content-Length: {len(body)}", "Transfer-Encoding: chunked"):
        await caller.asks("PUT", "/plain/x", "X-Request-Timeout: 0.4", framing)
        for _ in range(8):
            await caller.sends(BLOCK if framing.startswith("C") else chunk(BLOCK))
            await asyncio.sleep(0.2)
        if not framing.startswith("C"):
            await caller.sends(chunk(b""))
        assert (await caller.answer())[0] == 200
    assert [len(seen.body) for seen in upstream.seen] == [len(body)] * 2


async def test_after_an_upload_the_answer_has_the_time_that_the_caller_gives(
    upstream: FaultyUpstream, caller: Caller
) -> None:
    upstream.script = faults.stall_before_reply
    await caller.asks("PUT", "/plain/x", "X-Request-Timeout: 0.3", f"Content-Length: {2 * len(BLOCK)}")
    await caller.sends(BLOCK)
    await asyncio.sleep(0.2)
    await caller.sends(BLOCK)
    began = asyncio.get_running_loop().time()
    status, _, body = await caller.answer()
    assert (status, b"deadline_exceeded" in body) == (504, True)
    assert 0.29 < asyncio.get_running_loop().time() - began < 0.3 + NOISE_SECONDS
    assert len(upstream.seen) == 1


@pytest.mark.parametrize("size", [HELD_BYTES, 10 * HELD_BYTES])
async def test_an_upload_that_stands_still_is_given_up(
    upstream: FaultyUpstream, gateway: Gateway, caller: Caller, size: int
) -> None:
    await caller.asks("PUT", "/plain/x", "X-Request-Timeout: 0.3", f"Content-Length: {size}")
    await caller.sends(BLOCK[:100])
    began = asyncio.get_running_loop().time()
    status, headers, body = await caller.answer()

    assert (status, headers["connection"]) == (504, "close" if size > HELD_BYTES else "keep-alive")
    assert b"did not come in time" in body
    assert asyncio.get_running_loop().time() - began < 0.3 + NOISE_SECONDS
    assert gateway.failures == 0


# Expect: 100-continue (RFC 9110 section 10.1.1).


@pytest.mark.parametrize("size", [100, 4 * HELD_BYTES])
async def test_who_asks_whether_to_go_on_is_told_when_the_body_is_wanted(
    upstream: FaultyUpstream, caller: Caller, size: int
) -> None:
    await caller.asks("PUT", "/plain/x", "Expect: 100-continue", f"Content-Length: {size}")
    assert await caller.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    await caller.sends(bytes(size))
    assert (await caller.answer())[0] == 200

    (seen,) = upstream.seen
    assert len(seen.body) == size
    assert "Expect" not in seen.headers


async def test_who_asks_whether_to_go_on_and_is_refused_is_told_only_that(upstream: FaultyUpstream) -> None:
    offered = [{"methods": ["GET", "PUT"], "paths": ["**"]}]
    async with gateway_of(upstream, limits={"request_bytes": 100_000}, allow=offered) as gateway:
        for method, path, length, status in (
            ("PUT", "/plain/x", 1_000_000, 413),
            ("POST", "/plain/x", 1, 405),
            ("TRACE", "/plain/x", 1, 405),
            ("PUT", "/api/v1/nothing", 1, 404),
            ("PUT", "/health/live", 1, 405),
        ):
            async with gateway.caller() as caller:
                await caller.asks(method, path, "Expect: 100-continue", f"Content-Length: {length}")
                answered, headers, _ = await caller.answer()
                assert (answered, headers["connection"]) == (status, "close"), path
        await upstream.stop()
        async with gateway.caller() as caller:  # upstream is not there: nobody wants the body
            await caller.asks("PUT", "/plain/x", "Expect: 100-continue", "Content-Length: 90000")
            assert (await caller.answer())[0] == 502
    assert upstream.seen == []


# Limits.


async def test_a_body_past_the_limit_is_refused_as_soon_as_that_is_known(upstream: FaultyUpstream) -> None:
    async with gateway_of(upstream, limits={"request_bytes": 3 * HELD_BYTES}) as gateway:
        async with gateway.caller() as caller:
            await caller.asks("PUT", "/plain/x", f"Content-Length: {3 * HELD_BYTES}")
            await caller.sends(bytes(3 * HELD_BYTES))
            assert (await caller.answer())[0] == 200
        assert len(upstream.seen) == 1
        for framing in (f"Content-Length: {3 * HELD_BYTES + 1}", "Transfer-Encoding: chunked"):
            async with gateway.caller() as caller:
                await caller.asks("PUT", "/plain/x", framing)
                sending = asyncio.create_task(caller.keeps_sending(chunk(BLOCK)))
                status, headers, body = await caller.answer()
                assert (status, headers["connection"]) == (413, "close")
                assert b"request_body_too_large" in body
                sending.cancel()
        await gateway.comes_to_rest()
        assert len(upstream.seen) == 1
        assert gateway.failures == 0


async def test_the_gateways_own_api_takes_no_large_body(gateway: Gateway) -> None:
    for framing in (f"Content-Length: {HELD_BYTES + 1}", "Transfer-Encoding: chunked"):
        async with gateway.caller() as caller:
            await caller.asks("DELETE", "/api/v1/cache", framing)
            sending = asyncio.create_task(caller.keeps_sending(chunk(BLOCK)))
            status, headers, body = await caller.answer()
            assert (status, headers["content-type"]) == (413, "application/problem+json")
            assert b"request_too_large" in body
            sending.cancel()


# Replies.


def large(head: bytes, blocks: int = MANY_BLOCKS) -> Any:
    """Plays a reply of so many blocks."""
    last = chunk(b"") if head == CHUNKED else b""

    async def script(connection: Connection, _: Seen) -> None:
        await connection.send(head)
        for _at in range(blocks):
            await connection.send(chunk(BLOCK) if head == CHUNKED else BLOCK)
        await connection.send(last)

    return script


LARGE = declaring(MANY_BLOCKS * len(BLOCK))


async def test_a_large_reply_keeps_its_length_and_is_no_event_for_the_log(
    upstream: FaultyUpstream, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    upstream.script = large(LARGE)
    for _ in range(2):
        await caller.asks("GET", "/plain/x")
        status, headers, body = await caller.answer()
        assert (status, body) == (200, MANY_BLOCKS * BLOCK)
        assert "transfer-encoding" not in headers
    assert len(upstream.connections) == 1
    assert [record for record in caplog.records if record.levelno >= WARNING] == []


async def test_a_slow_reader_gets_everything_at_its_own_pace(upstream: FaultyUpstream, gateway: Gateway) -> None:
    blocks = 64 * 2**20 // len(BLOCK)
    upstream.script = large(declaring(blocks * len(BLOCK)), blocks)
    async with gateway.caller() as caller:
        await caller.asks("GET", "/plain/x")
        _, headers = await caller.head()
        await asyncio.sleep(0.8)  # longer than upstream may be silent
        assert upstream.bytes_sent < blocks * len(BLOCK) / 2
        assert (gateway.in_flight, gateway.acquired) == (1, 1)
        left = int(headers["content-length"])
        while left:
            piece = await caller.reader.read(2**20)
            assert piece
            left -= len(piece)
    await gateway.comes_to_rest()
    assert upstream.bytes_sent > blocks * len(BLOCK)


async def test_a_reader_who_takes_nothing_is_given_up(upstream: FaultyUpstream, gateway: Gateway) -> None:
    upstream.script = faults.endless_chunks
    assert gateway.app.config.RESPONSE_TIMEOUT > 60
    gateway.app.config.RESPONSE_TIMEOUT = 1
    async with gateway.caller() as caller:
        await caller.asks("GET", "/plain/x")
        await caller.head()
        caller.writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's stubs give WriteTransport
        assert gateway.in_flight == 1
        await gateway.comes_to_rest()
        await upstream.is_done(NOISE_SECONDS)


async def test_an_abandoned_reply_is_abandoned_upstream(upstream: FaultyUpstream, gateway: Gateway) -> None:
    upstream.script = faults.endless_chunks
    for _ in range(3):
        async with gateway.caller() as caller:
            await caller.asks("GET", "/plain/x")
            await caller.head()
            await caller.reader.readexactly(10 * len(BLOCK))
            assert (gateway.in_flight, gateway.acquired) == (1, 1)
        await gateway.comes_to_rest()
    await upstream.is_done(NOISE_SECONDS)
    assert gateway.failures == 0


@pytest.mark.parametrize("head", [LARGE, CHUNKED], ids=["length", "chunks"])
@pytest.mark.parametrize("end", ["silence", "close", "reset", "garbage"])
async def test_a_reply_that_breaks_off_never_looks_whole(
    upstream: FaultyUpstream, gateway: Gateway, caller: Caller, head: bytes, end: str
) -> None:
    async def breaks_off(connection: Connection, _: Seen) -> None:
        await connection.send(head + (chunk(4 * BLOCK) if head == CHUNKED else 4 * BLOCK))
        await asyncio.sleep(0.05)
        match end:
            case "close":
                connection.close()
            case "reset":
                connection.reset()
            case "garbage" if head == CHUNKED:
                await connection.send(b"this is no number\r\n")
            case _:
                pass
        await connection.stall()

    upstream.script = breaks_off
    await caller.asks("GET", "/plain/x")
    status, headers = await caller.head()
    body = await caller.rest()

    assert status == 200
    if head == CHUNKED:
        assert headers["transfer-encoding"] == "chunked"
        assert b"0\r\n\r\n" not in body[-7:]
        assert len(body) >= 4 * len(BLOCK)
    else:
        assert (int(headers["content-length"]), body) == (MANY_BLOCKS * len(BLOCK), 4 * BLOCK)
    await gateway.comes_to_rest()
    assert gateway.failures == 1


async def test_each_who_asks_for_the_same_large_reply_gets_one_of_its_own(
    upstream: FaultyUpstream, gateway: Gateway
) -> None:
    upstream.script = large(LARGE)

    async def got() -> bytes:
        async with gateway.caller() as caller:
            await caller.asks("GET", "/plain/x")
            return (await caller.answer())[2]

    assert await asyncio.gather(*(got() for _ in range(4))) == [MANY_BLOCKS * BLOCK] * 4
    await gateway.comes_to_rest()
    # From now on nobody waits for the other: one who does not read keeps nobody else.
    async with gateway.caller() as caller:
        await caller.asks("GET", "/plain/x")
        await caller.head()
        assert await got() == MANY_BLOCKS * BLOCK
    await gateway.comes_to_rest()
    assert len(upstream.seen) == 6


async def test_a_head_and_a_range_of_a_large_reply(upstream: FaultyUpstream, caller: Caller) -> None:
    async def by_the_rules(connection: Connection, request: Seen) -> None:
        size = MANY_BLOCKS * len(BLOCK)
        if request.method == "HEAD":
            await connection.send(LARGE)
        elif request.headers.get("Range") == "bytes=0-199999":
            field = f"Content-Range: bytes 0-199999/{size}\r\n"
            await connection.answer(bytes(200_000), status="206 Partial Content", fields=field)
        else:
            await large(LARGE)(connection, request)

    upstream.script = by_the_rules
    await caller.asks("HEAD", "/plain/x")
    status, headers = await caller.head()
    assert (status, headers["content-length"]) == (200, str(MANY_BLOCKS * len(BLOCK)))
    await caller.asks("GET", "/plain/x", "Range: bytes=0-199999")
    status, headers, body = await caller.answer()
    assert (status, headers["content-range"], len(body)) == (206, f"bytes 0-199999/{MANY_BLOCKS * len(BLOCK)}", 200_000)
