"""Callers at random, on one worker and on two that share a ledger: on an event loop whose clock jumps where it would wait.

What must hold in every history: never more under way than may be, no more points and no quicker writes than the pace has,
nothing sent that was known to be refused or kept for others, nobody left waiting who could go, nothing left over at the end.
"""

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

import pytest
from multidict import CIMultiDict

from app.call import Call, Urgency, current_call, serving
from app.clients.github import GitHubDialect
from app.errors import DeadlineExceeded, Disconnected, QueueFull, RateLimited
from app.identity import Identity, SealedCredential
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger, ledger_file
from app.transport.budget.rules import BudgetRules
from app.transport.budget.stage import Budget
from app.transport.exchange import Buffered, Reply, Request, Streamed
from app.transport.health import Health
from tests.unit.transport.budget.virtual_time import VirtualTime

EPOCH = 1_800_000_000.0
SECONDS = 120.0
"""So long callers come; then those who are there end."""
IDENTITIES = [Identity(f"caller:{number}", SealedCredential({})) for number in range(3)]
DIALECT = GitHubDialect()


def monotonic() -> float:
    return asyncio.get_running_loop().time()


def epoch() -> float:
    return EPOCH + monotonic()


@dataclass
class Quota:
    """One credential's quota of a resource, as upstream has it, and as much of it as a worker was told."""

    limit: int
    seconds: int
    used: int = 0
    reset: int = 0
    told_used: int = 0

    def look(self) -> None:
        """A window begins with its first request."""
        if epoch() >= self.reset:
            self.used = self.told_used = 0
            self.reset = int(epoch()) + self.seconds


