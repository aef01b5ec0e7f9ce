"""Which pages of other origins may read answers in a browser (Fetch standard, "CORS protocol")."""

from collections.abc import Iterable, Mapping
from typing import Final

from multidict import istr
from sanic.compat import Header

_ORIGIN: Final = istr("Origin")
_METHOD: Final = istr("Access-Control-Request-Method")
_EXPOSED: Final = (
    "Age, Cache-Status, ETag, Last-Modified, Link, Location, RateLimit, RateLimit-Policy, Retry-After, X-GitHub-Request-Id, "
    "X-OAuth-Scopes, X-Poll-Interval, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, X-RateLimit-Resource, "
    "X-RateLimit-Used, X-Request-ID"
)
_ALLOWED_METHODS: Final = "GET, HEAD, POST, PUT, PATCH, DELETE"
_ALLOWED_FIELDS: Final = (
    "Accept, Authorization, Cache-Control, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, "
    "X-API-Key, X-GitHub-Api-Version, X-Request-Class, X-Request-ID, X-Request-Timeout"
)
_PREFLIGHT_SECONDS: Final = "600"


class Cors:
    """What browsers are told. Nothing where no origin is named: then only pages of the gateway's own read answers.

    Args:
        origins: Those whose pages may; `https://dash.example`, without a path.
    """

    def __init__(self, origins: Iterable[str] = ()) -> None:
        self._origins = frozenset(origins)

    def __bool__(self) -> bool:
        return bool(self._origins)

    def allows(self, origin: str) -> bool:
        """Whether pages of `origin` may."""
        return origin.lower() in self._origins

    def fields(self, headers: Header) -> str:
        """What is said in the answer to a request with `headers`: lines as they are written, each after a line end."""
        origin = headers.get(_ORIGIN, "")
        if not self.allows(origin):
            return "\r\nvary: Origin"
        allowed = f"\r\naccess-control-allow-origin: {origin}\r\naccess-control-expose-headers: {_EXPOSED}"
        return f"{allowed}\r\nvary: Origin"

    def preflight(self, headers: Header) -> Mapping[str, str] | None:
        """What is said to a browser that asks by OPTIONS whether it may ask; None where it does not ask that."""
        if not self._origins or _METHOD not in headers or not self.allows(headers.get(_ORIGIN, "")):
            return None
        return {
            "Access-Control-Allow-Origin": headers[_ORIGIN],
            "Access-Control-Allow-Methods": _ALLOWED_METHODS,
            "Access-Control-Allow-Headers": _ALLOWED_FIELDS,
            "Access-Control-Max-Age": _PREFLIGHT_SECONDS,
            "Vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
        }
