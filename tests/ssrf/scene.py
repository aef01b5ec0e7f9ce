"""A gateway, its upstream and somebody else who must never hear of it, on real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from app.server import create_app
from tests.faulty_upstream import Connection, FaultyUpstream, Script, Seen, healthy
from tests.gateway import container_of, serving_gateway
from tests.ssrf.hostile import BASE_PATH, MOUNT, Hostile

SECRET = "s3cret-of-the-gateway"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Where one request went.

    Attributes:
        status: What the caller was answered; 0: nothing.
        answer: The head of that.
        seen: What upstream was asked.
        evil_connections: How often somebody else was connected to.
    """

    status: int
    answer: str
    seen: tuple[Seen, ...]
    evil_connections: int

    @property
    def went(self) -> str | int:
        """The target that upstream saw; the status where it was asked nothing."""
        return self.seen[0].target if self.seen else self.status


@dataclass(slots=True)
class Evil:
    """Counts who connects."""

    connections: int = 0
    authority: str = ""
    _server: asyncio.Server | None = field(default=None, repr=False)

    async def listen(self) -> None:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        self.authority = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _accepted(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.close()


class Scene:
    """Plays hostile requests, one after the other."""

    def __init__(self, gate: str, upstream: FaultyUpstream, evil: Evil) -> None:
        self._gate = gate.removeprefix("http://")
        self._upstream = upstream
        self._evil = evil

    @property
    def evil(self) -> str:
        """Host and port of who must not be connected to."""
        return self._evil.authority

    @property
    def upstream_authority(self) -> str:
        """Host and port of who may be."""
        return f"127.0.0.1:{self._upstream.port}"

    def filled(self, text: str) -> str:
        """With the addresses in their places."""
        return text.replace("EVIL", self.evil).replace("GATE", self._gate)

    async def played(self, hostile: Hostile) -> Outcome:
        self._upstream.seen.clear()
        self._upstream.script = self._script(hostile)
        before = self._evil.connections
        host, _, port = self._gate.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            request = hostile.request.encode("latin-1")
            for name, there in (("EVIL", self.evil), ("GATE", self._gate)):
                request = request.replace(name.encode(), there.encode())
            writer.write(request)
            got = b""
            with suppress(ConnectionError, TimeoutError):
                async with asyncio.timeout(10):
                    while piece := await reader.read(65_536):
                        got += piece
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
        head = got.partition(b"\r\n\r\n")[0].decode("latin-1")
        status = int(head.split(" ", 2)[1]) if head.startswith("HTTP/1.1 ") else 0
        return Outcome(status, head, tuple(self._upstream.seen), self._evil.connections - before)

    def _script(self, hostile: Hostile) -> Script:
        if not hostile.reply:
            return healthy
        reply = self.filled(hostile.reply).encode("latin-1")

        async def script(connection: Connection, _: Seen) -> None:
            await connection.send(reply)

        return script


@asynccontextmanager
async def a_scene() -> AsyncIterator[Scene]:
    """Everything listens until the block ends. The gateway has a credential, which its upstream alone may see."""
    evil = Evil()
    await evil.listen()
    try:
        async with FaultyUpstream() as upstream:
            settings = {
                "kind": "http",
                "base_url": upstream.url.removesuffix("/") + BASE_PATH,
                "mount": MOUNT,
                "token": SECRET,
                "cache": {"always_validate": True},
            }
            async with serving_gateway(create_app(container_of(any=settings))) as gate:
                yield Scene(gate, upstream, evil)
    finally:
        await evil.close()
