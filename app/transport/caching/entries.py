"""Entries made of replies: a new one of a reply that may be stored, or a renewed one of what a 304 or a HEAD tells."""

from math import inf
from typing import NamedTuple

from multidict import CIMultiDict

from app.transport.caching.directives import Directives, delta_seconds, reply_directives
from app.transport.caching.entry import Content, Entry
from app.transport.caching.freshness import born_at, lifetime_seconds
from app.transport.caching.policy import Freshness
from app.transport.caching.storing import stored_headers
from app.transport.caching.validation import updated
from app.transport.exchange import Buffered, Headers

_OF_POLICY = frozenset({200, 203, 204, 300, 301, 308})
"""What a policy means by the replies of a route: it does not make a 404 immutable, nor hide for a while that what was
missing is there now."""


class Times(NamedTuple):
    """When an exchange was.

    Attributes:
        requested_at: The request was sent (seconds since the epoch).
        received_at: The reply was there (seconds since the epoch).
        sequence: The newest mark that was known when the request was sent.
    """

    requested_at: float
    received_at: float
    sequence: int


def entry_of(
    reply: Buffered,
    freshness: Freshness,
    times: Times,
    tags: tuple[str, ...],
    vary: tuple[tuple[str, str], ...],
    *,
    shared: bool,
) -> Entry:
    """A reply that may be stored, as it is stored."""
    return _entry(reply.status, reply.headers, Content(reply.body), freshness, times, tags, vary, shared=shared)


def revalidated(entry: Entry, headers: Headers, freshness: Freshness, times: Times, *, shared: bool) -> Entry:
    """What is stored, once upstream has said with `headers` that it still holds (RFC 9111 section 4.3.4)."""
    merged = updated(entry, headers)
    return _entry(entry.status, merged, entry.content, freshness, times, entry.tags, entry.vary, shared=shared)


def describes(entry: Entry, headers: Headers) -> bool:
    """Whether the fields of a HEAD's reply are those of what is stored (RFC 9111 section 4.3.5)."""
    return all(
        headers.get(name) in {None, entry.headers.get(name)} for name in ("ETag", "Last-Modified", "Content-Length")
    )


def nothing_yet(tags: tuple[str, ...], sequence: int) -> Entry:
    """In the place of a reply that is still under way: so that it can be asked whether it is marked."""
    return Entry(0, CIMultiDict(), Content(b""), 0.0, 0.0, 0.0, tags=tags, sequence=sequence)


def _entry(
    status: int,
    headers: Headers,
    content: Content,
    freshness: Freshness,
    times: Times,
    tags: tuple[str, ...],
    vary: tuple[tuple[str, str], ...],
    *,
    shared: bool,
) -> Entry:
    directives = reply_directives(headers)
    said = lifetime_seconds(status, headers, shared=shared, received_at=times.received_at)
    by_policy = status in _OF_POLICY
    return Entry(
        status=status,
        headers=stored_headers(headers),
        content=content,
        requested_at=times.requested_at,
        born_at=born_at(headers, times.requested_at, times.received_at),
        fresh_seconds=freshness.lifetime_seconds(said) if by_policy else min(said, freshness.fresh_at_most_seconds),
        stale_while_revalidate_seconds=_seconds(
            directives, "stale-while-revalidate", freshness.stale_while_revalidate_seconds if by_policy else 0.0
        ),
        stale_if_error_seconds=_seconds(directives, "stale-if-error", freshness.stale_if_error_seconds),
        always_validate=freshness.always_validate
        or (_is_unqualified(directives, "no-cache") and not (by_policy and freshness.overrides)),
        never_stale="must-revalidate" in directives
        or (shared and "proxy-revalidate" in directives)
        or (shared and "s-maxage" in directives and not freshness.stale_after_s_maxage),
        immutable="immutable" in directives or (by_policy and freshness.immutable),
        vary=vary,
        tags=tags,
        sequence=times.sequence,
    )


def _seconds(directives: Directives, name: str, otherwise: float) -> float:
    if name not in directives:
        return otherwise
    seconds = delta_seconds(directives[name])
    return 0.0 if seconds is None else min(float(seconds), inf)


def _is_unqualified(directives: Directives, name: str) -> bool:
    """With field names (`no-cache="set-cookie"`) it is about those alone (RFC 9111 section 5.2.2.4)."""
    return name in directives and not directives[name]
