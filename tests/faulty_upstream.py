"""An upstream on a real socket that breaks every rule of HTTP, as a test scripts it, and counts what it was asked.

    async with FaultyUpstream() as upstream:
        upstream.script = cut_by_length      # every request from now on
        ... upstream.url, upstream.seen, upstream.times_seen("repos/acme") ...

A script plays one reply on one connection. When it returns with the connection open, the next request on it is read.
A greeting plays before a connection's first request is read: for what goes wrong before HTTP begins.
"""

import asyncio
import gzip
import socket
import ssl
import struct
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from multidict import CIMultiDict

BLOCK = bytes(64 * 1024)
HEALTHY_BODY = b'{"healthy": true}'
STREAM_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived, byte for byte in `head`."""

    connection: int
    head: bytes
    method: str
    target: str
    headers: CIMultiDict[str]
    body: bytes


@dataclass(slots=True)
class Connection:
    """One accepted connection, as scripts use it."""

    number: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    bytes_sent: int = 0

    async def send(self, data: bytes) -> None:
        """Writes and waits until the kernel takes more; raises ConnectionError when the peer has left."""
        if self.writer.is_closing():
            raise ConnectionResetError("closed by the script")
        self.writer.write(data)
        self.bytes_sent += len(data)
        await self.writer.drain()

    async def drip(self, data: bytes, every_seconds: float) -> None:
        """One byte at a time."""
        for at in range(len(data)):
            await self.send(data[at : at + 1])
            await asyncio.sleep(every_seconds)

    async def answer(
        self,
        body: bytes = HEALTHY_BODY,
        *,
        status: str = "200 OK",
        fields: str = "",
        content_type: str = "application/json",
    ) -> None:
        """A whole reply, as it should be; the connection stays open."""
        head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
        await self.send(head.encode("latin-1") + body)

    async def stall(self) -> None:
        """Says nothing more, until the peer gives up."""
        with suppress(ConnectionError):
            while await self.reader.read(65536):
                pass

    def close(self) -> None:
        """Ends the connection in an orderly way (FIN)."""
        self.writer.close()

    def reset(self) -> None:
        """Breaks the connection off (RST); nothing where the peer was first."""
        if self.writer.is_closing():
            return
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Connection, Seen], Awaitable[None]]
Greeting = Callable[[Connection], Awaitable[None]]


async def healthy(connection: Connection, request: Seen) -> None:
    """What an upstream should do."""
    await connection.answer(b"" if request.method == "HEAD" else HEALTHY_BODY)


@dataclass(slots=True)
class FaultyUpstream:
    """The server. `script` and `greeting` may be changed at any time.

    Attributes:
        script: Plays the reply to every request for which `scripts` has no more.
        scripts: Played first, one per request, whatever the connection.
        greeting: Played when a connection is made.
        tls: Speaks TLS with this.
        seen: Every request that arrived whole, oldest first.
        connections: Every connection that was accepted, oldest first.
    """

    script: Script = healthy
    scripts: list[Script] = field(default_factory=list)
    greeting: Greeting | None = None
    tls: ssl.SSLContext | None = None
    seen: list[Seen] = field(default_factory=list)
    connections: list[Connection] = field(default_factory=list)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _arrival: asyncio.Event = field(default_factory=asyncio.Event)
    _server: asyncio.Server | None = None
    _port: int = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        """Ends in `/`."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self._port}/"

    @property
    def bytes_sent(self) -> int:
        return sum(connection.bytes_sent for connection in self.connections)

    def times_seen(self, target: str) -> int:
        """How many requests for `target` (without the leading slash) arrived."""
        return sum(request.target == f"/{target}" for request in self.seen)

    async def is_asked(self) -> None:
        """Waits for the first request."""
        await self._arrival.wait()

    async def is_done(self, within_seconds: float) -> None:
        """Waits until every connection has ended."""
        if self.tasks:
            _, running = await asyncio.wait(self.tasks, timeout=within_seconds)
            assert not running, running

    async def listen(self) -> None:
        """Starts, or starts again on the same port after `stop()`."""
        self._server = await asyncio.start_server(
            self._accepted, "127.0.0.1", self._port, ssl=self.tls, limit=STREAM_LIMIT, reuse_address=True
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Closes the port and every connection: from now on connecting is refused."""
        if self._server is None:
            return
        self._server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = Connection(len(self.connections), reader, writer)
        self.connections.append(connection)
        task = asyncio.get_running_loop().create_task(self._serve(connection))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _serve(self, connection: Connection) -> None:
        try:
            if self.greeting is not None:
                await self.greeting(connection)
            while not connection.writer.is_closing():
                request = await _arrived(connection)
                self.seen.append(request)
                self._arrival.set()
                script = self.scripts.pop(0) if self.scripts else self.script
                await script(connection, request)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # the peer has left
        finally:
            connection.writer.close()
            with suppress(ConnectionError, ssl.SSLError, TimeoutError):
                async with asyncio.timeout(0.2):
                    await connection.writer.wait_closed()
            connection.writer.transport.abort()


async def _arrived(connection: Connection) -> Seen:
    head = await connection.reader.readuntil(b"\r\n\r\n")
    line, *fields = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    method, _, rest = line.partition(" ")
    headers: CIMultiDict[str] = CIMultiDict()
    for one in fields:
        name, _, value = one.partition(":")
        headers.add(name, value.strip())
    body = b""
    if "Content-Length" in headers:
        body = await connection.reader.readexactly(int(headers["Content-Length"]))
    elif headers.get("Transfer-Encoding", "").lower() == "chunked":
        body = await _dechunked(connection.reader)
    return Seen(connection.number, head, method, rest.rpartition(" ")[0], headers, body)


async def _dechunked(reader: asyncio.StreamReader) -> bytes:
    pieces = []
    while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(pieces)


def chunk(data: bytes) -> bytes:
    """One chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"


def declaring(length: int, fields: bytes = b"") -> bytes:
    """A head that announces a body of `length` bytes."""
    return b"HTTP/1.1 200 OK\r\n%bContent-Length: %d\r\n\r\n" % (fields, length)


# Faults before HTTP begins.


async def reset_on_accept(connection: Connection) -> None:
    connection.reset()


async def close_on_accept(connection: Connection) -> None:
    connection.close()


async def stall_on_accept(connection: Connection) -> None:
    """Accepts, and never reads a byte."""
    connection.writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's stubs give WriteTransport
    await asyncio.Event().wait()


# Faults of one reply, in the order of a reply's life.


async def close_before_reply(connection: Connection, _: Seen) -> None:
    connection.close()


async def reset_before_reply(connection: Connection, _: Seen) -> None:
    connection.reset()


async def stall_before_reply(connection: Connection, _: Seen) -> None:
    await connection.stall()


async def close_in_headers(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    connection.close()


async def reset_in_headers(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await asyncio.sleep(0.02)  # or the kernel throws away what was sent
    connection.reset()


async def stall_in_headers(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Ty")
    await connection.stall()


async def drip_headers(connection: Connection, _: Seen) -> None:
    await connection.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 8000, 0.05)


async def reset_after_headers(connection: Connection, _: Seen) -> None:
    await connection.send(declaring(100))
    await asyncio.sleep(0.02)
    connection.reset()


async def stall_after_headers(connection: Connection, _: Seen) -> None:
    await connection.send(declaring(100))
    await connection.stall()


async def stall_in_body(connection: Connection, _: Seen) -> None:
    await connection.send(declaring(100) + b"half a body")
    await connection.stall()


async def drip_body(connection: Connection, _: Seen) -> None:
    await connection.send(declaring(8000))
    await connection.drip(b"x" * 8000, 0.05)


async def cut_by_length(connection: Connection, _: Seen) -> None:
    await connection.send(declaring(100) + b"half a body")
    connection.close()


async def cut_by_chunks(connection: Connection, _: Seen) -> None:
    await connection.send(CHUNKED + chunk(b"half a body"))
    connection.close()


async def reset_in_length(connection: Connection, _: Seen) -> None:
    await connection.send(declaring(100) + b"half a body")
    await asyncio.sleep(0.02)
    connection.reset()


async def reset_in_chunks(connection: Connection, _: Seen) -> None:
    await connection.send(CHUNKED + chunk(b"half a body"))
    await asyncio.sleep(0.02)
    connection.reset()


async def reset_until_close(connection: Connection, _: Seen) -> None:
    """A body that ends with the connection, and the connection does not end: it breaks."""
    await connection.send(UNTIL_CLOSE + b"half a body")
    await asyncio.sleep(0.02)
    connection.reset()


async def bad_chunk(connection: Connection, _: Seen) -> None:
    await connection.send(CHUNKED + chunk(b"a good one") + b"not a number\r\nbad\r\n")
    await connection.stall()


async def bad_chunk_later(connection: Connection, _: Seen) -> None:
    """In a segment of its own: aiohttp's parser has handed the body out by then."""
    for piece in (CHUNKED, chunk(b"a good one"), b"not a number\r\nbad\r\n"):
        await connection.send(piece)
        await asyncio.sleep(0.02)
    await connection.stall()


async def garbage(connection: Connection, _: Seen) -> None:
    await connection.send(b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n\r\n")
    await connection.stall()


async def binary_garbage(connection: Connection, _: Seen) -> None:
    await connection.send(bytes(range(256)) * 16)
    await connection.stall()


async def garbage_after_reply(connection: Connection, _: Seen) -> None:
    """More bytes than were announced: what follows is no reply."""
    await connection.send(declaring(len(HEALTHY_BODY)) + HEALTHY_BODY + b"<html>and more</html>\r\n\r\n")
    await connection.stall()


async def two_replies(connection: Connection, _: Seen) -> None:
    """A second reply that nobody asked for, on the heels of the first."""
    stray = b'{"stray": true}'
    await connection.send(declaring(len(HEALTHY_BODY)) + HEALTHY_BODY + declaring(len(stray)) + stray)


async def late_second_reply(connection: Connection, _: Seen) -> None:
    """A second reply that nobody asked for, when the connection is idle in the pool (408 and closing is common)."""
    await connection.send(declaring(len(HEALTHY_BODY)) + HEALTHY_BODY)
    await asyncio.sleep(0.03)
    stray = b'{"stray": true}'
    await connection.send(declaring(len(stray)) + stray)


async def huge_header(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nX-Huge: " + b"x" * 1_000_000 + b"\r\nContent-Length: 0\r\n\r\n")
    await connection.stall()


async def many_headers(connection: Connection, _: Seen) -> None:
    fields = b"".join(b"X-Many-%d: %b\r\n" % (at, b"x" * 80) for at in range(10_000))
    await connection.send(b"HTTP/1.1 200 OK\r\n" + fields + b"Content-Length: 0\r\n\r\n")
    await connection.stall()


async def endless_headers(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        await connection.send(b"X-More: and more\r\n" * 1000)


async def continue_then_reply(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    await connection.answer()


async def endless_continue(connection: Connection, _: Seen) -> None:
    while True:
        await connection.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 100)


async def switching_protocols(connection: Connection, _: Seen) -> None:
    """101 to somebody who asked for no upgrade."""
    await connection.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
    await connection.stall()


async def two_lengths(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nseven b")
    await connection.stall()


async def length_and_chunks(connection: Connection, _: Seen) -> None:
    """Both framings at once: RFC 9112 section 6.3 lets Transfer-Encoding win, or the message be refused."""
    await connection.send(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(HEALTHY_BODY) + chunk(b"")
    )


async def negative_length(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")
    await connection.stall()


async def garbage_json(connection: Connection, _: Seen) -> None:
    await connection.answer(b'{"name": "cut off in the mid')


async def over_cap_by_length(connection: Connection, _: Seen) -> None:
    body = bytes(range(256)) * 1024
    await connection.send(declaring(len(body)) + body)


async def over_cap_by_chunks(connection: Connection, _: Seen) -> None:
    await connection.send(CHUNKED)
    for _at in range(64):
        await connection.send(chunk(bytes(range(256)) * 16))
    await connection.send(chunk(b""))


async def over_cap_until_close(connection: Connection, _: Seen) -> None:
    await connection.send(UNTIL_CLOSE + bytes(range(256)) * 1024)
    connection.close()


async def endless_chunks(connection: Connection, _: Seen) -> None:
    await connection.send(CHUNKED)
    while True:
        await connection.send(chunk(BLOCK))


async def endless_until_close(connection: Connection, _: Seen) -> None:
    await connection.send(UNTIL_CLOSE)
    while True:
        await connection.send(BLOCK)


async def tiny_chunks(connection: Connection, _: Seen) -> None:
    """More framing than body."""
    await connection.send(CHUNKED)
    while True:
        await connection.send(chunk(b"tiny") * 4_000)


def _bomb() -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(BLOCK) for _ in range(800)) + packer.flush()


GZIP_BOMB = _bomb()
"""51 kB that become 52 MB."""


async def gzip_bomb(connection: Connection, _: Seen) -> None:
    await connection.answer(GZIP_BOMB, fields="Content-Encoding: gzip\r\n")


async def gzip_whole(connection: Connection, _: Seen) -> None:
    await connection.answer(gzip.compress(HEALTHY_BODY), fields="Content-Encoding: gzip\r\n")


async def gzip_cut(connection: Connection, _: Seen) -> None:
    await connection.answer(gzip.compress(HEALTHY_BODY)[:-8], fields="Content-Encoding: gzip\r\n")


async def gzip_broken(connection: Connection, _: Seen) -> None:
    await connection.answer(b"this is no gzip at all", fields="Content-Encoding: gzip\r\n")


# An outgoing proxy.


async def forwarding(connection: Connection, request: Seen) -> None:
    """A proxy that works: tunnels for CONNECT, else asks the origin itself, once."""
    if request.method == "CONNECT":
        host, _, port = request.target.rpartition(":")
        await connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await _joined(connection, host, int(port), b"")
        return
    _, _, rest = request.target.partition("://")
    authority, _, path = rest.partition("/")
    host, _, port = authority.partition(":")
    line, _, fields = request.head.partition(b"\r\n")
    del line
    head = f"{request.method} /{path} HTTP/1.1\r\nConnection: close\r\n".encode("latin-1") + fields + request.body
    await _joined(connection, host, int(port or 80), head)


async def demanding_credentials(connection: Connection, _: Seen) -> None:
    await connection.answer(
        b"<html>who are you?</html>",
        status="407 Proxy Authentication Required",
        fields='Proxy-Authenticate: Basic realm="proxy"\r\n',
    )


async def refusing_to_proxy(connection: Connection, _: Seen) -> None:
    await connection.answer(b"not through here", status="403 Forbidden")


async def _joined(connection: Connection, host: str, port: int, first: bytes) -> None:
    reader, writer = await asyncio.open_connection(host, port)

    async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                sink.write(data)
                await sink.drain()
        sink.close()

    try:
        writer.write(first)
        await asyncio.gather(pump(reader, connection.writer), pump(connection.reader, writer))
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
