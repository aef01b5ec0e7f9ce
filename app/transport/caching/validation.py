"""Asking whether a stored reply still holds, and answering a caller who asks that (RFC 9111 section 4.3)."""

import re
from collections.abc import Iterable

from multidict import CIMultiDict, CIMultiDictProxy

from app.transport.caching.entry import Entry
from app.transport.caching.storing import stored_headers
from app.transport.dates import epoch_seconds
from app.transport.exchange import Headers
from app.transport.syntax import is_writable

_FOR_NEWS = ("If-None-Match", "If-Modified-Since")
_CONDITIONS = ("If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range")

_KEPT = frozenset({"content-encoding", "content-length", "content-md5", "content-range", "etag"})
"""What says how to read the bytes that are stored, or which they are: a 304 says nothing new of that."""

_OF_THE_MESSAGE = frozenset({"age", "date"})
"""What tells of the message, not of what it carried: the old does not stay where the new says nothing."""

_entity_tags = re.compile(r'(?:W/)?"[^"]*"|[^\s,]+').findall


def conditional_fields(entry: Entry) -> dict[str, str]:
    """The fields by which upstream is asked whether `entry` still holds; empty where it has no validator.

    Both validators are sent: a date alone gives false 304s, and says nothing of anything but a 200.
    """
    fields = {}
    if (etag := entry.headers.get("ETag")) and is_writable(etag):
        fields["If-None-Match"] = etag
    modified = entry.headers.get("Last-Modified")
    if modified is not None and entry.status == 200 and epoch_seconds(modified) is not None:
        fields["If-Modified-Since"] = modified
    return fields


def updated(entry: Entry, headers: Headers) -> CIMultiDictProxy[str]:
    """The fields of `entry` after upstream said 304 with `headers` (RFC 9111 section 3.2).

    Each field of the 304 takes the place of all stored ones of its name, except those that belong to the stored bytes:
    these stay, the ETag among them, which a 304 may lack or write otherwise. The result may forbid what the first reply
    allowed: ask `may_store` again. Age counts from the 304 alone: `born_at(headers, …)`.
    """
    news = [(name, value) for name, value in stored_headers(headers).items() if name.lower() not in _KEPT]
    replaced = {name.lower() for name, _ in news} | _OF_THE_MESSAGE
    fields = CIMultiDict((name, value) for name, value in entry.headers.items() if name.lower() not in replaced)
    fields.extend(news)
    return stored_headers(fields)  # what its `no-cache="…"` names now must not stay from before


def answers_condition(request_headers: Headers, status: int, headers: Headers) -> bool:
    """Whether a GET or HEAD is answered by 304, given the reply that it would get (RFC 9110 section 13.2.2).

    If-None-Match decides alone where it is there. A reply without Last-Modified counts as modified at its Date (RFC
    9111 section 4.3.2).
    """
    if status != 200:
        return False
    if "If-None-Match" in request_headers:
        return _is_listed(headers.get("ETag"), request_headers.getall("If-None-Match"))
    dates = request_headers.getall("If-Modified-Since", ())
    since = epoch_seconds(dates[0]) if len(dates) == 1 else None
    if since is None:
        return False
    modified_at = epoch_seconds(headers.get("Last-Modified", headers.get("Date")))
    return modified_at is not None and modified_at <= since


def own_conditions(request_headers: Headers) -> tuple[tuple[str, str], ...]:
    """The field lines by which a caller asks for news alone: upstream's 304 gives them all they need.

    Those against a lost update are for origin servers; a cache may ignore them (RFC 9110 section 13.1.1), and must not
    take the 412 that they bring for the thing itself.
    """
    return tuple((name, line) for name in _FOR_NEWS for line in request_headers.getall(name, ()))


def without_conditions(headers: Headers) -> CIMultiDict[str]:
    """A copy without preconditions: what is asked for the store must come whole."""
    fields = CIMultiDict(headers)
    for name in _CONDITIONS:
        fields.popall(name, None)
    return fields


def whole(headers: Headers) -> CIMultiDict[str]:
    """A copy that asks for all of it, in the coding that is stored."""
    fields = without_conditions(headers)
    fields.popall("Range", None)
    fields.popall("Accept-Encoding", None)
    return fields


def _is_listed(etag: str | None, lines: Iterable[str]) -> bool:
    """By weak comparison (RFC 9110 section 8.8.3.2); `*` is whatever there is."""
    tags = [tag for line in lines for tag in _entity_tags(line)]
    if tags == ["*"]:
        return True
    return etag is not None and etag.strip(" \t").removeprefix("W/") in {tag.removeprefix("W/") for tag in tags}