@dataclass
class GitHub:
    """Answers late, not in order, sometimes not at all; writes down what must not happen."""

    dice: random.Random
    rules: BudgetRules
    faults: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    _quotas: dict[tuple[str, str], Quota] = field(default_factory=dict)
    _points: dict[str, list[tuple[float, int]]] = field(default_factory=lambda: defaultdict(list))
    _wrote_at: dict[str, float] = field(default_factory=dict)

    def quota(self, partition: str, resource: str) -> Quota:
        if (partition, resource) not in self._quotas:
            limit, seconds = (self.dice.choice([5, 20, 80]), 45) if resource == "core" else (4, 10)
            self._quotas[partition, resource] = Quota(limit, seconds)
        quota = self._quotas[partition, resource]
        quota.look()
        return quota

    async def send(self, request: Request) -> Reply:
        call = current_call()
        assert call.identity is not None
        partition = call.identity.partition
        if request.target == "rate_limit":
            return await self._tell_all(partition)
        resource = DIALECT.quota_resource(request)
        self._check(partition, resource, request, call)
        self.under_way += 1
        try:
            reply = await self._answer(partition, resource, call)
        except BaseException:
            self.under_way -= 1
            raise
        if isinstance(reply, Buffered):
            self.under_way -= 1
        return reply

    def _check(self, partition: str, resource: str, request: Request, call: Call) -> None:
        rules, now = self.rules, monotonic()
        self.sent[resource] += 1
        if rules.in_flight is not None and self.under_way >= rules.in_flight:
            self.faults.append(f"{self.under_way + 1} under way")
        quota = self.quota(partition, resource)
        left = quota.limit - quota.told_used
        if left <= 0:
            self.faults.append("sent though known to be spent")
        elif quota.told_used and left - 1 < int(quota.limit * rules.kept_share(call.urgency)):
            self.faults.append(f"{call.urgency.name} sent from what is kept for others")
        points = self._points[partition]
        points.append((now, DIALECT.pacing_points(request)))
        if rules.points_a_minute is not None:
            spent = sum(some for at, some in points if at > now - 60 + 1e-3)
            if spent > max(rules.points_a_minute, 5):
                self.faults.append(f"{spent} points in a minute")
        if request.method != "GET":
            if now - self._wrote_at.get(partition, -inf) < rules.write_pause_seconds - 1e-3:
                self.faults.append("a write too soon")
            self._wrote_at[partition] = now

    async def _answer(self, partition: str, resource: str, call: Call) -> Reply:
        dice, late = self.dice, max(0.0, call.deadline - monotonic())
        seconds = dice.choice([0.001, 0.05, 0.3, 3.0]) * (0.1 + dice.random())
        await asyncio.sleep(min(seconds / 2, late))
        counted = self.quota(partition, resource)
        refused = counted.used >= counted.limit
        counted.used += not refused and dice.random() < 0.9  # else it is a 304
        fields = self._fields(counted, resource)
        told_reset, told_used = counted.reset, counted.used
        await asyncio.sleep(min(seconds / 2, max(0.0, call.deadline - monotonic())))
        if monotonic() >= call.deadline:
            raise DeadlineExceeded("no reply in time")
        if dice.random() < 0.05:
            raise Disconnected("github", "cut off")
        if counted.reset == told_reset and epoch() < told_reset:
            counted.told_used = max(counted.told_used, told_used)
        if dice.random() < 0.1:
            return Streamed("github", 200, fields, self._chunks(), self._closed)
        body = b'{"message": "API rate limit exceeded"}' if refused else b"{}"
        return Buffered("github", 403 if refused else 200, fields, body, 1_000)

    async def _tell_all(self, partition: str) -> Reply:
        await asyncio.sleep(self.dice.random() * 0.5)
        told = {}
        for resource in ("core", "search"):
            quota = self.quota(partition, resource)
            quota.told_used = max(quota.told_used, quota.used)
            left = quota.limit - quota.used
            told[resource] = {"limit": quota.limit, "used": quota.used, "remaining": left, "reset": quota.reset}
        body = json.dumps({"resources": told}).encode()
        return Buffered("github", 200, CIMultiDict(), body, 10_000)

    def _fields(self, quota: Quota, resource: str) -> CIMultiDict[str]:
        left = quota.limit - quota.used
        numbers = {"limit": quota.limit, "used": quota.used, "remaining": left, "reset": quota.reset}
        fields = {f"x-ratelimit-{name}": str(number) for name, number in numbers.items()}
        return CIMultiDict({**fields, "x-ratelimit-resource": resource})

    async def _chunks(self) -> AsyncIterator[bytes]:
        yield b"{}"
        await asyncio.sleep(self.dice.random() * 5)

    def _closed(self) -> None:
        self.under_way -= 1

    def somebody_else(self) -> None:
        """Spends a point of a quota beside us."""
        for quota in self._quotas.values():
            quota.look()
            quota.used += quota.used < quota.limit and self.dice.random() < 0.3


@dataclass
class Worker:
    """The stage and the gate of one process."""

    ledger: Ledger
    gate: Gate
    stage: Budget


class Caller:
    """Asks once."""

    def __init__(self, dice: random.Random, worker: Worker) -> None:
        patience = dice.choice([0.05, 1.0, 10.0, 40.0])
        self._dice = dice
        self._worker = worker
        self.call = Call(
            identity=dice.choice(IDENTITIES),
            deadline=monotonic() + patience,
            wanted_until=monotonic() + dice.choice([0.02, 0.5, inf]),
            urgency=dice.choice(list(Urgency)),
            caller=dice.choice("abc"),
        )
        method = dice.choice(["GET"] * 6 + ["POST", "DELETE"])
        self._request = Request(method, dice.choice(["repos/a/b", "repos/a/c", "search/issues"]))
        if dice.random() < 0.03:
            self._request = Request("GET", "rate_limit")

    def is_joined(self) -> None:
        """By somebody who has more time and is more urgent."""
        self.call.wanted_until, self.call.urgency = inf, Urgency.INTERACTIVE

    async def ask(self) -> str:
        """What came of it."""
        with serving(self.call):
            try:
                reply = await self._worker.stage.send(self._request)
            except (RateLimited, QueueFull, DeadlineExceeded, Disconnected) as error:
                assert monotonic() <= self.call.deadline + 0.01
                return error.code
            if isinstance(reply, Streamed):
                try:
                    if self._dice.random() < 0.5:
                        await asyncio.sleep(self._dice.random())
                    else:
                        [_ async for _ in reply.chunks()]
                finally:
                    reply.close()
                return "stream"
            return str(reply.status)


