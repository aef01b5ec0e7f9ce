"""What a day's reads cost of GitHub's quota, by policy: the cache's real stages over a simulated GitHub, in virtual time."""

import asyncio
import gc
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from math import floor
from typing import Any, NamedTuple

from multidict import CIMultiDict, CIMultiDictProxy

from app.call import Call, set_call
from app.clients.github import GitHubDialect
from app.freshness import freshness_policy
from app.identity import Identity, SealedCredential
from app.settings import GitHubUpstream
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.filling import CacheFilling
from app.transport.caching.lookup import CacheLookup
from app.transport.caching.memory import MemoryStore
from app.transport.caching.remembered import Shelf
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage
from benchmarks.changing_world import Load, World, fewest_points, reads
from benchmarks.virtual_time import run

LATENCY_SECONDS = 0.1
EPOCH = 1_700_000_000.0
"""What the virtual clock's zero is in seconds since the epoch."""
NO_CACHE = "no cache"
TTL = "TTL cache: 60 s, then fetched anew"
ALWAYS = "Headgate, `always_validate: true`"
DEFAULT = "Headgate, its default for GitHub"
FLOOR = "Headgate, `fresh_at_least_seconds: 600`"

POLICIES: dict[str, dict[str, Any] | None] = {
    NO_CACHE: None,
    TTL: {"fresh_seconds": 60, "stale_while_revalidate_seconds": 0},
    ALWAYS: {"always_validate": True},
    DEFAULT: {},
    FLOOR: {"fresh_at_least_seconds": 600, "stale_while_revalidate_seconds": 60},
}
"""By name: the section `cache` of the upstream; None: nothing between the callers and GitHub."""


class Share(NamedTuple):
    """How many of a load's reads reach upstream by the default policy.

    Attributes:
        reads_per_second: Of the load.
        exponent: Of the load.
        forwarded: The share.
    """

    reads_per_second: float
    exponent: float
    forwarded: float


@dataclass(frozen=True, slots=True)
class Day:
    """What came of one policy.

    Attributes:
        policy: Its name.
        reads: How many there were.
        requests: How many reached GitHub.
        points: What these cost.
        most_points_an_hour: In the busiest hour.
        stale: The share of the answers that were no longer true when they were given.
        stale_seconds: For how long they had not been: the median of all answers, the 99th percentile, the maximum.
    """

    policy: str
    reads: int
    requests: int
    points: int
    most_points_an_hour: int
    stale: float
    stale_seconds: tuple[float, float, float]


class SimulatedGitHub:
    """The stage below the cache, with GitHub's cost rules.

    "Making a conditional request does not count against your primary rate limit if a 304 response is returned and the
    request was made while correctly authorized" (Best practices for using the REST API).
    """

    def __init__(self, world: World, *, validates: bool) -> None:
        self._world = world
        self._validates = validates
        self.requests = 0
        self.points_by_hour: Counter[int] = Counter()

    async def send(self, request: Request) -> Reply:
        self.requests += 1
        there = asyncio.get_running_loop().time() + LATENCY_SECONDS / 2
        await asyncio.sleep(LATENCY_SECONDS)
        version = self._world.version(resource_of(request.target), there)
        headers = CIMultiDict({"Cache-Control": "private, max-age=60, s-maxage=60", "X-Version": str(version)})
        if self._validates:
            headers["ETag"] = f'"{version}"'
            if request.headers.get("If-None-Match") == headers["ETag"]:
                return _reply(304, headers)
        self.points_by_hour[floor(there / 3_600)] += 1
        return _reply(200, headers)


def _reply(status: int, headers: CIMultiDict[str]) -> Buffered:
    return Buffered("github", status, CIMultiDictProxy(headers), b"{}" if status == 200 else b"", 1_000)


def resource_of(target: str) -> int:
    return int(target.removeprefix("repos/acme/r"))


