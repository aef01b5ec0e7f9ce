"""What may be stored of a reply, and whether it may be at all (RFC 9111 section 3)."""

from multidict import CIMultiDict, CIMultiDictProxy

from app.transport.caching.directives import (
    Directives,
    field_names,
    parse_directives,
    reply_directives,
    targeted_directives,
)
from app.transport.exchange import Headers

HEURISTICALLY_CACHEABLE = frozenset({200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501})
"""RFC 9110 section 15.1, without 206: parts are not stored."""

_UNDERSTOOD = HEURISTICALLY_CACHEABLE | frozenset({201, 202, 205, 302, 303, 307, *range(400, 405), *range(406, 419),
    421, 422, 426, 429, 451, 500, 502, 503, 504, 505})  # fmt: skip
"""Status codes whose requirements on caches are known and kept: for `must-understand` (RFC 9111 section 5.2.2.3)."""

_OF_THE_CONNECTION = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authentication-info", "proxy-authorization",
    "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade",
})  # fmt: skip


def may_store(method: str, request_headers: Headers, status: int, headers: Headers, *, shared: bool) -> bool:
    """Whether a whole reply may be stored (RFC 9111 section 3).

    Credentials are no question here: whoever has one has a partition of their own. So a shared cache is one of replies
    to nobody in particular, and a Set-Cookie in one of those is somebody's who must not be confused with the next
    caller: such a reply is stored only where it says `public` or `s-maxage`, which is meant for shared caches.

    Args:
        shared: Whether callers who are not one principal are served from it.
    """
    if method != "GET" or status < 200 or status in {206, 304}:
        return False
    directives = reply_directives(headers)
    if "must-understand" in directives:
        if status not in _UNDERSTOOD:
            return False
    elif "no-store" in directives:
        return False
    if "no-store" in parse_directives(request_headers.getall("Cache-Control", ())):
        return False
    if any("*" in line for line in headers.getall("Vary", ())):
        return False
    if shared and ("private" in directives or _gives_a_cookie(headers, directives)):
        return False
    return status in HEURISTICALLY_CACHEABLE or _is_explicit(headers, directives, shared=shared)


def may_reuse(headers: Headers, *, shared: bool) -> bool:
    """Whether a reply may satisfy another request than its own, though it came for both (RFC 9111 section 5.2.2.5).

    Args:
        shared: As in `may_store`.
    """
    directives = reply_directives(headers)
    if "no-store" in directives and "must-understand" not in directives:
        return False
    return not (shared and ("private" in directives or _gives_a_cookie(headers, directives)))


def withheld(headers: Headers, sent: Headers) -> tuple[tuple[str, str], ...]:
    """Those of the fields `sent` that the `no-cache="…"` of a reply's `headers` names.

    They are not stored, but who asked gets them: upstream has just validated the reply in which they came (RFC 9111
    section 5.2.2.4).
    """
    names = field_names(reply_directives(headers).get("no-cache"))
    return tuple((name, value) for name, value in sent.items() if name.lower() in names) if names else ()


def stored_headers(headers: Headers) -> CIMultiDictProxy[str]:
    """The fields to store, in their order, repeats included (RFC 9111 section 3.1).

    Those of one connection are not, nor those that `no-cache="…"` names: they may not be reused without asking
    upstream, and what asks upstream brings them anew (section 5.2.2.4). Those that `private="…"` names stay: where that
    counts nothing is stored at all.
    """
    qualified = reply_directives(headers).get("no-cache")
    if (
        not qualified
        and isinstance(headers, CIMultiDictProxy)
        and not any(map(headers.__contains__, _OF_THE_CONNECTION))
    ):
        return headers  # as nearly all are
    left_out = set(_OF_THE_CONNECTION)
    left_out |= field_names(",".join(headers.getall("Connection", ())))
    left_out |= field_names(qualified)
    return CIMultiDictProxy(
        CIMultiDict((name, value) for name, value in headers.items() if name.lower() not in left_out)
    )


def _gives_a_cookie(headers: Headers, directives: Directives) -> bool:
    if "Set-Cookie" not in headers or "set-cookie" in field_names(directives.get("no-cache")):
        return False
    return "public" not in directives and "s-maxage" not in directives


def _is_explicit(headers: Headers, directives: Directives, *, shared: bool) -> bool:
    if "public" in directives or "max-age" in directives:
        return True
    if ("s-maxage" if shared else "private") in directives:
        return True
    return "Expires" in headers and targeted_directives(headers) is None
