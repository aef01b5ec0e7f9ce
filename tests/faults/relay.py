"""A TCP relay on loopback: what stands between a gateway and a healthy upstream, and can take the way between them apart.

    async with Relay(upstream.port) as relay:
        relay.weather = Weather(cut_after_bytes=1000, ending=Ending.RESET)
        ... http://127.0.0.1:{relay.port}/ ...
        await relay.refuse()

It knows nothing of HTTP. What it does to bytes it does to those that upstream sends; a question always passes, unless
the way is silent.
"""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from types import TracebackType
from typing import Self

PIECE_BYTES = 64 * 1024
CLOSING_SECONDS = 0.2


class Ending(Enum):
    """How a way ends after `Weather.cut_after_bytes`."""

    CLOSE = auto()
    """In an orderly way (FIN)."""
    RESET = auto()
    """It breaks (RST)."""
    STALL = auto()
    """Not at all: nothing more comes."""


@dataclass(frozen=True, slots=True)
class Weather:
    """What happens on the way, on every connection from now on.

    Attributes:
        reset_on_accept: Connections break as soon as they are made.
        delay_seconds: How much later than upstream sends it each piece arrives.
        cut_after_bytes: After so many bytes of upstream's a connection ends; None: never.
        ending: How.
    """

    reset_on_accept: bool = False
    delay_seconds: float = 0.0
    cut_after_bytes: int | None = None
    ending: Ending = Ending.RESET


FAIR = Weather()


@dataclass(slots=True)
class Way:
    """One connection through the relay. A silent one swallows what comes."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter | None = None
    silent: bool = False
    passed_bytes: int = 0


@dataclass(slots=True)
class Relay:
    """Relays to a port of this machine.

    Attributes:
        upstream_port: Where to.
        weather: May be changed at any time.
        accepted: How many connections were made so far.
        ways: Those that are open.
    """

    upstream_port: int
    weather: Weather = FAIR
    accepted: int = 0
    ways: dict[asyncio.Task[None], Way] = field(default_factory=dict)
    _server: asyncio.Server | None = None
    _port: int = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.refuse()
        for task in self.ways:
            task.cancel()
        await asyncio.gather(*self.ways, return_exceptions=True)

    @property
    def port(self) -> int:
        return self._port

    async def listen(self) -> None:
        """Takes connections, always on the same port."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port, reuse_address=True)
            self._port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Takes no more connections; those that are open stay so."""
        server, self._server = self._server, None
        if server is not None:
            server.close()  # and no waiting: from Python 3.12 on that would be for the open connections
            await asyncio.sleep(0)

    def reset(self) -> None:
        """Breaks every open connection, on both sides."""
        for way in [*self.ways.values()]:
            _break(way.near)
            if way.far is not None:
                _break(way.far)

    def silence(self) -> None:
        """Nothing passes any more on the connections that are open, and nobody is told. New ones are not concerned."""
        for way in self.ways.values():
            way.silent = True

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        way = Way(writer)
        task = asyncio.get_running_loop().create_task(self._relay(reader, way))
        self.ways[task] = way
        task.add_done_callback(self.ways.pop)

    async def _relay(self, reader: asyncio.StreamReader, way: Way) -> None:
        try:
            if self.weather.reset_on_accept:
                _break(way.near)
                return
            far_reader, way.far = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            up = asyncio.ensure_future(self._pass_questions(reader, way.far, way))
            down = asyncio.ensure_future(self._pass_answers(far_reader, way.near, way))
            try:
                await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for pump in (up, down):
                    pump.cancel()
                await asyncio.gather(up, down, return_exceptions=True)
        except OSError:
            _break(way.near)  # upstream takes no connection
        finally:
            for writer in (way.near, way.far):
                if writer is not None:
                    await _closed(writer)

    async def _pass_questions(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
        with suppress(ConnectionError):
            while piece := await source.read(PIECE_BYTES):
                if not way.silent:
                    sink.write(piece)
                    await sink.drain()

    async def _pass_answers(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, way: Way) -> None:
        try:
            while piece := await source.read(PIECE_BYTES):
                if way.silent:
                    continue
                weather = self.weather
                if weather.delay_seconds:
                    await asyncio.sleep(weather.delay_seconds)
                cut = weather.cut_after_bytes
                sink.write(piece if cut is None else piece[: max(0, cut - way.passed_bytes)])
                way.passed_bytes += len(piece)
                await sink.drain()
                if cut is not None and way.passed_bytes >= cut:
                    await _end(sink, weather.ending)
                    return
        except ConnectionError:
            _break(sink)  # as it broke on the far side


async def _end(sink: asyncio.StreamWriter, ending: Ending) -> None:
    if ending is Ending.STALL:
        await asyncio.Event().wait()  # until the near side has enough of it
    if ending is Ending.RESET:
        await asyncio.sleep(0.02)  # or the kernel throws away what was sent
        _break(sink)


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError, TimeoutError):
        async with asyncio.timeout(CLOSING_SECONDS):
            await writer.wait_closed()
    writer.transport.abort()  # whoever does not read is not waited for


def _break(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None and not writer.transport.is_closing():
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
