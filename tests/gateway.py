"""The gateway on a real socket, inside the test's own event loop: what a caller sees, byte by byte, in milliseconds.

    async with serving_gateway(create_app(container)) as base_url:
        async with session.get(f"{base_url}/api/v1/repos/acme/rocket") as answer:
            ...

The worker's life is the real one, too: sessions are opened before the first request and closed after the last.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from sanic import Sanic

from app.api.edge import EdgeApp
from app.container import Container
from app.settings import Settings

NOWHERE = "http://127.0.0.1:9/"
"""The discard port: an upstream that answers nobody."""


def settings_of(server: dict[str, Any] | None = None, **upstreams: dict[str, Any]) -> Settings:
    """Settings with the upstreams named, or with a GitHub that answers nobody."""
    given = upstreams or {"github": {"kind": "github", "base_url": NOWHERE}}
    return Settings.model_validate({"server": server or {}, "cache": {"store": "memory"}, "upstreams": given})


def container_of(server: dict[str, Any] | None = None, **upstreams: dict[str, Any]) -> Container:
    """A container on `settings_of(…)`: override what the test is about."""
    return Container(settings=settings_of(server, **upstreams))


@asynccontextmanager
async def serving_gateway(app: EdgeApp) -> AsyncIterator[str]:
    """Serves until the block ends; gives the base URL, without a slash at its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    app.prepare(sock=listener, motd=False)  # without it Sanic adds an empty Alt-Svc to every answer
    server = await app.create_server(sock=listener, return_asyncio_server=True)
    assert server is not None
    try:
        await server.startup()
        await server.before_start()
        await server.start_serving()
        await server.after_start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await server.before_stop()
        server.close()
        for connection in set(server.connections):
            connection.close()
        while server.connections:
            await asyncio.sleep(0)
        await server.after_stop()
        Sanic.unregister_app(app)


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """What came back for bytes that no HTTP library would send."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes


async def sent_raw(base_url: str, request: bytes) -> RawAnswer:
    """Sends bytes as they are and reads one answer until the connection ends."""
    host, port = base_url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(request)
        await writer.drain()
        head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
    finally:
        writer.close()
        await writer.wait_closed()
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return RawAnswer(int(first.split()[1]), headers, body)
