"""The quota of a credential, the pace, and what may be under way at once: whatever passes here is asked of upstream."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from math import inf
from typing import Final

from multidict import CIMultiDict

from app.call import current_call
from app.errors import HeadgateError
from app.identity import Identity
from app.logs.logger import logger_of
from app.transport.budget.account import Account
from app.transport.budget.ask import Ask, Books, Hold
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger
from app.transport.budget.resources import Resources
from app.transport.budget.standing import (
    LONGEST_SECONDS,
    Refused,
    backoff_seconds,
    judge,
    patience_seconds,
    streak_after,
)
from app.transport.dialect import Dialect, Meaning, Quota, Reading
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Health
from app.transport.retry_after import retry_after_seconds
from app.transport.stage import Stage

logger = logger_of(__name__)

DEFAULT_BLOCK_SECONDS: Final = 60.0
LEAST_BLOCK_SECONDS: Final = 1.0
"""Where a limit should be over by our clock, which is ahead of upstream's."""
KNOWN_BOOKS: Final = 10_000
SILENT_SECONDS: Final = 600.0
"""For so long it is remembered that replies tell nothing of a quota (a GitHub Enterprise Server without rate limits)."""
ASK_AGAIN_SECONDS: Final = 30.0
_READ: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Budget:
    """Sends a request when upstream will take it, and learns from each reply what upstream will take.

    Raises (besides what comes from below):
        RateLimited: Upstream would refuse, as far as is known; it was not asked (`status` is None).
        QueueFull, DeadlineExceeded: Its turn does not come in time.
    """

    def __init__(
        self,
        following: Stage,
        upstream: str,
        gate: Gate,
        ledger: Ledger,
        dialect: Dialect,
        own: Identity,
        health: Health,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        """Besides its collaborators.

        Args:
            own: The gateway's own identity there, for calls that bring none.
            clock: Seconds since the epoch.
            monotonic: Seconds on the event loop's clock.
        """
        self._following = following
        self._upstream = upstream
        self._gate = gate
        self._ledger = ledger
        self._dialect = dialect
        self._own = own
        self._health = health
        self._clock = clock
        self._monotonic = monotonic
        self._books: dict[tuple[str, str], Books] = {}
        self._asked_at: dict[str, float] = {}
        self._resources = Resources(dialect)

    async def send(self, request: Request) -> Reply:
        call = current_call()
        identity = call.identity or self._own
        dialect = self._dialect
        points = dialect.quota_points(request)
        if points == 0:
            return await self._free(request, identity)
        books = self._books_of(identity.partition, self._resources.of(request))
        writes = request.method not in _READ and not dialect.reads_only(request)
        ask = Ask(books, points, dialect.pacing_points(request), writes, call)
        hold = self._gate.admit(ask)
        if hold is not None:
            await self._turn(ask, hold, identity)
        try:
            reply = await self._following.send(request)
            self._learn(request, reply, identity, books)
        except BaseException:
            self._gate.end(ask)
            raise
        if isinstance(reply, Buffered):
            self._gate.end(ask)
        else:
            self._gate.landed(ask)
            reply.on_end(partial(self._ended, ask))
        return reply

    def _ended(self, ask: Ask, error: HeadgateError | None) -> None:  # noqa: ARG002 -- however the body ended
        self._gate.end(ask)

    async def _turn(self, ask: Ask, hold: Hold, identity: Identity) -> None:
        if hold.unknown and self._may_ask_for_quotas(identity.partition):
            await self._ask_for_quotas(ask)
            again = self._gate.admit(ask)
            if again is None:
                return
            hold = again
        await self._gate.turn(ask, hold)

    @property
    def gate(self) -> Gate:
        """Who is under way, and who waits."""
        return self._gate

    def quotas(self) -> Iterator[Quota]:
        """Those of the gateway's own credential, as far as this worker has met them, as all workers know them together."""
        for resource, quota in sorted(self._health.quotas.items()):
            window = self._books_of(self._own.partition, resource).quota.standing().window
            if window is None:
                yield quota
            else:
                left = max(0, window.limit - window.used)
                yield Quota(resource, window.limit, left, window.used, window.reset_epoch_seconds)

    def blocks(self) -> Iterator[tuple[str, float]]:
        """The resources that must not be asked for with the gateway's own credential, each with when it may be again
        (seconds since the epoch).
        """
        now = self._clock()
        for (partition, resource), books in self._books.items():
            until, _ = books.quota.blocked
            if partition == self._own.partition and until > now:
                yield resource, until

    def _may_ask_for_quotas(self, partition: str) -> bool:
        """Once in a while, and one for all who wait."""
        now = self._monotonic()
        if now - self._asked_at.get(partition, -inf) < ASK_AGAIN_SECONDS:
            return False
        if len(self._asked_at) >= KNOWN_BOOKS:
            self._asked_at.clear()
        self._asked_at[partition] = now
        return True

    async def _ask_for_quotas(self, ask: Ask) -> None:
        """Asks for what is free to be asked, before a burst finds out request by request that the quota is spent."""
        target = self._dialect.quota_target()
        if target is None:
            return
        seconds = patience_seconds(ask.call.begin_until - self._monotonic())
        try:
            async with asyncio.timeout(seconds):
                await self.send(Request("GET", target, CIMultiDict(self._dialect.request_headers())))
        except (HeadgateError, TimeoutError) as error:
            # The replies to what was really asked will tell, or the error that they end in.
            logger.info("quotas not told", upstream=self._upstream, reason=type(error).__name__)

    async def _free(self, request: Request, identity: Identity) -> Reply:
        reply = await self._following.send(request)
        if isinstance(reply, Buffered) and request.target == self._dialect.quota_target() and reply.status == 200:
            self._take_in(self._dialect.reported_quotas(reply), identity, self._clock())
            self._gate.pump()
        return reply

    def _books_of(self, partition: str, resource: str) -> Books:
        books = self._books.get((partition, resource))
        if books is None or not (books.quota.is_current and books.pace.is_current):
            if len(self._books) >= KNOWN_BOOKS:
                self._books.clear()
            books = self._books[partition, resource] = Books(
                self._account(partition, resource),
                self._ledger.account(f"pace {self._upstream} {partition}"),
                resource,
                inf if self._dialect.quota_target() is None else 0.0,
            )
        return books

    def _account(self, partition: str, resource: str) -> Account:
        return self._ledger.account(f"quota {self._upstream} {partition} {resource}")

    def _learn(self, request: Request, reply: Reply, identity: Identity, books: Books) -> None:
        now = self._clock()
        quotas = self._dialect.quotas(reply.headers)
        if len(quotas) == 1:  # as nearly always
            quota = quotas[0]
            if quota.resource != books.resource:
                self._resources.learn(request, quota.resource)
                books = self._books_of(identity.partition, quota.resource)
            self._health.learn(identity.partition, quotas, own=identity is self._own)
            tells = books.quota.learn(quota, now + LONGEST_SECONDS)
        else:
            tells = self._take_in(quotas, identity, now)
        if not tells and reply.status < 500:
            books.silent_until = max(books.silent_until, self._monotonic() + SILENT_SECONDS)
        if (reply.status == 200 or 400 <= reply.status < 500) and isinstance(reply, Buffered):
            reading = self._dialect.read(reply, now)
            if reading.meaning is Meaning.SECONDARY_LIMIT or (
                reading.meaning is Meaning.PRIMARY_LIMIT and not _is_known_to_be_spent(books, now)
            ):
                self._block(books, reading, reply, now)

    def _take_in(self, quotas: tuple[Quota, ...], identity: Identity, now: float) -> bool:
        """Whether they tell of a window."""
        if not quotas:
            return False
        self._health.learn(identity.partition, quotas, own=identity is self._own)
        latest = now + LONGEST_SECONDS
        tell = [self._books_of(identity.partition, quota.resource).quota.learn(quota, latest) for quota in quotas]
        return any(tell)

    def _block(self, books: Books, reading: Reading, reply: Buffered, now: float) -> None:
        told, least = retry_after_seconds(reply.headers, now), reading.retry_after_seconds
        least = DEFAULT_BLOCK_SECONDS if least is None else max(LEAST_BLOCK_SECONDS, least)
        streak = streak_after(*books.quota.blocked, least, now)
        wait = backoff_seconds(told, least, streak)
        books.quota.block(now + wait, streak)
        logger.warning("limited", upstream=self._upstream, resource=books.resource, seconds=round(wait), streak=streak)


def _is_known_to_be_spent(books: Books, now: float) -> bool:
    """Whether what is known of the quota keeps the next one from being sent."""
    return isinstance(judge(books.quota.standing(), 1, 0, now), Refused)
