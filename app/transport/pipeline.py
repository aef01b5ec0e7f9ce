"""The order of the stages, drawn once.

    telemetry → redirects → cache, looking up → coalescing → cache, filling → observation → credentials → wire

A fresh hit goes no further than *looking up*. *Coalescing* begins a flight: what is below it runs in a task of its own,
once for all who ask the same. Coming issues insert theirs between filling and observation: retry, breaker, budget. A
stage above `credentials` never holds a token; a stage above `wire` never meets an exception of aiohttp.
"""

import time
from dataclasses import dataclass

from app.identity import Identity
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.filling import CacheFilling
from app.transport.caching.lookup import CacheLookup
from app.transport.caching.policy import FreshnessPolicy
from app.transport.caching.remembered import Shelf
from app.transport.caching.store import Store
from app.transport.credentials import Credentials
from app.transport.dialect import Dialect
from app.transport.health import Health
from app.transport.observation import Observation
from app.transport.redirects import Redirects
from app.transport.session import UpstreamSession
from app.transport.stage import Stage
from app.transport.telemetry import Telemetry
from app.transport.wire import Wire, WireLimits

FLIGHT_MARGIN_SECONDS = 5.0
"""How much longer than one exchange a flight may take: waiting for another worker's, and what comes between."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One upstream's stages.

    Attributes:
        entrance: The outermost stage.
        direct: The first one below the cache: what is asked there is asked of the upstream.
        flights: What is under way; to be closed before the session is.
    """

    entrance: Stage
    direct: Stage
    flights: Coalescing


def build_pipeline(
    session: UpstreamSession,
    base_url: str,
    limits: WireLimits,
    dialect: Dialect,
    own: Identity,
    health: Health,
    store: Store,
    policy: FreshnessPolicy,
) -> Pipeline:
    """One upstream's stages.

    Args:
        session: The upstream's one session.
        base_url: Ends in `/`.
        limits: Time and bytes for a request.
        dialect: The upstream's rules.
        own: The gateway's own identity there, for calls that bring none.
        health: Where observation writes what it sees.
        store: Where replies are kept, those of all upstreams.
        policy: How long they are fresh.
    """
    upstream = session.upstream
    stage: Stage = Wire(session, base_url, limits)
    stage = Credentials(stage, own)
    stage = Observation(stage, upstream, dialect, own, health, clock=time.time, stopwatch=time.monotonic)
    direct = stage
    shelf = Shelf(upstream, store, limits.decompressed_bytes)
    filling = CacheFilling(direct, shelf, dialect)
    flight_seconds = limits.total_seconds + FLIGHT_MARGIN_SECONDS
    flights = Coalescing(filling, upstream, store, flight_seconds=flight_seconds)
    stage = CacheLookup(flights, shelf, base_url, dialect, own, policy)
    stage = Redirects(stage, upstream, base_url)
    return Pipeline(Telemetry(stage, upstream, stopwatch=time.monotonic), direct, flights)
