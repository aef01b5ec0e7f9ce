"""What each stage between the cache and the wire costs a request when all is well: in microseconds, over a reply at hand."""

import asyncio
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from multidict import CIMultiDict, CIMultiDictProxy

from app.call import Call, set_call
from app.clients.github import GitHubDialect
from app.identity import Identity, SealedCredential
from app.settings import GitHubUpstream
from app.transport.breaker.circuit import BreakerRules, Circuit
from app.transport.breaker.stage import Breaker
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger, ledger_file
from app.transport.budget.rules import BudgetRules
from app.transport.budget.stage import Budget
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Health
from app.transport.retry.allowance import Allowance
from app.transport.retry.rules import RetryRules
from app.transport.retry.stage import Retry
from app.transport.stage import Stage
from benchmarks.bodies import repository_json

REQUESTS = 20_000
ALL = "all three, as two workers have them"


class Cost(NamedTuple):
    """What one stage adds, in microseconds a request, in each round."""

    stage: str
    microseconds: tuple[float, ...]


class AtHand:
    """Answers at once, as GitHub would."""

    def __init__(self) -> None:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "ETag": '"7"',
            "x-ratelimit-limit": "1000000000",
            "x-ratelimit-remaining": "999999999",
            "x-ratelimit-used": "1",
            "x-ratelimit-reset": str(int(time.time()) + 3_600),
            "x-ratelimit-resource": "core",
        }
        body = repository_json()
        self._reply = Buffered("github", 200, CIMultiDictProxy(CIMultiDict(headers)), body, len(body))

    async def send(self, request: Request) -> Reply:  # noqa: ARG002 -- whatever is asked
        return self._reply


class Stages:
    """The stages as a worker has them, one by one."""

    def __init__(self, ledger: Ledger) -> None:
        self._dialect = GitHubDialect()
        self._ledger = ledger
        self._health = Health()
        self._own = Identity("gateway:github", SealedCredential({}))
        self._settings = GitHubUpstream.model_validate({"kind": "github"})

    def budget(self, following: Stage, points_a_minute: int | None = 1_000_000_000) -> Stage:
        """With GitHub's bounds; so many points a minute that it is never held up."""
        budget = self._settings.budget
        rules = BudgetRules(budget.in_flight, points_a_minute, budget.write_pause_seconds, budget.queue)
        clocks = {"clock": time.time, "monotonic": time.monotonic}
        gate = Gate("github", self._ledger, rules, **clocks)
        return Budget(following, "github", gate, self._ledger, self._dialect, self._own, self._health, **clocks)

    def breaker(self, following: Stage) -> Stage:
        breaker = self._settings.breaker
        rules = BreakerRules(
            breaker.failure_percent, breaker.minimum_requests, breaker.window_seconds, breaker.open_seconds
        )
        return Breaker(following, "github", Circuit(rules), clock=time.monotonic)

    def retry(self, following: Stage) -> Stage:
        return Retry(
            following,
            "github",
            RetryRules(),
            Allowance(10.0),
            self._dialect,
            self._health,
            clock=time.time,
            monotonic=time.monotonic,
            random=random.random,
        )


@contextmanager
def _chains() -> Iterator[dict[str, Stage]]:
    with ledger_file(2) as path:
        alone, shared = Stages(Ledger()), Stages(Ledger(path, 2))
        nothing = AtHand()
        yield {
            "nothing": nothing,
            "retry": alone.retry(nothing),
            "breaker": alone.breaker(nothing),
            "budget, one worker": alone.budget(nothing),
            "budget, one worker, without a pace": alone.budget(nothing, None),
            "budget, two workers": shared.budget(nothing),
            "budget, two workers, without a pace": shared.budget(nothing, None),
            ALL: shared.retry(shared.breaker(shared.budget(nothing))),
        }


def measure(*, rounds: int) -> list[Cost]:
    """Each chain in each round, one after the other; what is told is above that of no stage in the same round."""
    found: dict[str, list[float]] = {}
    with _chains() as chains:
        for _ in range(rounds + 1):  # the first warms up
            for name, chain in chains.items():
                found.setdefault(name, []).append(asyncio.run(_microseconds(chain)))
    bare = found.pop("nothing")
    return [
        Cost(name, tuple(took - without for took, without in zip(each[1:], bare[1:], strict=True)))
        for name, each in found.items()
    ]


async def _microseconds(stage: Stage) -> float:
    set_call(Call("benchmark", deadline=asyncio.get_running_loop().time() + 3_600))
    request = Request("GET", "repos/acme/rocket")
    started = time.process_time()
    for _ in range(REQUESTS):
        await stage.send(request)
    return (time.process_time() - started) / REQUESTS * 1e6


def median(cost: Cost) -> float:
    return statistics.median(cost.microseconds)
