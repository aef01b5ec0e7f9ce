"""What every typed client shares: build the request, send it, let the dialect read the reply, parse it or raise."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from multidict import CIMultiDict
from pydantic import TypeAdapter

from app.call import current_call
from app.clients.paging import Page, links
from app.clients.refusal import refusal
from app.transport.dialect import Meaning, Reading
from app.transport.exchange import Buffered, Request
from app.transport.redirects import redirected_target
from app.transport.stage import send_buffered
from app.transport.upstream import Upstream

T = TypeVar("T")

LONGEST_POLLING_SECONDS = 2.0
"""What upstream wants to compute for longer than this is not waited for: whoever asked can come back."""


class TypedClient:
    """The base of the typed clients. Holds no session of its own: it sends through its upstream's transport."""

    def __init__(
        self,
        upstream: Upstream,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Besides the upstream.

        Args:
            clock: Seconds since the epoch.
            sleep: Waits for so many seconds, between two askings for what is being computed.
        """
        self._upstream = upstream
        self._headers = CIMultiDict(upstream.dialect.request_headers())
        self._clock = clock
        self._sleep = sleep

    async def _reply(self, target: str) -> Buffered:
        """The reply to a GET, once it is what was asked for. What is still being computed is asked for again a few times,
        as long as that can be begun for the call.

        Raises:
            ReplyError: Upstream refuses, fails, or is still computing when that ends; or it was known to refuse, and
                not asked (`status` is None).
            TransportError: No usable reply.
            NotAsked, DeadlineExceeded: Upstream is left alone at the moment, or there is no time to ask it.
        """
        attempt = 0
        while True:
            request = Request("GET", target, self._headers, follow_redirects=True)
            reply = await send_buffered(self._upstream.transport, request)
            reading = self._upstream.dialect.read(reply, self._clock())
            if reading.meaning is Meaning.SUCCESS:
                return reply
            attempt += 1
            delay_seconds = self._delay_seconds(reading, attempt)
            if delay_seconds is None or not _fits(delay_seconds):
                raise refusal(self._upstream.name, reply.status, reading)
            await self._sleep(delay_seconds)

    def _delay_seconds(self, reading: Reading, attempt: int) -> float | None:
        """How long to wait before asking again: not less than upstream says. `None`: it is not worth while."""
        if reading.meaning is not Meaning.COMPUTING:
            return None
        delay_seconds = self._upstream.dialect.polling_delay_seconds(attempt)
        told_seconds = reading.retry_after_seconds or 0.0
        if delay_seconds is None or told_seconds > LONGEST_POLLING_SECONDS:
            return None
        return max(delay_seconds, told_seconds)

    async def _page(self, target: str, shape: TypeAdapter[tuple[T, ...]]) -> Page[T]:
        """A page of a list whose body is the list itself and whose neighbours are in the Link field."""
        reply = await self._reply(target)
        before, after = self._neighbours(target, reply)
        items = () if reply.status == 204 else reply.parse(shape)  # GitHub says "none at all" with 204
        return Page(items, lambda there: self._page(there, shape), next=after, previous=before)

    def _neighbours(self, target: str, reply: Buffered) -> tuple[str | None, str | None]:
        """The targets of the page before and the page after; a link that leaves the upstream counts as none."""
        found = links(", ".join(reply.headers.getall("Link", [])))
        before, after = (
            None if url is None else redirected_target(self._upstream.base_url, target, url)
            for url in (found.get("prev"), found.get("next"))
        )
        return before, after


def _fits(delay_seconds: float) -> bool:
    """Whether something may still be begun for the call after so long."""
    return asyncio.get_running_loop().time() + delay_seconds < current_call().begin_until
