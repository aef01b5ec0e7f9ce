"""What a write makes doubtful (RFC 9111 section 4.4)."""

from app.transport.exchange import Headers
from app.transport.redirects import redirected_target

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


def invalidated(method: str, target: str, status: int, headers: Headers, base_url: str) -> tuple[str, ...]:
    """The targets, relative to `base_url`, whose stored replies a reply to an unsafe method makes doubtful.

    Its own, and those that Location and Content-Location name on the same origin and under the base path: what is said
    of other origins is not believed. None where the method is safe or the status an error.
    """
    if method in _SAFE or not 200 <= status < 400:
        return ()
    named = (*headers.getall("Location", ()), *headers.getall("Content-Location", ()))
    found = (redirected_target(base_url, target, reference) for reference in named)
    return tuple(dict.fromkeys((target, *(other for other in found if other is not None))))
