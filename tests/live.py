"""Real upstreams for tests: a session, the whole pipeline and a dialect, pointed at whatever answers at a base URL."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.identity import ANONYMOUS, Identity, SealedCredential
from app.transport.dialect import Dialect
from app.transport.health import Health
from app.transport.pipeline import build_pipeline
from app.transport.session import Connection, UpstreamSession
from app.transport.upstream import Upstream
from app.transport.wire import WireLimits

CONNECTION = Connection(
    user_agent="headgate-tests", connect_seconds=2, read_seconds=5, connections=10, keepalive_seconds=5
)
LIMITS = WireLimits(
    connect_seconds=2, read_seconds=5, total_seconds=10, buffered_bytes=4_000_000, decompressed_bytes=16_000_000
)


@asynccontextmanager
async def upstream_at(
    base_url: str, dialect: Dialect, *, name: str, token: str | None = None, limits: WireLimits = LIMITS
) -> AsyncIterator[Upstream]:
    """Opened for the block; with `token` the upstream's own identity is authorised as its dialect says."""
    own = ANONYMOUS
    if token is not None:
        own = Identity(f"{name}:own", SealedCredential(dialect.credential_fields(token)))
    session = UpstreamSession(name, CONNECTION)
    health = Health()
    pipeline = build_pipeline(session, base_url, limits, dialect, own, health)
    await session.open()
    try:
        yield Upstream(name, name, base_url, dialect, pipeline, session, health)
    finally:
        await session.close()
