"""Real upstreams for tests: a session, the whole pipeline and a dialect, pointed at whatever answers at a base URL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.identity import ANONYMOUS, Identity
from app.journal.journal import Journal
from app.transport.budget.ledger import Ledger
from app.transport.caching.memory import MemoryStore
from app.transport.caching.policy import Freshness, FreshnessPolicy
from app.transport.dialect import Dialect
from app.transport.health import Health
from app.transport.pipeline import build_pipeline
from app.transport.session import Connection, UpstreamSession
from app.transport.upstream import Upstream, open_sessions
from app.transport.wire import WireLimits
from tests.weather import ONCE

CONNECTION = Connection(
    user_agent="headgate-tests", connect_seconds=2, read_seconds=5, connections=10, keepalive_seconds=5
)
LIMITS = WireLimits(
    connect_seconds=2, read_seconds=5, total_seconds=10, buffered_bytes=4_000_000, decompressed_bytes=16_000_000
)
STORE_BYTES = 16_000_000
AS_UPSTREAM_SAYS = FreshnessPolicy(Freshness())
ALWAYS_ASKED = FreshnessPolicy(Freshness(always_validate=True))
"""For tests of what goes out: each question does, though perhaps as a conditional one."""


@asynccontextmanager
async def upstream_at(
    base_url: str,
    dialect: Dialect,
    *,
    name: str,
    token: str | None = None,
    limits: WireLimits = LIMITS,
    policy: FreshnessPolicy = AS_UPSTREAM_SAYS,
) -> AsyncIterator[Upstream]:
    """Opened for the block, with an empty cache; with `token` the upstream's own identity is authorised as its dialect
    says.
    """
    own = ANONYMOUS
    if token is not None:
        own = Identity(f"{name}:own", dialect.credential_form().sealed(token))
    session = UpstreamSession(name, CONNECTION)
    health = Health()
    store = MemoryStore(STORE_BYTES)
    pipeline = build_pipeline(session, base_url, limits, dialect, own, health, store, policy, Ledger(), Journal(), ONCE)
    upstream = Upstream(
        name, name, base_url, dialect, pipeline.entrance, pipeline.direct, session, health, pipeline.flights
    )
    async with asynccontextmanager(open_sessions)({name: upstream}, store):
        yield upstream
