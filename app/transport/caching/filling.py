"""The cache, filling: stores what may be stored, and renews what a 304 says still holds."""

from collections.abc import Callable
from time import time

from multidict import CIMultiDict

from app.transport.caching import status_field
from app.transport.caching.authorising import names_a_credential
from app.transport.caching.entries import Times, entry_of, revalidated
from app.transport.caching.entry import Entry
from app.transport.caching.remembered import HIT, Shelf
from app.transport.caching.reuse import Verdict, judge
from app.transport.caching.storing import may_reuse, may_store, withheld
from app.transport.caching.ticket import Ticket
from app.transport.caching.validation import conditional_fields, whole
from app.transport.caching.variants import matching, nominated
from app.transport.dialect import Dialect, Meaning
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage

_ALWAYS_COVERED = frozenset({"accept-encoding", "authorization", "cookie", "x-github-otp"})
"""Vary need not be looked at for these: the first is ours on every request that is stored, the others are the identity."""

_FOR_ALL = frozenset({Meaning.FAILURE, Meaning.PRIMARY_LIMIT, Meaning.SECONDARY_LIMIT})
_SAYING_NOTHING = frozenset({Meaning.PRIMARY_LIMIT, Meaning.SECONDARY_LIMIT, Meaning.COMPUTING})
_REPLACING = frozenset({403, 404, 410, 451})
"""These say of what is stored that it is no longer so: they take its place, or at least push it out."""


