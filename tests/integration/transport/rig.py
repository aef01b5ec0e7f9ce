"""The wire and credentials stages on a session of their own, and what must hold after every fault."""

import asyncio
import time
import traceback
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from multidict import CIMultiDict

from app.call import Call, serving
from app.errors import HeadgateError
from app.identity import Identity, SealedCredential
from app.transport.credentials import Credentials
from app.transport.exchange import Buffered, Reply, Request, Streamed
from app.transport.session import Connection, UpstreamSession
from app.transport.stage import Stage
from app.transport.wire import Wire, WireLimits
from tests.faulty_upstream import HEALTHY_BODY, FaultyUpstream, healthy

SECRET = "ghs_marked-4711"
LIMITS = WireLimits(
    connect_seconds=0.5, read_seconds=0.5, total_seconds=1.2, buffered_bytes=64 * 1024, decompressed_bytes=256 * 1024
)
NOISE_SECONDS = 1.5
"""How much later than planned something may happen on a busy machine."""


@dataclass(frozen=True, slots=True)
class Failure:
    error: HeadgateError
    seconds: float


@dataclass(slots=True)
class Rig:
    """Asks one upstream, as a worker would."""

    session: UpstreamSession
    stage: Stage
    base_url: str
    strangers: set[asyncio.Task[object]] = field(default_factory=set)

    async def ask(
        self,
        target: str = "thing",
        method: str = "GET",
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        may_stream: bool = False,
        within_seconds: float | None = None,
    ) -> Reply:
        request = Request(method, target, CIMultiDict(headers or {}), body, may_stream=may_stream)
        if within_seconds is None:
            return await self.stage.send(request)
        with serving(Call(deadline=asyncio.get_running_loop().time() + within_seconds)):
            return await self.stage.send(request)

    async def whole(self, target: str = "thing", method: str = "GET", *, body: bytes | None = None) -> Buffered:
        reply = await self.ask(target, method, body=body)
        assert isinstance(reply, Buffered)
        return reply

    async def stream(self, target: str = "thing") -> Streamed:
        reply = await self.ask(target, may_stream=True)
        assert isinstance(reply, Streamed)
        return reply

    async def failure(
        self,
        target: str = "thing",
        method: str = "GET",
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        within_seconds: float | None = None,
    ) -> Failure:
        """The error that the question ends in, and after how long; it is checked for credentials on the way."""
        started = time.monotonic()
        try:
            reply = await self.ask(target, method, headers=headers, body=body, within_seconds=within_seconds)
        except HeadgateError as error:
            failure = Failure(error, time.monotonic() - started)
            keeps_the_secret(error)
            return failure
        raise AssertionError(f"an answer instead of an error: {reply}")

    @property
    def acquired(self) -> int:
        """Connections that are in use."""
        connector = self.session.client.connector
        assert connector is not None
        return len(connector._acquired)

    @property
    def idle(self) -> int:
        """Connections that wait in the pool."""
        connector = self.session.client.connector
        assert connector is not None
        return sum(len(connections) for connections in connector._conns.values())

    async def comes_to_rest(self, upstream: FaultyUpstream) -> None:
        """Every connection is back in the pool or closed, nobody waits for one, and no task was left behind."""
        connector = self.session.client.connector
        assert connector is not None
        until = time.monotonic() + NOISE_SECONDS
        while True:
            tasks = asyncio.all_tasks() - self.strangers - upstream.tasks - {asyncio.current_task()}
            if not (connector._acquired or connector._waiters or tasks):
                return
            assert time.monotonic() < until, (connector._acquired, connector._waiters, tasks)
            await asyncio.sleep(0.005)

    async def recovers(self, upstream: FaultyUpstream) -> None:
        """Nothing leaked, and the next question on the same session is answered, once."""
        await self.comes_to_rest(upstream)
        upstream.script, upstream.greeting, upstream.scripts = healthy, None, []
        reply = await self.whole("afterwards")
        assert (reply.status, reply.body) == (200, HEALTHY_BODY)
        assert [request.target for request in upstream.seen].count(upstream.seen[-1].target) == 1


@asynccontextmanager
async def a_rig(
    base_url: str,
    *,
    limits: WireLimits = LIMITS,
    connections: int = 5,
    ca_file: Path | None = None,
    proxy: str | None = None,
) -> AsyncIterator[Rig]:
    connection = Connection(
        user_agent="headgate-test",
        connect_seconds=limits.connect_seconds,
        read_seconds=limits.read_seconds,
        connections=connections,
        keepalive_seconds=10,
        total_seconds=limits.total_seconds,
        proxy=proxy,
        ca_file=ca_file,
    )
    session = UpstreamSession("faulty", connection)
    own = Identity("gateway", SealedCredential({"Authorization": f"Bearer {SECRET}"}))
    await session.open()
    try:
        stage = Credentials(Wire(session, base_url, limits), own)
        yield Rig(session, stage, base_url, asyncio.all_tasks())
    finally:
        await session.close()


def keeps_the_secret(error: BaseException) -> None:
    """Neither the error nor anything that a logger or an error tracker reaches from it shows the credential."""
    seen: set[int] = set()
    pending: list[BaseException | None] = [error]
    while pending:
        one = pending.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        shown = [str(one), repr(one), repr(one.args), repr(getattr(one, "__dict__", {}))]
        assert not any(SECRET in text for text in shown), f"{type(one)} shows the credential"
        pending += [one.__cause__, one.__context__]
    assert SECRET not in "".join(traceback.format_exception(error))
