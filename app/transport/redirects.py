"""Follows redirects of typed calls inside the upstream's own origin: each hop is a request like any other."""

from urllib.parse import SplitResult, quote, urljoin, urlsplit

from app.errors import RedirectRefused
from app.paths.readings import objection
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage

FOLLOWED = frozenset({301, 302, 303, 307, 308})
MAX_HOPS = 5
_DEFAULT_PORTS = {"http": 80, "https": 443}
_WRITTEN_AS_IT_IS = "%/:?#[]@!$&'()*+,;="


def redirected_target(base_url: str, target: str, location: str) -> str | None:
    """Where `location`, given in answer to `target`, points to, relative to `base_url`; None when it leaves it.

    Args:
        base_url: The upstream's base URL, ending in `/`.
        target: What was asked, relative to it.
        location: The field's value: absolute, or relative to what was asked (RFC 9110 section 10.2.2).
    """
    try:
        there = urlsplit(urljoin(base_url + target, location))
        inside = _origin(there) == _origin(urlsplit(base_url))
    except ValueError:  # no URL at all: brackets or a port that make no sense
        return None
    base_path = urlsplit(base_url).path
    if not inside or not there.path.startswith(base_path):
        return None
    # A field may hold bytes that have no place in a request line; what is escaped already stays so.
    path, query = (
        quote(part, safe=_WRITTEN_AS_IT_IS, errors="surrogateescape")
        for part in (there.path.removeprefix(base_path), there.query)
    )
    if objection(there.path) is not None or objection(path) is not None:  # as it came, and as it will be sent
        return None
    return f"{path}?{query}" if query else path


def _origin(url: SplitResult) -> tuple[str, str, int | None]:
    """RFC 6454 section 4; what names a user is an origin of its own."""
    host = url.netloc if "@" in url.netloc else url.hostname or ""
    return url.scheme, host, url.port or _DEFAULT_PORTS.get(url.scheme)


class Redirects:
    """Follows up to `MAX_HOPS` redirects of GET and HEAD requests that ask for it.

    Raises:
        RedirectRefused: The redirect leaves the origin or the base path, goes in a circle, or never ends.
    """

    def __init__(self, following: Stage, upstream: str, base_url: str) -> None:
        self._following = following
        self._upstream = upstream
        self._base_url = base_url

    async def send(self, request: Request) -> Reply:
        reply = await self._following.send(request)
        if reply.status not in FOLLOWED or not request.follow_redirects:
            return reply
        if request.method not in {"GET", "HEAD"}:
            return reply
        return await self._followed(request, reply)

    async def _followed(self, request: Request, reply: Reply) -> Reply:
        seen = {request.target}
        for _ in range(MAX_HOPS):
            target = self._next(request, reply)
            if target in seen:
                raise RedirectRefused(self._upstream, f"{self._upstream} redirects in a circle")
            seen.add(target)
            request = Request(
                request.method, target, request.headers, follow_redirects=True, may_stream=request.may_stream
            )
            reply = await self._following.send(request)
            if reply.status not in FOLLOWED:
                return reply
        self._discard(reply)
        raise RedirectRefused(self._upstream, f"{self._upstream} redirects more than {MAX_HOPS} times")

    def _next(self, request: Request, reply: Reply) -> str:
        self._discard(reply)
        location = reply.headers.get("Location")
        if location is None:
            raise RedirectRefused(self._upstream, f"{self._upstream} redirects without saying where to")
        target = redirected_target(self._base_url, request.target, location)
        if target is None:
            raise RedirectRefused(self._upstream, f"{self._upstream} redirects to somewhere else")
        return target

    @staticmethod
    def _discard(reply: Reply) -> None:
        if not isinstance(reply, Buffered):
            reply.close()
