"""How a worker begins to serve, leaves the rest to others, and stops.

Sanic's own `serve()` is not used: it keeps its listening socket to itself, so that a worker could not leave it to the others
while its own connections go on. What it does is done here by what Sanic has for who serves in a loop of his own.
"""

import asyncio
import socket
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, Final

from sanic.models.server_types import Signal
from sanic.server.async_server import AsyncioServer

from app.api.edge import EdgeApp
from app.api.protocol import EdgeProtocol
from app.cli.open_files import files_besides, most_connections, raised_limit
from app.cli.supervision.line import BEAT, BEAT_SECONDS, LEFT, LISTENS, RETIRE, STOP, Line
from app.cli.worker.accepting import Acceptor
from app.place import WorkerPlace
from app.settings.certificates import serving_context

_LOOK_SECONDS: Final = 0.05
_UNWIND_SECONDS: Final = 1.0


class Orders:
    """What the main process wants.

    Attributes:
        all_stop: Whether all workers shall stop.
        line: To the main process.
        retire: Whether this one shall leave the rest to others.
        stop: Whether it shall stop, because all do or because nobody is there any more to tell.
    """

    def __init__(self, line: Line) -> None:
        self.line = line
        self._come = asyncio.Event()
        self.retire = False
        self.stop = False
        self.all_stop = False

    def take(self) -> None:
        """Once the line can be read."""
        words = self.line.hear()
        self.retire = self.retire or RETIRE in words
        self.all_stop = self.all_stop or STOP in words
        self.stop = self.all_stop or self.line.has_ended
        if self.line.has_ended:
            asyncio.get_running_loop().remove_reader(self.line.fileno())
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
    try:
        connections: set[Any] = set()
        acceptor = _acceptor(app, place, listener, connections)
        app.prepare(sock=listener, motd=False)  # without it Sanic adds an empty Alt-Svc to every answer
        server: Any = AsyncioServer(app, loop, None, connections)
        await server.startup()
        await server.before_start()
        when_ready()
        acceptor.start()
        await server.after_start()
        line.tell(LISTENS)
        await orders.come()
        await _leave(app, server, acceptor, orders, place.settings.server.graceful_shutdown_seconds)
        await server.after_stop()
    finally:
        beating.cancel()


async def _leave(app: EdgeApp, server: Any, acceptor: Acceptor, orders: Orders, grace_seconds: float) -> None:
    """Until nobody is connected any more."""
    app.is_leaving = True
    if orders.retire and not orders.stop:
        # Neither shut down nor unready: the others go on with the socket, and nobody need know.
        acceptor.stop()
        orders.line.tell(LEFT)
        await _until_gone(server.connections, acceptor, grace_seconds, orders)
    else:
        await server.before_stop()  # the drain
    acceptor.stop()
    if orders.all_stop:
        acceptor.refuse()
    for connection in tuple(server.connections):
        connection.close_if_idle()
    await _until_gone(server.connections, acceptor, grace_seconds if orders.stop else 0)
    await _cut(server.connections)


def _acceptor(app: EdgeApp, place: WorkerPlace, listener: socket.socket, connections: set[Any]) -> Acceptor:
    server = place.settings.server
    limit = raised_limit(server.limits.connections + files_besides(place.settings))
    certificate = server.tls.certificate_file
    loop = asyncio.get_running_loop()
    return Acceptor(
        listener,
        partial(EdgeProtocol, loop=loop, app=app, signal=Signal(), connections=connections, state={}),
        connections,
        most=most_connections(place.settings, limit),
        tls=None if certificate is None else serving_context(certificate, server.tls.key_file),
        handshake_seconds=server.limits.request_seconds,
    )


async def _beat(line: Line) -> None:
    while True:
        line.tell(BEAT)
        await asyncio.sleep(BEAT_SECONDS)


async def _until_gone(connections: set[Any], acceptor: Acceptor, seconds: float, orders: Orders | None = None) -> None:
    """Until nobody is connected any more, for so long at most, or until it shall stop."""
    until = monotonic() + seconds
    while (connections or acceptor.beginning) and monotonic() < until and not (orders and orders.stop):  # noqa: ASYNC110 -- see below
        await asyncio.sleep(_LOOK_SECONDS)  # Sanic tells nobody when the last one goes


async def _cut(connections: set[Any]) -> None:
    """Ends what is still under way."""
    left = tuple(connections)
    tasks = [connection._task for connection in left if connection._task is not None]  # noqa: SLF001 -- Sanic has no other name for it
    for connection in left:
        connection.abort()
    if tasks:
        await asyncio.wait(tasks, timeout=_UNWIND_SECONDS)