def stages(below: Stage, rules: dict[str, Any], clock: Callable[[], float]) -> tuple[Stage, Coalescing]:
    """The cache as a worker has it, from looking up to filling."""
    dialect = GitHubDialect()
    settings = GitHubUpstream.model_validate({"kind": "github", "cache": rules})
    shelf = Shelf("github", MemoryStore(2**30), 2**20)
    filling = CacheFilling(below, shelf, dialect, clock=clock)
    flights = Coalescing(filling, "github", shelf.store, flight_seconds=30.0)
    own = Identity("gateway:github", SealedCredential({}))
    policy = freshness_policy(settings, dialect.immutable_routes())
    return CacheLookup(flights, shelf, settings.base_url, dialect, own, policy, clock=clock), flights


def simulate(policy: str, load: Load) -> Day:
    """A day under one policy."""
    gc.set_threshold(50_000, 20, 50)  # as a worker has it (app/cli/worker/life.py)
    return run(_simulated(policy, load))


async def _simulated(policy: str, load: Load) -> Day:
    loop = asyncio.get_running_loop()
    world = World(load)
    github = SimulatedGitHub(world, validates=policy != TTL)
    rules = POLICIES[policy]
    entrance: Stage = github
    flights: Coalescing | None = None
    if rules is not None:
        entrance, flights = stages(github, rules, clock=lambda: EPOCH + loop.time())
    stale: list[float] = []

    async def read(resource: int) -> None:
        set_call(Call())
        reply = await entrance.send(Request("GET", f"repos/acme/r{resource}"))
        stale.append(world.stale_seconds(resource, int(reply.headers["X-Version"]), loop.time()))

    coming = reads(load)
    finished = loop.create_future()
    tasks: set[asyncio.Task[None]] = set()

    def begin(resource: int) -> None:
        """Starts a read, and sees to the next; cheaper than to sleep until then."""
        task = loop.create_task(read(resource))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if (following := next(coming, None)) is None:
            finished.set_result(None)
        else:
            loop.call_at(following[0], begin, following[1])

    begin(next(coming)[1])
    await finished
    await asyncio.gather(*tasks)
    if flights is not None:
        await flights.close()
    stale.sort()
    points = github.points_by_hour
    return Day(
        policy,
        len(stale),
        github.requests,
        points.total(),
        max(points.values()),
        sum(seconds > 0 for seconds in stale) / len(stale),
        (stale[len(stale) // 2], stale[len(stale) * 99 // 100], stale[-1]),
    )


def measure(load: Load, policies: tuple[str, ...] = tuple(POLICIES), *, processes: int = 2) -> tuple[int, list[Day]]:
    """The fewest points that always fresh answers can cost, and what each policy did. The longest begin first."""
    with ProcessPoolExecutor(processes) as pool:
        fewest = pool.submit(_fewest, load)
        days = {policy: pool.submit(simulate, policy, load) for policy in sorted(policies, key=_work, reverse=True)}
        return fewest.result(), [days[policy].result() for policy in policies]


def measure_shares(*, processes: int = 2) -> list[Share]:
    """Of loads that differ in rate and concentration; each for half an hour, or 200,000 reads where that is less."""
    loads = [
        Load(reads_per_second=rate, exponent=exponent, seconds=min(1_800.0, 200_000 / rate))
        for rate in (10.0, 50.0, 250.0)
        for exponent in (1.0, 1.25, 1.5)
    ]
    with ProcessPoolExecutor(processes) as pool:
        days = list(pool.map(simulate, [DEFAULT] * len(loads), loads))
    return [
        Share(load.reads_per_second, load.exponent, day.requests / day.reads)
        for load, day in zip(loads, days, strict=True)
    ]


def _fewest(load: Load) -> int:
    return fewest_points(load, World(load))


def _work(policy: str) -> int:
    """The more is forwarded through the stages, the longer it takes."""
    return [NO_CACHE, FLOOR, DEFAULT, TTL, ALWAYS].index(policy)
