"""The gateway on a real socket, inside the test's own event loop: what a caller sees, byte by byte, in milliseconds.

    async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
        answer = await ask("/api/v1/repos/acme/rocket", X_Request_ID="mine")
        assert (answer.status, answer.body["name"]) == (200, "rocket")

The worker's life is the real one, too: sessions are opened before the first request and closed after the last.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from multidict import CIMultiDictProxy
from sanic import Sanic
from yarl import URL

from app.api.edge import EdgeApp
from app.api.protocol import EdgeProtocol
from app.container import Container
from app.settings import Settings

NOWHERE = "http://127.0.0.1:9/"
"""The discard port: an upstream that answers nobody."""


def settings_of(server: dict[str, Any] | None = None, **upstreams: dict[str, Any]) -> Settings:
    """Settings with the upstreams named, or with a GitHub that answers nobody. It answers to any name, unless told."""
    given = upstreams or {"github": {"kind": "github", "base_url": NOWHERE}}
    return Settings.model_validate(
        {
            "server": {"hosts": ["*"], **(server or {})},
            "cache": {"store": "memory"},
            "usage": {"path": None},
            "upstreams": given,
        }
    )


def container_of(server: dict[str, Any] | None = None, **upstreams: dict[str, Any]) -> Container:
    """A container on `settings_of(…)`: override what the test is about."""
    return Container(settings=settings_of(server, **upstreams))


@asynccontextmanager
async def serving_gateway(app: EdgeApp) -> AsyncIterator[str]:
    """Serves until the block ends; gives the base URL, without a slash at its end."""
    listener = socket.create_server(("127.0.0.1", 0))
    app.prepare(sock=listener, motd=False)  # without it Sanic adds an empty Alt-Svc to every answer
    server: Any = await app.create_server(sock=listener, protocol=EdgeProtocol, return_asyncio_server=True)
    with rewritable_sanic():
        await server.startup()
    try:
        await server.before_start()
    except BaseException:
        listener.close()
        raise
    try:
        await server.start_serving()
        await server.after_start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        await server.before_stop()
        await _closed(server)
        await server.after_stop()
        Sanic.unregister_app(app)


@contextmanager
def rewritable_sanic() -> Iterator[None]:
    """Sanic rewrites methods of its own classes when an application starts; in its test mode it keeps the originals,
    so that the next application in this process can start as well.
    """
    before, Sanic.test_mode = Sanic.test_mode, True
    try:
        yield
    finally:
        Sanic.test_mode = before


async def _closed(server: Any) -> None:
    """Cuts what is still open, and waits until the tasks behind it have ended."""
    connections = tuple(server.connections)
    closing = server.close()
    for connection in connections:
        connection.close()
    tasks = [connection._task for connection in connections if connection._task is not None]  # else it has just ended
    await asyncio.gather(*tasks, return_exceptions=True)
    await closing


@dataclass(frozen=True, slots=True)
class Got:
    """An answer, read to its end."""

    status: int
    headers: CIMultiDictProxy[str]
    raw: bytes

    @property
    def body(self) -> Any:
        """The JSON of it."""
        return json.loads(self.raw)


Ask = Callable[..., Awaitable[Got]]
"""`await ask(path, method="GET", **headers)`: underscores in the names of header fields stand for dashes."""


@asynccontextmanager
async def asking(base_url: str) -> AsyncIterator[Ask]:
    """A caller who writes paths exactly as they are given, and follows nothing."""
    async with aiohttp.ClientSession() as session:

        async def ask(path: str, method: str = "GET", **headers: str) -> Got:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            url = URL(base_url + path, encoded=True)
            async with session.request(method, url, headers=named, allow_redirects=False) as answer:
                return Got(answer.status, answer.headers, await answer.read())

        yield ask


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
