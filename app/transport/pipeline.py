"""The order of the stages, drawn once.

    telemetry → redirects → cache, looking up → coalescing → cache, filling
        → retry → breaker → spending → budget → observation → tracing → credentials → wire

A fresh hit goes no further than *looking up*. *Coalescing* begins a flight: what is below it runs in a task of its own,
once for all who ask the same. Every attempt of *retry* passes what is below, so that breaker, budget and observation count
each. A stage above `credentials` never holds a token; a stage above `wire` never meets an exception of aiohttp. While spans
are made (`tracing.otlp_endpoint`), each stage that may take its time is wrapped in one that measures it.
"""

import random
import time
from dataclasses import dataclass
from functools import partial
from typing import Final

from app.identity import Identity
from app.journal.journal import Journal
from app.spans.span import Spans
from app.transport.breaker.circuit import BreakerRules, Circuit
from app.transport.breaker.stage import Breaker
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger
from app.transport.budget.rules import BudgetRules
from app.transport.budget.stage import Budget
from app.transport.caching.coalescing import Coalescing, Sharing
from app.transport.caching.filling import CacheFilling
from app.transport.caching.lookup import CacheLookup
from app.transport.caching.policy import FreshnessPolicy
from app.transport.caching.queries import Queries
from app.transport.caching.remembered import Shelf
from app.transport.caching.store import Store
from app.transport.credentials import Credentials
from app.transport.dialect import Dialect
from app.transport.health import Health
from app.transport.observation import Observation
from app.transport.redirects import Redirects
from app.transport.retry.allowance import Allowance
from app.transport.retry.rules import RetryRules
from app.transport.retry.stage import Retry
from app.transport.session import UpstreamSession
from app.transport.spending import Spending
from app.transport.stage import Stage
from app.transport.telemetry import Telemetry
from app.transport.tracing import Traced, TracedClient, TracedSharing, TracePropagation
from app.transport.wire import Wire, WireLimits

FLIGHT_MARGIN_SECONDS = 5.0
"""How much longer than its attempts a flight may take: waiting for another worker's, and what comes between."""


@dataclass(frozen=True, slots=True)
class WeatherRules:
    """What to do when an upstream fails, stalls and limits."""

    retry: RetryRules
    breaker: BreakerRules
    budget: BudgetRules


@dataclass(frozen=True, slots=True)
class Tracing:
    """What becomes of the trace of a request.

    Attributes:
        propagate: Whether upstreams are told of it.
        spans: Where spans go; None: none are made.
    """

    propagate: bool = True
    spans: Spans | None = None


PROPAGATED: Final = Tracing()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One upstream's stages.

    Attributes:
        entrance: The outermost stage.
        direct: The first one below the cache: what is asked there is asked of the upstream.
        flights: What is under way; to be closed before the session is.
        budget: What the quotas allow, and who waits.
    """

    entrance: Stage
    direct: Stage
    flights: tuple[Coalescing, ...]
    budget: Budget


def build_pipeline(
    session: UpstreamSession,
    base_url: str,
    limits: WireLimits,
    dialect: Dialect,
    own: Identity,
    health: Health,
    store: Store,
    policy: FreshnessPolicy,
    ledger: Ledger,
    journal: Journal,
    weather: WeatherRules,
    tracing: Tracing = PROPAGATED,
) -> Pipeline:
    """One upstream's stages.

    Args:
        session: The upstream's one session.
        base_url: Ends in `/`.
        limits: Time and bytes for a request.
        dialect: The upstream's rules.
        own: The gateway's own identity there, for calls that bring none.
        health: Where observation and others write what they see.
        store: Where replies are kept, those of all upstreams.
        policy: How long they are fresh.
        ledger: What the workers know together of quotas, those of all upstreams.
        journal: Where each exchange is noted.
        weather: What to do when it fails, stalls and limits.
        tracing: What becomes of the trace of a request.
    """
    upstream = session.upstream
    spans = tracing.spans

    def traced(stage: Stage, name: str) -> Stage:
        return stage if spans is None else Traced(stage, name, upstream, spans)

    stage: Stage = Wire(session, base_url, limits)
    stage = Credentials(stage, own, session.passwords, repeated=dialect.credential_form().repeated)
    if tracing.propagate:
        stage = TracePropagation(stage)
    if spans is not None:
        stage = TracedClient(stage, upstream, base_url, spans)
    seen = stage = Observation(
        stage, upstream, health, dialect, own, journal, clock=time.time, stopwatch=time.monotonic
    )
    gate = Gate(upstream, ledger, weather.budget, clock=time.time, monotonic=time.monotonic)
    stage = budget = Budget(
        stage, upstream, gate, ledger, dialect, own, health, clock=time.time, monotonic=time.monotonic
    )
    # Where quotas can be asked for at no cost, to look at the upstream's state is to learn of them.
    direct = seen if dialect.quota_target() is None else stage
    stage = traced(stage, "budget")
    stage = Spending(stage, upstream, dialect, own)
    health.circuit = Circuit(weather.breaker)
    stage = traced(Breaker(stage, upstream, health.circuit, clock=time.monotonic, turn_away=gate.turn_away), "breaker")
    stage = Retry(
        stage,
        upstream,
        weather.retry,
        Allowance(weather.retry.budget_percent),
        dialect,
        health,
        clock=time.time,
        monotonic=time.monotonic,
        random=random.random,
        quick_seconds=partial(_quickest_seconds, health),
    )
    stage = traced(stage, "retry")
    shelf = Shelf(upstream, store, limits.decompressed_bytes)
    filling: Sharing = CacheFilling(stage, shelf, dialect)
    if spans is not None:
        filling = TracedSharing(filling, "flight", upstream, spans)
    flight_seconds = weather.retry.attempts * limits.total_seconds + FLIGHT_MARGIN_SECONDS
    flights = Coalescing(filling, upstream, store, flight_seconds=flight_seconds)
    queries = Queries(stage, upstream, store, dialect, own, flight_seconds=flight_seconds)
    stage = traced(CacheLookup(flights, shelf, base_url, dialect, own, policy, queries), "cache")
    stage = traced(Redirects(stage, upstream, base_url), "redirects")
    return Pipeline(
        Telemetry(stage, upstream, dialect, stopwatch=time.monotonic), direct, (flights, queries.flights), budget
    )


def _quickest_seconds(health: Health) -> float:
    """How long the quickest of the last replies took: no attempt is begun that has less time than that."""
    return health.latency_seconds(0.0) or 0.0
