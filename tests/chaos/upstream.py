"""An upstream on a real socket, with a plan of what goes wrong and a log of what was asked."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Final, Self, cast

from tests.chaos import world
from tests.chaos.arrivals import Arrival, End, Log
from tests.chaos.plan import Fate, Kind, Plan, Trouble, without_body
from tests.chaos.replies import Gone, Reply, play

QUOTA: Final = 10_000_000
HEALTHY: Final = Fate(Kind.HEALTHY, 0.0)


class ChaoticUpstream:
    """Serves its things until it is left. `over` ends its troubles.

    Attributes:
        name: As in the gateway's configuration.
        plan: What goes wrong.
        log: What was asked.
        open: The connections that are open now.
        port: Where it listens.
        over: Whether everything is healthy from now on.
        writes: By the number that its caller gave it: how often each write arrived.
    """

    def __init__(self, name: str, plan: Plan, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since the run began; below zero nothing goes wrong."""
        self.name = name
        self.plan = plan
        self.log = Log()
        self.clock = clock
        self.open: set[_Peer] = set()
        self.over = False
        self.writes: dict[str, int] = defaultdict(int)
        self._versions: dict[str, int] = defaultdict(lambda: 1)
        self._server: asyncio.Server | None = None
        self.port = 0
        self._used = 0
        self._weather: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    async def __aenter__(self) -> Self:
        await self._listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._weather is not None:
            self._weather.cancel()
            with suppress(asyncio.CancelledError):
                await self._weather
        tasks = [peer.task for peer in self.open if peer.task is not None]
        self._refuse()
        await asyncio.gather(*tasks, return_exceptions=True)

    def begin(self) -> None:
        """From now on what is planned happens."""
        self._weather = asyncio.get_running_loop().create_task(self._refuse_as_planned())

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Peer(self), "127.0.0.1", self.port, backlog=1024, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def _refuse(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        for peer in [*self.open]:
            peer.cut()

    async def _refuse_as_planned(self) -> None:
        for episode in self.plan.episodes:
            if episode.trouble is Trouble.REFUSES:
                await self._until(episode.begins)
                if self.over:
                    return
                self._refuse()
                await self._until(episode.ends)
                await self._listen()

    async def _until(self, moment: float) -> None:
        await asyncio.sleep(max(0.0, moment - self.clock()))

    async def recover(self) -> None:
        """From now on all is well."""
        self.over = True
        if self._weather is not None:
            self._weather.cancel()
        if self._server is None:
            await self._listen()

    @property
    def under_way(self) -> int:
        """How many questions are, now."""
        return sum(peer.is_asked for peer in self.open)

    def arrived(self, peer: "_Peer", method: str, target: str, fields: dict[str, str]) -> tuple[Arrival, Reply]:
        """Writes down a question, and finds what a healthy upstream would answer."""
        now = self.clock()
        thing = world.thing_of(target)
        key = f"{method} {'typed' if 'x-github-api-version' in fields else 'mount'} {target}"
        ordinal = len(self.log.by_key.get(key, ()))
        fate = HEALTHY if self.over or now < 0 else self.plan.fate(key, ordinal, now)
        asker = int(fields["x-chaos"]) if "x-chaos" in fields else None
        arrival = Arrival(key, thing, method, ordinal, peer.port, fate, asker, now)
        self.log.add(arrival)
        if method == "POST":
            self.writes[fields.get("x-chaos", "?")] += 1
            self._versions[thing] += 1
        elif self.plan.changes(thing, len(self.log.by_thing[thing])):
            self._versions[thing] += 1
        arrival.version = self._versions[thing]
        reply = self._reply(arrival, fields)
        arrival.status = int(reply.status[:3])
        if not reply.body:
            arrival.fate = without_body(fate)
        return arrival, reply

    def _reply(self, arrival: Arrival, fields: dict[str, str]) -> Reply:
        thing, version = arrival.thing, arrival.version
        tag = world.etag(thing, version)
        own = f"Content-Type: application/json; charset=utf-8\r\nETag: {tag}\r\n"
        own += f"Cache-Control: private, max-age={world.lifetime_seconds(thing)}\r\n"
        own += "Vary: Accept, Authorization, Cookie, X-GitHub-OTP\r\n"
        if self.name == "github":
            self._used += 1
            own += f"x-ratelimit-limit: {QUOTA}\r\nx-ratelimit-remaining: {QUOTA - self._used}\r\n"
            own += f"x-ratelimit-used: {self._used}\r\nx-ratelimit-reset: 4102444800\r\nx-ratelimit-resource: core\r\n"
        if arrival.method == "POST":
            body = world.body_of(thing, version)
            return Reply("201 Created", own, body, announced=True, length=len(body))
        if tag in fields.get("if-none-match", ""):
            return Reply("304 Not Modified", own, b"", announced=False, length=0)
        body = world.body_of(thing, version)
        if "gzip" in fields.get("accept-encoding", "") and len(thing) % 2:
            body = world.packed_body_of(thing, version)
            own += "Content-Encoding: gzip\r\n"
        told = b"" if arrival.method == "HEAD" else body
        return Reply("200 OK", own, told, announced=True, length=len(body))


class _Peer(asyncio.Protocol):
    """One connection; its questions come one after the other."""

    def __init__(self, upstream: ChaoticUpstream) -> None:
        self._upstream = upstream
        self._received = b""
        self._gone = asyncio.get_running_loop().create_future()
        self._arrival: Arrival | None = None
        self.task: asyncio.Task[None] | None = None
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.port = transport.get_extra_info("peername")[1]
        self._upstream.open.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._upstream.open.discard(self)
        if not self._gone.done():
            self._gone.set_result(None)
        arrival, self._arrival = self._arrival, None
        if arrival is not None and arrival.end is End.PENDING:
            self._settle(arrival, End.LEFT if arrival.fate.healthy else End.FAULT)
        if self.task is not None:
            self.task.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, rest = self._received.partition(b"\r\n\r\n")
        if not end or self._arrival is not None:
            return
        line, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = line.split(" ", 2)
        fields = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        length = int(fields.get("content-length", "0"))
        if len(rest) < length:
            return
        self._received = rest[length:]
        arrival, reply = self._upstream.arrived(self, method, target, fields)
        self._arrival = arrival
        self.task = asyncio.get_running_loop().create_task(self._answer(arrival, reply))

    async def _answer(self, arrival: Arrival, reply: Reply) -> None:
        try:
            end = await play(arrival.fate, reply, self)
        except Gone:
            return  # written down when the connection was lost
        self._arrival = None
        self._settle(arrival, end)

    def _settle(self, arrival: Arrival, end: End) -> None:
        if arrival.end is End.PENDING:
            arrival.end, arrival.ended = end, self._upstream.clock()

    @property
    def is_asked(self) -> bool:
        """Whether a question on it is under way."""
        return self._arrival is not None

    def send(self, data: bytes) -> None:
        if self._gone.done() or self.transport.is_closing():
            raise Gone
        self.transport.write(data)

    async def until_gone(self) -> None:
        await asyncio.shield(self._gone)
        raise Gone

    def cut(self) -> None:
        """An episode breaks it off."""
        arrival, self._arrival = self._arrival, None
        if arrival is not None:
            self._settle(arrival, End.CUT)
        self.transport.abort()