class CacheFilling:
    """Asks upstream with the validators of what is stored, and stores what comes (RFC 9111 sections 3 and 4.3)."""

    def __init__(self, following: Stage, shelf: Shelf, dialect: Dialect, *, clock: Callable[[], float] = time) -> None:
        """Besides its collaborators: `clock` gives seconds since the epoch."""
        self._following = following
        self._shelf = shelf
        self._store = shelf.store
        self._dialect = dialect
        self._clock = clock
        self._covered = _ALWAYS_COVERED | dialect.covered_fields()

    async def send(self, request: Request) -> Reply:
        ticket = request.ticket
        if ticket is None:
            return await self._following.send(request)
        # Another worker, or a flight that has just landed, may have been here since lookup looked.
        stored = matching(await self._store.find(ticket.key), request.headers)
        if stored is not None and self._is_answer(stored, ticket):
            return self._shelf.reply(stored, ticket.key, request.with_ticket(None), HIT)
        return await self._fetched(request, ticket, stored)

    async def has_answer(self, request: Request, ticket: Ticket) -> bool:
        """Whether something has been stored meanwhile that answers `request`, so that nobody need be asked."""
        stored = matching(await self._store.find(ticket.key), request.headers)
        return stored is not None and self._is_answer(stored, ticket)

    def may_share(self, reply: Buffered, ticket: Ticket) -> bool:
        """Whether others than the one who asked may have the reply, who asked for the same meanwhile.

        Failures and limits are: a crowd that asks for itself then is the last thing that upstream needs.
        """
        if self._refuses(reply):
            return True
        return may_reuse(reply.headers, shared=ticket.shared) and not withheld(reply.headers, reply.headers)

    def fits(self, reply: Reply, asked: Request, other: Request) -> bool:
        """Whether the reply to `asked` may answer `other` as far as Vary goes (RFC 9111 section 4.1)."""
        headers = reply.headers
        if "Vary" not in headers or self._refuses(reply):
            return True
        vary = nominated(headers, asked.headers, self._covered)
        return vary is not None and vary == nominated(headers, other.headers, self._covered)

    def _refuses(self, reply: Reply) -> bool:
        if reply.status < 400 or not isinstance(reply, Buffered):
            return reply.status >= 500
        return self._dialect.read(reply, self._clock()).meaning in _FOR_ALL

    def _is_answer(self, stored: Entry, ticket: Ticket) -> bool:
        if stored is ticket.entry:  # which lookup has found to be none
            return False
        now = self._clock()
        marked = self._store.is_marked(stored)
        if not marked and stored.requested_at >= ticket.asked_at and not stored.always_validate:
            return True  # it was asked for after this caller came
        reload_after_seconds = ticket.freshness.reload_after_seconds
        verdict = judge(stored, ticket.wants, now, marked=marked, reload_after_seconds=reload_after_seconds)
        return verdict is Verdict.FRESH

    async def _fetched(self, request: Request, ticket: Ticket, stored: Entry | None) -> Reply:
        fields = {} if stored is None else conditional_fields(stored)
        sequence, requested_at = self._store.sequence, self._clock()
        reply = await self._following.send(_asking(request, ticket, fields))
        times = Times(requested_at, self._clock(), sequence)
        if reply.status == 401 and not ticket.shared:
            # The credential is revoked: what it once fetched must not be shown on its strength, however fresh.
            await self._store.mark([ticket.key.credential_tag])
        if not isinstance(reply, Buffered):
            return reply.told(status_field.forwarded(ticket.reason, fwd_status=reply.status))
        if reply.status == 304 and stored is not None and fields:
            return self._renewed(reply, request, ticket, stored, times)
        return self._received(reply, request, ticket, stored, times)

    def _renewed(self, reply: Buffered, request: Request, ticket: Ticket, stored: Entry, times: Times) -> Buffered:
        entry = revalidated(stored, reply.headers, ticket.freshness, times, shared=ticket.shared)
        if may_store("GET", request.headers, entry.status, entry.headers, shared=ticket.shared):
            return _with_all(self._kept(entry, request, ticket, 304), reply)
        self._store.drop(ticket.key)  # what the 304 says forbids what the first reply allowed
        told = status_field.forwarded(ticket.reason, fwd_status=304)
        return self._shelf.reply(entry, ticket.key, request.with_ticket(None), told)

    def _received(
        self, reply: Buffered, request: Request, ticket: Ticket, stored: Entry | None, times: Times
    ) -> Buffered:
        if self._may_keep(reply, request, ticket, stored):
            vary = nominated(reply.headers, request.headers, self._covered)
            if vary is not None:
                entry = entry_of(reply, ticket.freshness, times, ticket.tags, vary, shared=ticket.shared)
                return _with_all(self._kept(entry, request, ticket, reply.status), reply)
        if stored is not None and self._pushes_out(reply):
            self._store.drop(ticket.key)
        return reply.told(status_field.forwarded(ticket.reason, fwd_status=reply.status))

    def _kept(self, entry: Entry, request: Request, ticket: Ticket, status: int) -> Buffered:
        release, ticket.release = ticket.release, None
        self._store.keep(ticket.key, entry, release)
        told = status_field.forwarded(ticket.reason, fwd_status=status, stored=True)
        return self._shelf.reply(entry, ticket.key, request.with_ticket(None), told)

    def _may_keep(self, reply: Buffered, request: Request, ticket: Ticket, stored: Entry | None) -> bool:
        if ticket.wants.no_store or reply.status == 401 or names_a_credential(request.target):
            return False
        if not may_store("GET", request.headers, reply.status, reply.headers, shared=ticket.shared):
            return False
        if 300 <= reply.status < 400:
            return True
        meaning = self._dialect.read(reply, self._clock()).meaning
        if reply.status < 300:
            return meaning is Meaning.SUCCESS  # and no error inside, nor "still computing"
        # A failure, a limit and "still computing" say nothing of the thing: they never take the place of a reply.
        return meaning not in _SAYING_NOTHING and not (meaning is Meaning.FAILURE and stored is not None)

    def _pushes_out(self, reply: Buffered) -> bool:
        """Whether what is stored must not be used again, although nothing takes its place."""
        if reply.status == 401:
            return True
        if reply.status == 304:  # of the caller's own condition
            return False
        if 300 <= reply.status < 400:
            return True
        meaning = self._dialect.read(reply, self._clock()).meaning
        if reply.status < 300:
            return meaning is Meaning.SUCCESS  # upstream has something newer that may not be stored
        return reply.status in _REPLACING and meaning not in _SAYING_NOTHING


def _with_all(kept: Buffered, reply: Buffered) -> Buffered:
    """What was kept of `reply`, and for the one who asked also what must not be kept of it."""
    fields = withheld(kept.headers, reply.headers)
    if not fields:
        return kept
    headers = CIMultiDict(kept.headers)
    headers.extend(fields)
    return Buffered(kept.upstream, kept.status, headers, kept.body, kept.decompressed_limit_bytes, None, kept.cache)


def _asking(request: Request, ticket: Ticket, fields: dict[str, str]) -> Request:
    """What upstream is asked: our conditions in the place of the caller's, and the content coding that is stored."""
    if not request.may_stream and not fields:
        return request
    headers = whole(request.headers)
    headers.extend(fields or ticket.condition)
    return request.with_headers(headers)
