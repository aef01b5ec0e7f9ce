"""How the upstreams are."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic, time

from app.call import Call, current_call, serving
from app.errors import HeadgateError, NotConfigured
from app.services.answers.answer import CountedSlice
from app.services.answers.upstream import (
    BlockState,
    BreakerState,
    BudgetState,
    LastError,
    Latency,
    QuotaState,
    UpstreamState,
)
from app.services.queries import PageQuery
from app.transport.breaker.circuit import Circuit
from app.transport.budget.stage import Budget
from app.transport.dialect import Quota
from app.transport.exchange import Request
from app.transport.health import Health
from app.transport.stage import send_buffered
from app.transport.upstream import Upstream, Upstreams

NEWS_SECONDS = 10.0
"""For so long what was last seen of an upstream counts as known."""
PROBE_SECONDS = 2.0
"""So long a probe may take, unless the caller's deadline is sooner."""
LAST_EPOCH_SECOND = 253_402_300_799
"""The last second of the year 9999. A reset beyond is the upstream's nonsense, and no moment."""


class UpstreamService:
    """Tells what this worker has seen of each upstream, and probes those of which it has no fresh news.

    A probe asks for what costs no quota, so that looking at the state never spends what the state is about.
    """

    def __init__(
        self, upstreams: Upstreams, *, clock: Callable[[], float] = time, stopwatch: Callable[[], float] = monotonic
    ) -> None:
        """Besides its collaborators.

        Args:
            clock: Seconds since the epoch.
            stopwatch: Seconds since any moment, never going back: the clock of the upstreams' breakers.
        """
        self._upstreams = upstreams
        self._clock = clock
        self._stopwatch = stopwatch

    async def upstreams(self) -> CountedSlice[UpstreamState]:
        states = await asyncio.gather(*(self._state(upstream) for upstream in self._upstreams.values()))
        return CountedSlice(tuple(states), PageQuery(), more=False, total=len(states))

    async def upstream(self, name: str) -> UpstreamState:
        if name not in self._upstreams:
            raise NotConfigured(f"no upstream is configured under the name {name}")
        return await self._state(self._upstreams[name])

    async def _state(self, upstream: Upstream) -> UpstreamState:
        if not self._has_news(upstream.health):
            await self._probe(upstream)
        return self._seen(upstream)

    def _has_news(self, health: Health) -> bool:
        known_at = health.known_at_epoch_seconds
        return known_at is not None and self._clock() - known_at <= NEWS_SECONDS

    @staticmethod
    async def _probe(upstream: Upstream) -> None:
        deadline = min(current_call().deadline, asyncio.get_running_loop().time() + PROBE_SECONDS)
        request = Request("GET", upstream.dialect.probe_target())
        with serving(Call(deadline=deadline)), suppress(HeadgateError):  # its health tells what came of it
            await send_buffered(upstream.direct, request)

    def _seen(self, upstream: Upstream) -> UpstreamState:
        health = upstream.health
        failure = health.last_failure
        return UpstreamState(
            name=upstream.name,
            kind=upstream.kind,
            base_url=upstream.base_url,
            # No news even after a probe: it did not answer within the probe's time.
            reachable=self._has_news(health) and health.reachable is True,
            checked_at=_moment(self._clock()),
            last_error=None
            if failure is None
            else LastError(code=failure.code, detail=failure.detail, at=_moment(failure.at_epoch_seconds)),
            requests=health.requests,
            retries=health.repeated,
            latency=Latency(
                samples=len(health.latencies_seconds),
                p50_seconds=health.latency_seconds(0.5),
                p95_seconds=health.latency_seconds(0.95),
                max_seconds=health.latency_seconds(1.0),
            ),
            quotas=tuple(_quota_state(quota) for quota in _quotas(upstream)),
            breaker=None if health.circuit is None else self._breaker_state(health.circuit),
            budget=None if upstream.budget is None else _budget_state(upstream.budget),
        )

    def _breaker_state(self, circuit: Circuit) -> BreakerState:
        now = self._stopwatch()
        began_at = self._clock() - now  # of the stopwatch, on the clock
        seen = circuit.snapshot(now)
        return BreakerState(
            state=seen.state,
            since=None if seen.since is None else _moment_of_two_clocks(began_at + seen.since),
            retry_at=None if seen.retry_at is None else _moment_of_two_clocks(began_at + seen.retry_at),
            requests=seen.requests,
            failures=seen.failures,
            opened_times=seen.opened_times,
        )


def _quotas(upstream: Upstream) -> Iterable[Quota]:
    if upstream.budget is not None:
        return upstream.budget.quotas()
    return (quota for _, quota in sorted(upstream.health.quotas.items()))


def _budget_state(budget: Budget) -> BudgetState:
    return BudgetState(
        in_flight=budget.gate.in_flight,
        waiting=budget.gate.waiting,
        blocked=tuple(
            BlockState(resource=resource, until=_moment(round(until, 3))) for resource, until in sorted(budget.blocks())
        ),
    )


def _quota_state(quota: Quota) -> QuotaState:
    reset = quota.reset_epoch_seconds
    return QuotaState(
        resource=quota.resource,
        limit=quota.limit,
        remaining=quota.remaining,
        used=quota.used,
        reset_at=_moment(reset) if reset is not None and 0 <= reset <= LAST_EPOCH_SECOND else None,
    )


def _moment(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)


def _moment_of_two_clocks(epoch_seconds: float) -> datetime:
    """To the millisecond: one is read after the other, and the same moment is to look the same the next time."""
    return _moment(round(epoch_seconds, 3))
