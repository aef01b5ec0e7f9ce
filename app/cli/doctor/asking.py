"""Asks upstreams by the gateway's own stages and with its own credential, as it would itself, but keeps nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from time import time

from app.call import Call, serving
from app.cli.doctor.facts import PROBE_SECONDS, Answered
from app.container import Container
from app.errors import HeadgateError
from app.settings import Settings
from app.transport.exchange import Headers, Request
from app.transport.stage import send_buffered
from app.transport.upstream import Upstreams, open_sessions

SCOPES = "X-OAuth-Scopes"
EXPIRES = "github-authentication-token-expiration"


class Questions:
    """Put to upstreams whose sessions are open."""

    def __init__(self, upstreams: Upstreams) -> None:
        self._upstreams = upstreams

    async def ask(self, name: str) -> Answered:
        """What the upstream of this name says of its quotas. That is asked below the breaker, once."""
        upstream = self._upstreams[name]
        asked_at = time()
        deadline = asyncio.get_running_loop().time() + PROBE_SECONDS
        try:
            with serving(Call(request_id="doctor", caller_name="doctor", deadline=deadline)):
                reply = await send_buffered(upstream.direct, Request("GET", upstream.dialect.probe_target()))
        except HeadgateError as error:
            return Answered(None, error.detail, asked_at, time())
        headers = reply.headers
        return Answered(
            reply.status,
            "",
            asked_at,
            time(),
            _date(headers),
            headers.get(SCOPES),
            headers.get(EXPIRES, ""),
            tuple(upstream.dialect.reported_quotas(reply)),
        )


@asynccontextmanager
async def questions(settings: Settings) -> AsyncIterator[Questions]:
    """For as long as the block runs."""
    # With a store in memory: what a command asks is nobody's answer later.
    in_memory = settings.cache.model_copy(update={"store": "memory"})
    container = Container(settings=settings.model_copy(update={"cache": in_memory}))
    upstreams = container.upstreams()
    async with asynccontextmanager(open_sessions)(upstreams, container.store()):
        yield Questions(upstreams)


def _date(headers: Headers) -> float | None:
    try:
        return parsedate_to_datetime(headers["Date"]).timestamp()
    except (KeyError, ValueError):
        return None
