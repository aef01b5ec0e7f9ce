"""How a worker begins to serve, leaves the rest to others, and stops.

Sanic's own `serve()` is not used: it keeps its listening socket to itself, so that a worker could not leave it to the others
while its own connections go on. What it does is done here by the methods that Sanic has for who serves in a loop of his own.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Any, Final, cast

from sanic.server import HttpProtocol

from app.api.edge import EdgeApp
from app.cli.open_files import most_connections, raised_limit
from app.cli.supervision.line import BEAT, BEAT_SECONDS, LEFT, LISTENS, RETIRE, Line
from app.cli.worker.connections import Connection, Door
from app.place import WorkerPlace
from app.settings.certificates import serving_context

BACKLOG: Final = 1024
_LOOK_SECONDS: Final = 0.05
_UNWIND_SECONDS: Final = 1.0


class Orders:
    """What the main process wants."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._come = asyncio.Event()
        self.retire = False
        self.stop = False

    def take(self) -> None:
        """Once the line can be read."""
        self.retire = RETIRE in self._line.hear() or self.retire
        self.stop = self._line.has_ended
        if self.stop:
            asyncio.get_running_loop().remove_reader(self._line.fileno())
        self._come.set()

    async def come(self) -> None:
        """Until there is one."""
        await self._come.wait()


async def serve(
    app: EdgeApp, place: WorkerPlace, listener: socket.socket, line: Line, *, when_ready: Callable[[], None]
) -> None:
    """From the first step to the last.

    Args:
        app: What it serves.
        place: What the worker was given.
        listener: Bound, and shared with other workers.
        line: To the main process.
        when_ready: Called when everything is there and before anybody is served.

    Raises:
        UnusableCertificate: TLS cannot be had.
    """
    loop = asyncio.get_running_loop()
    orders = Orders(line)
    loop.add_reader(line.fileno(), orders.take)
    beating = loop.create_task(_beat(line))
    server = await _opened(app, place, listener)
    try:
        await server.startup()
        await server.before_start()
        when_ready()
        await server.start_serving()
        await server.after_start()
        line.tell(LISTENS)
        await orders.come()
        grace_seconds = place.settings.server.graceful_shutdown_seconds
        app.is_leaving = True
        if orders.retire and not orders.stop:
            # Not shut down: the others go on with it. Not unready either: they serve on, and nobody need know.
            server.server.close()
            line.tell(LEFT)
            await _until_gone(server.connections, grace_seconds, orders)
        else:
            await server.before_stop()  # the drain
        if orders.stop:
            with suppress(OSError):  # another worker was first
                listener.shutdown(socket.SHUT_RDWR)  # nobody shall wait for who does not come
            server.server.close()
        for connection in tuple(server.connections):
            connection.close_if_idle()
        await _until_gone(server.connections, grace_seconds if orders.stop else 0)
        await _cut(server.connections)
        await server.after_stop()
    finally:
        beating.cancel()


async def _opened(app: EdgeApp, place: WorkerPlace, listener: socket.socket) -> Any:
    """A server that does not accept yet."""
    server = place.settings.server
    limit = raised_limit(server.limits.connections)
    door = Door(most_connections(place.settings, limit))
    given: dict[str, Any] = {"start_serving": False}
    context = None
    if server.tls.certificate_file is not None:
        context = serving_context(server.tls.certificate_file, server.tls.key_file)
        given["ssl_handshake_timeout"] = server.limits.request_seconds
    protocol = cast("type[HttpProtocol]", partial(Connection, door=door))
    app.prepare(sock=listener, ssl=context, motd=False)  # without it Sanic adds an empty Alt-Svc to every answer
    return await app.create_server(
        sock=listener,
        ssl=context,
        protocol=protocol,
        backlog=BACKLOG,
        return_asyncio_server=True,
        asyncio_server_kwargs=given,
    )


async def _beat(line: Line) -> None:
    while True:
        line.tell(BEAT)
        await asyncio.sleep(BEAT_SECONDS)


async def _until_gone(connections: set[Any], seconds: float, orders: Orders | None = None) -> None:
    """Until nobody is connected any more, for so long at most, or until it shall stop."""
    until = monotonic() + seconds
    while connections and monotonic() < until and not (orders and orders.stop):  # noqa: ASYNC110 -- see below
        await asyncio.sleep(_LOOK_SECONDS)  # Sanic tells nobody when the last one goes


async def _cut(connections: set[Any]) -> None:
    """Ends what is still under way."""
    left = tuple(connections)
    tasks = [connection._task for connection in left if connection._task is not None]  # noqa: SLF001 -- Sanic has no other name for it
    for connection in left:
        connection.abort()
    if tasks:
        await asyncio.wait(tasks, timeout=_UNWIND_SECONDS)
