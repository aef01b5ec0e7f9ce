"""The cache, looking up: a fresh reply goes no further, a stale one answers when what is below fails or refuses."""

import asyncio
from collections.abc import Callable
from math import inf
from time import time

from multidict import CIMultiDict

from app.call import Call, current_call
from app.errors import DeadlineExceeded, HeadgateError, NotAsked, NotCached, RateLimited, TransportError
from app.identity import Identity
from app.transport.caching import status_field
from app.transport.caching.asked import as_asked
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.entries import Times, describes, revalidated
from app.transport.caching.entry import Entry, Key
from app.transport.caching.invalidation import invalidated
from app.transport.caching.policy import Freshness, FreshnessPolicy
from app.transport.caching.remembered import HIT, Remembered, Shelf
from app.transport.caching.reuse import NOTHING_WANTED, Verdict, Wants, judge, may_serve_on_error, wants_of
from app.transport.caching.ticket import Ticket
from app.transport.caching.validation import own_conditions, whole
from app.transport.caching.variants import matching
from app.transport.dialect import Dialect, Meaning
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""RFC 9110 section 9.2.1."""

_GONE = frozenset({401, 404, 410, 451})
"""What a HEAD can say for certain of what is stored; a 403 may be a limit, and has no body that would tell."""

_OF_A_GATEWAY = frozenset({502, 504})
"""Somebody on the way did not hear what came of it (RFC 9110 sections 15.6.3 and 15.6.5)."""

_REFUSALS = frozenset({Meaning.FAILURE, Meaning.PRIMARY_LIMIT, Meaning.SECONDARY_LIMIT})

_MARGIN_SECONDS = 0.05
_MARGIN_SHARE = 0.1
"""So long before the caller's deadline, and no larger a part of what is left, a stale reply stops waiting for a new one:
it still has to reach the caller.
"""


class CacheLookup:
    """Answers from the store what may be answered from it (RFC 9111 section 4).

    Raises (besides what comes from below):
        NotCached: The caller wants a stored reply or none (`only-if-cached`).
    """

    def __init__(
        self,
        following: Coalescing,
        shelf: Shelf,
        base_url: str,
        dialect: Dialect,
        own: Identity,
        policy: FreshnessPolicy,
        queries: Stage | None = None,
        *,
        clock: Callable[[], float] = time,
    ) -> None:
        """Besides its collaborators.

        Args:
            base_url: Ends in `/`.
            own: The gateway's own identity there, for calls that bring none.
            queries: Sends what only reads although HTTP does not say so; None: as everything else that writes.
            clock: Seconds since the epoch.
        """
        self._following = following
        self._upstream = shelf.upstream
        self._base_url = base_url
        self._dialect = dialect
        self._own = own
        self._store = shelf.store
        self._policy = policy
        self._queries = queries
        self._clock = clock
        self._shelf = shelf
        shelf.ask = self.send

    async def send(self, request: Request) -> Reply:
        if (request.method != "GET" and request.method != "HEAD") or request.body is not None:  # noqa: PLR1714 -- faster
            reply: Reply = await self._written(request)
            return as_asked(request, reply) if request.may_stream else reply
        call = current_call()
        identity = call.identity or self._own
        headers = request.headers
        key = Key(self._upstream, identity.partition, request.target, self._dialect.key_fields(headers))
        entry = matching(self._store.glance(key), headers)
        if (
            entry is not None
            and call.cache_control is None
            and judge(entry, NOTHING_WANTED, self._clock(), marked=self._store.is_marked(entry)) is Verdict.FRESH
        ):
            reply = self._hit(entry, key, request)
        else:
            reply = await self._judged(request, call, key, entry, shared=identity.anonymous)
        call.sources.append(reply.source)
        # Only a mount's callers bring conditions and ranges of their own.
        return as_asked(request, reply) if request.may_stream else reply

    def _hit(self, entry: Entry, key: Key, request: Request) -> Buffered:
        """Made once for each entry: it says nothing of the moment, nor of the form in which one caller wants it."""
        reply = entry.reply
        if not isinstance(reply, Buffered):
            if request.may_stream:
                request = Request("GET", request.target, whole(request.headers), may_stream=True)
            entry.reply = reply = self._shelf.reply(entry, key, request, HIT)
        return reply

    async def _judged(self, request: Request, call: Call, key: Key, entry: Entry | None, *, shared: bool) -> Reply:
        store = self._store
        wants = NOTHING_WANTED if call.cache_control is None else _wants(call.cache_control)
        freshness = self._policy.of(request.target)
        reason = "stale"
        if entry is None:
            variants = await store.find(key)
            entry = matching(variants, request.headers)
            reason = "stale" if entry is not None else "vary-miss" if variants else "uri-miss"
        now = self._clock()
        marked = entry is not None and store.is_marked(entry)
        if entry is not None:
            verdict = judge(entry, wants, now, marked=marked, reload_after_seconds=freshness.reload_after_seconds)
            if verdict is Verdict.FRESH or (_had(call, entry) and not marked):
                return self._hit(entry, key, request)
            if verdict is Verdict.STALE_ALLOWED:
                return self._shelf.reply(entry, key, request, HIT)
            if verdict is Verdict.REVALIDATE_IN_BACKGROUND:
                asking = self._asking(request, key, wants, freshness, entry, now, "stale", shared=shared)
                self._following.refresh(asking.asking_by("GET"))
                return self._shelf.reply(entry, key, request, HIT)
            if now < entry.fresh_until and not (marked or entry.always_validate):
                reason = "request"
        if wants.only_if_cached:
            raise NotCached(f"no stored reply of {self._upstream} may answer this")
        if request.method == "HEAD":
            return await self._headed(request, key, entry, freshness, shared=shared)
        if entry is None and "Range" in request.headers:
            reply = await self._following.send(_in_a_known_coding(request))
            return reply.told(status_field.forwarded("bypass", fwd_status=reply.status))
        asking = self._asking(request, key, wants, freshness, entry, now, reason, shared=shared)
        return await self._forwarded(asking, entry, wants)

    async def _headed(
        self, request: Request, key: Key, entry: Entry | None, freshness: Freshness, *, shared: bool
    ) -> Reply:
        """A HEAD tells whether what is stored still holds (RFC 9111 section 4.3.5)."""
        store = self._store
        requested_at, sequence = self._clock(), store.sequence
        if entry is None:
            reply = await self._following.send(request)
        else:
            reply = await self._following.send(_in_the_stored_coding(request))
            if reply.status == 200 and describes(entry, reply.headers):
                times = Times(requested_at, self._clock(), sequence)
                store.keep(key, revalidated(entry, reply.headers, freshness, times, shared=shared))
            elif reply.status == 200 or reply.status in _GONE:
                store.drop(key)
        return reply.told(status_field.forwarded("bypass", fwd_status=reply.status))

    async def _forwarded(self, request: Request, entry: Entry | None, wants: Wants) -> Reply:
        """Asks upstream; where that fails, or refuses for now, or takes longer than the caller has time, what is stored
        may do (RFC 5861 section 4).
        """
        failure: HeadgateError
        ticket = request.ticket
        if entry is None or ticket is None:
            return await self._following.send(request)
        until = inf
        if (deadline := current_call().deadline) != inf and self._may_serve_on_error(entry, wants):
            until = stale_answer_at(deadline, asyncio.get_running_loop().time())
        try:
            reply = await self._following.send(request, until)
        except (TransportError, DeadlineExceeded, NotAsked, RateLimited) as error:
            if not self._may_serve_on_error(entry, wants):
                raise
            failure = error
        else:
            if not self._refuses(reply) or not self._may_serve_on_error(entry, wants):
                return reply
            if not isinstance(reply, Buffered):
                reply.close()
            told = status_field.forwarded("stale", fwd_status=reply.status)
            return self._shelf.reply(entry, ticket.key, request.with_ticket(None), told)
        return self._shelf.reply(entry, ticket.key, request.with_ticket(None), _instead_of(failure))

    def _may_serve_on_error(self, entry: Entry, wants: Wants) -> bool:
        """Asked anew after upstream was: something may have been written meanwhile."""
        return may_serve_on_error(entry, wants, self._clock(), marked=self._store.is_marked(entry))

    def _refuses(self, reply: Reply) -> bool:
        status = reply.status
        if not isinstance(reply, Buffered) or (status < 400 and status != 200):  # an error may be inside of a 200
            return status >= 500
        return self._dialect.read(reply, self._clock()).meaning in _REFUSALS

    def _asking(
        self,
        request: Request,
        key: Key,
        wants: Wants,
        freshness: Freshness,
        entry: Entry | None,
        now: float,
        reason: str,
        *,
        shared: bool,
    ) -> Request:
        """The request with what the stages below need to know. A caller's own condition goes up to upstream where
        nothing is stored: a 304 costs nothing, and the caller has what it needs.
        """
        upstream = self._upstream
        condition = own_conditions(request.headers) if entry is None and request.may_stream else ()
        tags = (f"{upstream}/{key.target}", *(f"{upstream}:{tag}" for tag in self._dialect.tags(key.target)))
        if not shared:
            tags = (key.credential_tag, *tags)
        return request.with_ticket(Ticket(key, tags, wants, freshness, shared, reason, condition, now, entry))

    async def _written(self, request: Request) -> Reply:
        """Everything that is not read goes straight through; what it makes stale is marked.

        A refusal (4xx) tells that nothing was changed. A failure of upstream's own leaves its URL as it was, as far as
        HTTP goes (RFC 9111 section 4.4), and what else the dialect says in doubt. Where nobody knows what came of it,
        everything is.
        """
        if request.method in _SAFE:
            return await self._following.send(request)
        if self._queries is not None and self._dialect.reads_only(request):
            return await self._queries.send(request)
        its_own = f"{self._upstream}/{request.target}"
        tags: set[str] = {its_own}
        tags.update(f"{self._upstream}:{tag}" for tag in self._dialect.made_stale(request.method, request.target))
        try:
            reply = await self._following.send(request)
            if 400 <= reply.status < 500:
                tags.clear()
            elif reply.status < 400:
                there = invalidated(request.method, request.target, reply.status, reply.headers, self._base_url)
                tags.update(f"{self._upstream}/{target}" for target in there)
            elif reply.status not in _OF_A_GATEWAY:
                tags.discard(its_own)
        finally:
            if tags:
                await self._store.mark(tags)
        return reply.told(status_field.forwarded("method"))


def _instead_of(failure: HeadgateError) -> str:
    """What the cache says of a stale reply that answers in the place of `failure`. Where upstream was not asked at all,
    nothing was forwarded (RFC 9211 section 2.2): it is a hit, and why it is a stale one is told.
    """
    if isinstance(failure, NotAsked) or (isinstance(failure, RateLimited) and failure.status is None):
        return f"{HIT}; detail={failure.code}"
    return status_field.forwarded("stale", detail=failure.code)


def stale_answer_at(deadline: float, now: float) -> float:
    """When a caller who can have a stale reply stops waiting for a new one; all on one clock, in seconds."""
    return deadline - min(_MARGIN_SECONDS, _MARGIN_SHARE * max(0.0, deadline - now))


def _had(call: Call, entry: Entry) -> bool:
    """Whether the call was given this already, so that it needs no second asking."""
    return any(isinstance(source, Remembered) and source.entry is entry for source in call.had)


def _wants(cache_control: str) -> Wants:
    return wants_of(CIMultiDict({"Cache-Control": cache_control}))


def _in_the_stored_coding(request: Request) -> Request:
    """The session asks for what is stored: the length and the tag of another representation would tell nothing."""
    headers = CIMultiDict(request.headers)
    headers.popall("Accept-Encoding", None)
    return request.with_headers(headers)


def _in_a_known_coding(request: Request) -> Request:
    """A part of a compressed body cannot be decoded for who does not take it so: the session must not ask for one."""
    if "Accept-Encoding" in request.headers:
        return request
    headers = CIMultiDict(request.headers)
    headers["Accept-Encoding"] = "identity"
    return request.with_headers(headers)