@contextmanager
def workers(path: Path | None, count: int, github: GitHub) -> Iterator[list[Worker]]:
    made = []
    for _ in range(count):
        ledger = Ledger(path, count, monotonic=monotonic)
        clocks: dict[str, Callable[[], float]] = {"clock": epoch, "monotonic": monotonic}
        gate = Gate("github", ledger, github.rules, **clocks)
        made.append(
            Worker(ledger, gate, Budget(github, "github", gate, ledger, DIALECT, IDENTITIES[0], Health(), **clocks))
        )
    yield made
    for worker in made:
        worker.ledger.close()


def drawn(dice: random.Random) -> BudgetRules:
    return BudgetRules(
        in_flight=dice.choice([None, 1, 2, 4]),
        points_a_minute=dice.choice([None, 20, 200]),
        write_pause_seconds=dice.choice([0.0, 1.0]),
        queue=dice.choice([1, 3, 50, 50]),
        interactive_percent=dice.choice([0, 0, 20, 100]),
        normal_percent=dice.choice([0, 20, 100]),
    )


async def watch(gate: Gate, dice: random.Random, faults: list[str]) -> None:
    """Whether somebody waits who could go: to look once more must let nobody go."""
    while True:
        await asyncio.sleep(dice.random())
        before = gate.in_flight
        gate.pump()
        if gate.in_flight != before:
            faults.append(f"somebody waited who could go at {monotonic()}")


async def history(seed: int, path: Path | None, count: int) -> tuple[list[str], Counter[str]]:
    """What must not have happened, and what came of the questions."""
    dice = random.Random(seed)  # noqa: S311 -- the same history in the next run
    github = GitHub(dice, drawn(dice))
    with workers(path, count, github) as places:
        # With several workers what another one has ended is seen some milliseconds later.
        watching = [asyncio.create_task(watch(place.gate, dice, github.faults)) for place in places if count == 1]
        asking: list[asyncio.Task[str]] = []
        end = monotonic() + SECONDS
        while monotonic() < end:
            for _ in range(dice.choice([1, 1, 1, 5, 20])):
                caller = Caller(dice, dice.choice(places))
                asking.append(asyncio.create_task(caller.ask()))
                if dice.random() < 0.2:
                    asyncio.get_running_loop().call_later(dice.random(), caller.is_joined)
            await asyncio.sleep(dice.choice([0.0, 0.001, 0.1, 2.0]) * dice.random())
            github.somebody_else()
            if dice.random() < 0.3:
                dice.choice(asking).cancel()
        outcomes = await asyncio.gather(*asking, return_exceptions=True)
        for task in watching:
            task.cancel()
        left = [(place.gate.in_flight, place.gate.waiting, len(place.gate._lines)) for place in places]
        assert left == [(0, 0, 0)] * count
        assert github.under_way == 0
        for books in (books for place in places for books in place.stage._books.values()):
            assert books.quota.in_flight == 0
    told = Counter("left" if isinstance(one, asyncio.CancelledError) else str(one) for one in outcomes)
    return github.faults, told + github.sent


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("seed", range(8))
def test_histories(seed: int, count: int) -> None:
    with (
        ledger_file(count) if count > 1 else nullcontext() as path,
        asyncio.Runner(loop_factory=VirtualTime) as runner,
    ):
        faults, outcomes = runner.run(history(seed, path, count))
    assert faults == []
    assert outcomes["200"] > 20
