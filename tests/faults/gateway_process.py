"""A gateway in a process of its own: the whole application on a real socket, with a line to the bench that asks it how it
is. Its memory, its tasks and its pool are nobody else's.

The line is a Unix socket. The gateway says first which one it is, and then in one JSON object a line: where it listens,
and the answer to each order.
When the line ends, so does the gateway.
"""

import asyncio
import gc
import logging
import os
import socket
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from json import dumps, loads
from pathlib import Path
from typing import Any

from aiohttp import TCPConnector

from app.cli.worker.life import calm_collector
from app.container import Container
from app.server import create_app
from app.settings import Settings
from app.transport.upstream import Upstream
from tests.gateway import serving_gateway

LINE_BYTES = 2**20
TICK_SECONDS = 0.01
CLOCK_SECONDS = 0.002
STATUS = Path("/proc/self/status")
CLEAR_REFS = Path("/proc/self/clear_refs")


@dataclass(frozen=True, slots=True)
class Condition:
    """How a gateway is.

    Attributes:
        tasks: Of its event loop, without those of this line.
        acquired: Connections to the upstream that are in use.
        waiters: Requests that wait for one.
        idle: Connections that wait in the pool.
        flights: Questions that are under way, whoever waits for the answer.
        rss_bytes: Its resident memory; None where the system does not tell.
        peak_bytes: The most that it was since the last `settle`.
        stuck_seconds: For how long nothing else got its turn: the longest since then. An upstream that keeps a gateway
            busy holds up all who ask others.
    """

    tasks: int
    acquired: int
    waiters: int
    idle: int
    flights: int
    rss_bytes: int | None
    peak_bytes: int | None
    stuck_seconds: float


@dataclass(slots=True)
class Lateness:
    """How late who sleeps is woken: by what else goes on in the same process, or on the same machine.

    Attributes:
        total_seconds: All together: what was taken from somebody who does one thing after the other.
    """

    total_seconds: float = 0.0
    _worst_seconds: float = 0.0
    _asleep_since: float | None = None

    @property
    def worst_seconds(self) -> float:
        """The latest, be it one that has not been woken yet."""
        asleep = 0.0 if self._asleep_since is None else time.monotonic() - self._asleep_since - TICK_SECONDS
        return max(self._worst_seconds, asleep)

    def begin_anew(self) -> None:
        self.total_seconds = self._worst_seconds = 0.0

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            task.cancel()

    async def _watch(self) -> None:
        while True:
            self._asleep_since = time.monotonic()
            await asyncio.sleep(TICK_SECONDS)
            late = time.monotonic() - self._asleep_since - TICK_SECONDS
            self._worst_seconds = max(self._worst_seconds, late)
            if late > CLOCK_SECONDS:
                self.total_seconds += late


class Names:
    """How host names below `.invalid` are looked up: as the bench says. They have no address anywhere (RFC 6761 section
    6.4), so that a bench can give them one and take it away without asking anybody outside.
    """

    def __init__(self) -> None:
        self.mode = "known"
        self._changed = asyncio.Event()

    def become(self, mode: str) -> None:
        """`known`, `unknown`, or `silent`: who asks then waits until the mode changes, and is told that there is none."""
        self.mode = mode
        self._changed.set()
        self._changed = asyncio.Event()

    async def look_up(self) -> str:
        """The address.

        Raises:
            OSError: There is none.
        """
        silent = self.mode == "silent"
        if silent:
            await self._changed.wait()
        if silent or self.mode == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return "127.0.0.1"


class NamingLoop(asyncio.SelectorEventLoop):
    """An event loop that asks `names` for what stands below `.invalid`."""

    def __init__(self, names: Names) -> None:
        super().__init__()
        self._names = names

    async def getaddrinfo(self, host: Any, port: Any, **hints: Any) -> Any:
        if isinstance(host, str) and host.endswith(".invalid"):
            host = await self._names.look_up()
        return await super().getaddrinfo(host, port, **hints)


def run(settings: dict[str, Any], line: str, number: int) -> None:
    """A gateway's life: until its line ends.

    Args:
        settings: As a YAML file has them.
        line: The path of the bench's Unix socket.
        number: How the bench calls it.
    """
    logging.disable(logging.CRITICAL)
    names = Names()
    with asyncio.Runner(loop_factory=lambda: NamingLoop(names)) as runner:
        runner.run(_serve(Settings.model_validate(settings), line, number, names))


async def _serve(settings: Settings, line: str, number: int, names: Names) -> None:
    reader, writer = await asyncio.open_unix_connection(line, limit=LINE_BYTES)
    writer.write(b"%d\n" % number)
    container = Container(settings=settings)
    lateness = Lateness()
    async with serving_gateway(create_app(container)) as url, lateness.watched():
        upstreams: list[Upstream] = [*container.upstreams().values()]
        calm_collector()
        writer.write(dumps({"url": url, "pid": os.getpid()}).encode() + b"\n")
        with suppress(ConnectionError):
            while order := await reader.readline():
                answer = _obeyed(loads(order), upstreams, names, lateness)
                writer.write(dumps(answer).encode() + b"\n")
                await writer.drain()
    writer.close()


def _obeyed(order: dict[str, Any], upstreams: list[Upstream], names: Names, lateness: Lateness) -> dict[str, Any]:
    match order["do"]:
        case "settle":
            gc.collect()
            lateness.begin_anew()
            with suppress(OSError):
                CLEAR_REFS.write_text("5")  # the peak begins anew (proc(5))
        case "name":
            names.become(order["mode"])
            for upstream in upstreams:
                connector = upstream.session.client.connector
                assert isinstance(connector, TCPConnector)
                connector.clear_dns_cache()
        case "tell":
            if order.get("collect"):
                gc.collect()
    return asdict(_condition(upstreams, lateness))


def _condition(upstreams: list[Upstream], lateness: Lateness) -> Condition:
    connectors = [upstream.session.client.connector for upstream in upstreams]
    flights = [flight for upstream in upstreams for flight in upstream.flights]
    return Condition(
        tasks=len(asyncio.all_tasks()),
        acquired=sum(len(connector._acquired) for connector in connectors if connector),
        waiters=sum(len(waiting) for connector in connectors if connector for waiting in connector._waiters.values()),
        idle=sum(
            protocol.transport is not None  # those that have ended stay in aiohttp's pool until somebody wants one
            for connector in connectors
            if connector
            for kept in connector._conns.values()
            for protocol, _ in kept
        ),
        flights=sum(len(flight._under_way) for flight in flights),
        rss_bytes=_kilobytes("VmRSS"),
        peak_bytes=_kilobytes("VmHWM"),
        stuck_seconds=lateness.worst_seconds,
    )


def _kilobytes(name: str) -> int | None:
    with suppress(OSError):
        for line in STATUS.read_text(encoding="ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return None


def warm() -> None:
    """What every gateway does once is done before the first is forked: reading the certificates of this machine."""
    ssl.create_default_context()
