"""Looks once a second at what nobody notes when it changes, and sets the gauges to it."""

import asyncio
import time
from collections.abc import Callable
from typing import Final, Protocol

from app.metrics import families, process
from app.metrics.bounds import names
from app.metrics.family import Family, Key
from app.metrics.loop_lag import LoopLag
from app.metrics.metrics import Metrics
from app.metrics.tally import MOST_NAMES
from app.transport.breaker.circuit import State
from app.transport.budget.stage import Budget
from app.transport.caching.store import Store
from app.transport.dialect import Quota
from app.transport.upstream import Upstream, Upstreams

GAUGE_SECONDS: Final = 1.0
STORE_LOOKS: Final = 5
"""Every so many looks the store is asked, which has to count for it."""
STORE_SECONDS: Final = 2.0
OWN_CREDENTIAL: Final = "gateway"

_STATES: Final[dict[State, int]] = {"closed": 0, "half_open": 1, "open": 2}


class Held(Protocol):
    """What a worker has in memory."""

    def __len__(self) -> int: ...

    @property
    def size_bytes(self) -> int: ...


class UnderWay(Protocol):
    """What a worker is busy with."""

    @property
    def requests(self) -> int: ...


class Looking:
    """One worker's.

    Attributes:
        lag: Is to be told of each tick.
    """

    def __init__(
        self,
        metrics: Metrics,
        upstreams: Upstreams,
        store: Store,
        answers: Held,
        under_way: UnderWay,
        *,
        workers: int,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        cpu_seconds: Callable[[], float] = time.process_time,
        store_seconds: float = STORE_SECONDS,
    ) -> None:
        """Besides its collaborators.

        Args:
            workers: As many there shall be.
            clock: Seconds since the epoch.
            monotonic: The clock of the upstreams' breakers, and of the event loop.
            cpu_seconds: What this process has had of the processor.
            store_seconds: How long the store may take to tell of itself.
        """
        self._metrics = metrics
        self._upstreams = upstreams
        self._store = store
        self._answers = answers
        self._under_way = under_way
        self._workers = workers
        self.lag = LoopLag(monotonic)
        self._clock = clock
        self._monotonic = monotonic
        self._cpu_seconds = cpu_seconds
        self._store_seconds = store_seconds
        self._resources = names(MOST_NAMES)
        self._blocked: set[tuple[str, str]] = set()
        self._grown: dict[Key, float] = {}
        self._looks = 0

    async def look(self) -> None:
        """To be called every `GAUGE_SECONDS`."""
        for upstream in self._upstreams.values():
            self._look_at(upstream)
        self._look_at_process()
        if self._looks % STORE_LOOKS == 0:
            await self._look_at_store()
        self._looks += 1

    def _look_at(self, upstream: Upstream) -> None:
        name, health, metrics = upstream.name, upstream.health, self._metrics
        metrics.set(families.POOL_IN_USE, upstream.session.connections_in_use, name)
        metrics.set(families.POOL_LIMIT, upstream.session.connections_limit, name)
        self._grow(families.UPSTREAM_RETRIES, health.repeated, name)
        if health.circuit is not None:
            seen = health.circuit.snapshot(self._monotonic())
            metrics.set(families.BREAKER_STATE, _STATES[seen.state], name)
            self._grow(families.BREAKER_OPENED, seen.opened_times, name)
        if upstream.budget is not None:
            self._look_at_budget(name, upstream.budget)

    def _look_at_budget(self, name: str, budget: Budget) -> None:
        metrics, gate, now = self._metrics, budget.gate, self._clock()
        metrics.set(families.UPSTREAM_UNDER_WAY, gate.in_flight, name)
        metrics.set(families.QUEUE_WAITING, gate.waiting, name)
        waits = tuple(gate.waits_seconds)
        gate.waits_seconds.clear()
        metrics.observe(families.QUEUE_SECONDS, waits, name)
        for quota in budget.quotas():
            self._tell(name, quota, now)
        blocks = {(name, self._resources.of(resource)): until for resource, until in budget.blocks()}
        for place in self._blocked | set(blocks):
            if place[0] == name:
                metrics.set(families.QUOTA_BLOCKED, max(0.0, blocks.get(place, now) - now), *place, OWN_CREDENTIAL)
        self._blocked |= set(blocks)

    def _tell(self, upstream: str, quota: Quota, now: float) -> None:
        place = (upstream, self._resources.of(quota.resource), OWN_CREDENTIAL)
        remaining, used, reset = quota.remaining, quota.used, quota.reset_epoch_seconds
        if reset is not None and reset <= now:  # its window is over, and nobody has asked since
            remaining, used = quota.limit, 0
        self._metrics.set(families.QUOTA_LIMIT, quota.limit, *place)
        self._metrics.set(families.QUOTA_REMAINING, remaining, *place)
        self._metrics.set(families.QUOTA_USED, used, *place)
        self._metrics.set(families.QUOTA_RESET, reset, *place)

    def _look_at_process(self) -> None:
        metrics = self._metrics
        metrics.set(families.WORKERS, 1)
        metrics.set(families.WORKERS_WANTED, self._workers)
        metrics.set(families.REQUESTS_UNDER_WAY, self._under_way.requests)
        metrics.set(families.ANSWERS, len(self._answers))
        metrics.set(families.ANSWERS_BYTES, self._answers.size_bytes)
        metrics.set(families.RESIDENT_BYTES, process.resident_bytes())
        metrics.set(families.OPEN_FILES, process.open_files())
        metrics.observe(families.LAG, self.lag.taken())
        self._grow(families.CPU_SECONDS, self._cpu_seconds())

    async def _look_at_store(self) -> None:
        metrics = self._metrics
        try:
            async with asyncio.timeout(self._store_seconds):
                stats = await self._store.stats()
        except TimeoutError:  # a disk that does not answer keeps nothing, and must not keep us from all the rest
            metrics.set(families.STORE_DEGRADED, 1)
            return
        if stats.kind == "disk":
            metrics.set(families.DISK_ENTRIES, stats.entries)
            metrics.set(families.DISK_BYTES, stats.bytes)
            metrics.set(families.DISK_MAX_BYTES, stats.max_bytes)
        metrics.set(families.MEMORY_ENTRIES, stats.memory_entries)
        metrics.set(families.MEMORY_BYTES, stats.memory_bytes)
        metrics.set(families.STORE_DEGRADED, stats.degraded is not None)
        self._grow(families.EVICTIONS, stats.evictions)

    def _grow(self, family: Family, total: float, *labels: str) -> None:
        """What somebody else counts since this worker began."""
        key = family.key(*labels)
        before = self._grown.get(key, 0.0)
        self._metrics.add(family, total - before, *labels)
        self._grown[key] = max(before, total)
