"""The cache's stages over an upstream that a test scripts: no sockets, no sleeping, a clock that stands still.

cache = Cache(ok("first"), ok("second"))
assert (await cache.ask()).body == b"first"
cache.now += 61
... cache.upstream.asked ...
"""

import asyncio
from collections.abc import Callable
from math import inf
from typing import Any

from multidict import CIMultiDict

from app.call import Call, current_call, serving
from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.identity import ANONYMOUS, Identity, SealedCredential
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.filling import CacheFilling
from app.transport.caching.lookup import CacheLookup
from app.transport.caching.memory import MemoryStore
from app.transport.caching.policy import Freshness, FreshnessPolicy
from app.transport.caching.remembered import Shelf
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request, Streamed
from tests.unit.transport.caching.replies import NOON, fields
from tests.unit.transport.stages import buffered

GITHUB = GitHubDialect()
PLAIN = PlainDialect()
BASE = "https://up.example/v3/"
OWN = Identity("gateway:up", SealedCredential({"Authorization": "Bearer own"}))
ALICE = Identity("caller:alice", SealedCredential({"Authorization": "Bearer alice"}))
BOB = Identity("caller:bob", SealedCredential({"Authorization": "Bearer bob"}))
LIMIT_BYTES = 1_000_000

Answer = Reply | BaseException | Callable[[Request], Reply]


def ok(body: str | bytes = "body", *lines: str, age: str = "max-age=60") -> Buffered:
    """A 200 that is fresh for a minute, unless told otherwise."""
    raw = body.encode() if isinstance(body, str) else body
    return said(200, f"Cache-Control: {age}", f"Content-Length: {len(raw)}", *lines, body=raw)


def said(status: int, *lines: str, body: bytes = b"") -> Buffered:
    return Buffered("up", status, fields(*lines), body, LIMIT_BYTES)


class Upstream:
    """Answers in order, the last answer for ever; waits at the gate while that is closed.

    Attributes:
        asked: Every request, oldest first.
        partitions: On whose behalf each of them was.
        gate: Set: open.
    """

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.partitions: list[str | None] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, request: Request) -> Reply:
        self.asked.append(request)
        identity = current_call().identity
        self.partitions.append(None if identity is None else identity.partition)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        await self.gate.wait()
        if isinstance(answer, BaseException):
            raise answer
        return answer(request) if callable(answer) else answer

    @property
    def times(self) -> int:
        return len(self.asked)

    @property
    def last(self) -> CIMultiDict[str]:
        """The fields of the latest request."""
        return CIMultiDict(self.asked[-1].headers)


class Cache:
    """Lookup, coalescing and filling on a memory store.

    Attributes:
        now: What every clock shows (seconds since the epoch).
        slept: How often a flight has waited for another worker.
    """

    def __init__(
        self,
        *answers: Answer,
        dialect: Dialect = PLAIN,
        freshness: Freshness | None = None,
        store: MemoryStore | None = None,
        flight_seconds: float = 30.0,
    ) -> None:
        self.now = NOON
        self.slept = 0
        self.upstream = Upstream(*answers)
        self.store = store or MemoryStore(10_000_000)
        shelf = Shelf("up", self.store, LIMIT_BYTES)
        filling = CacheFilling(self.upstream, shelf, dialect, clock=lambda: self.now)
        self.flights = Coalescing(filling, "up", self.store, flight_seconds=flight_seconds, sleep=self._sleep)
        policy = FreshnessPolicy(freshness or Freshness())
        self.lookup = CacheLookup(self.flights, shelf, BASE, dialect, OWN, policy, clock=lambda: self.now)

    async def _sleep(self, _: float) -> None:
        self.slept += 1
        await asyncio.sleep(0)

    async def send(
        self,
        target: str = "thing",
        *lines: str,
        method: str = "GET",
        who: Identity | None = ALICE,
        streams: bool = True,
        seconds: float = inf,
        body: bytes | None = None,
    ) -> Reply:
        """One question, as a mount's caller asks it (`streams`), or a typed client."""
        headers = fields(*lines)
        deadline = inf if seconds == inf else asyncio.get_running_loop().time() + seconds
        with serving(Call(identity=who, deadline=deadline, cache_control=headers.get("Cache-Control"))):
            return await self.lookup.send(Request(method, target, headers, body, may_stream=streams))

    async def ask(self, target: str = "thing", *lines: str, **how: Any) -> Buffered:
        """The same, where the reply is whole."""
        reply = await self.send(target, *lines, **how)
        assert isinstance(reply, Buffered)
        return reply

    def asking(self, target: str = "thing", *lines: str, **how: Any) -> "asyncio.Task[Buffered]":
        """The same, in a task of its own."""
        return asyncio.get_running_loop().create_task(self.ask(target, *lines, **how))

    async def settled(self) -> None:
        """Lets whatever can go on go on."""
        for _ in range(20):
            await asyncio.sleep(0)


__all__ = ["ALICE", "ANONYMOUS", "BOB", "GITHUB", "OWN", "PLAIN", "Cache", "Streamed", "buffered", "ok", "said"]
