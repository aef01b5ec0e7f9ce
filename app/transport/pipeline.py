"""The order of the stages, drawn once.

    telemetry → redirects → credentials → wire

Coming issues insert theirs between redirects and credentials: cache, coalescing, retry, breaker, budget. A stage
above `credentials` never holds a token; a stage above `wire` never meets an exception of aiohttp.
"""

import time

from app.identity import Identity
from app.transport.credentials import Credentials
from app.transport.dialect import Dialect
from app.transport.health import Health
from app.transport.redirects import Redirects
from app.transport.session import UpstreamSession
from app.transport.stage import Stage
from app.transport.telemetry import Telemetry
from app.transport.wire import Wire, WireLimits


def build_pipeline(
    session: UpstreamSession, base_url: str, limits: WireLimits, dialect: Dialect, own: Identity, health: Health
) -> Stage:
    """One upstream's stages, outermost first in the result.

    Args:
        session: The upstream's one session.
        base_url: Ends in `/`.
        limits: Time and bytes for a request.
        dialect: The upstream's rules.
        own: The gateway's own identity there, for calls that bring none.
        health: Where telemetry writes what it sees.
    """
    stage: Stage = Wire(session, base_url, limits)
    stage = Credentials(stage, own)
    stage = Redirects(stage, session.upstream, base_url)
    return Telemetry(stage, session.upstream, dialect, health, clock=time.time, stopwatch=time.monotonic)
