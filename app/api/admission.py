"""Who is let in: before anything is done for a request, also before an answer is given from memory.

Each check is a lookup where nothing is wrong, since every hit passes them (docs/performance.md).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, Protocol

from multidict import istr
from sanic.compat import Header

from app.api.cors import Cors
from app.api.hosts import ServedHosts, host_in
from app.api.presented import presented_by, stands_in_url
from app.api.whence import is_cross_site, is_on_this_machine
from app.callers.caller import Caller, Keys, Leave, RateState
from app.errors import (
    CallerLimited,
    CrossSiteWrite,
    HeadTooLarge,
    HostNotServed,
    InvalidRequest,
    KeyRejected,
    NotForThisKey,
    ParameterFault,
    UrlTooLong,
)
from app.services.overriding import OVERRIDING_FIELDS, methods_of

_HOST: Final = istr("Host")
_OPEN: Final = (b"/health/",)
"""Answered to everybody: whoever looks whether the gateway is well knows neither its name nor a key."""
_PAGES: Final = frozenset({b"/docs", b"/docs/style.css", b"/openapi.json"})
"""Read without a key: they are the same for everybody, and tell how to use one."""
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

NOBODY: Final = Caller("-", leave=Leave.NONE)
"""Of a request that was not let in, or that nobody needs to be let in for."""
LOCAL: Final = Caller("local")
ANONYMOUS: Final = Caller("anonymous")


class Asking(Protocol):
    """What of a request is looked at."""

    @property
    def method(self) -> str: ...
    @property
    def raw_url(self) -> bytes: ...
    @property
    def headers(self) -> Header: ...
    @property
    def version(self) -> str: ...
    @property
    def peer(self) -> str: ...


class Admitted(NamedTuple):  # made for every request with a key: a tuple costs a third of what a frozen dataclass does
    """Who was let in.

    Attributes:
        caller: Who it is.
        leave: How far the gateway's own credential may be used; None: as for who needs no key.
        key_field: In lower case, the field that held the key: it is for the gateway alone; empty: none did.
        told: What the answer says besides (RateLimit, CORS): header fields as they are written, each after a line end.
    """

    caller: Caller
    leave: Leave | None = None
    key_field: str = ""
    told: str = ""


class Admission:
    """Lets requests in.

    Args:
        keys: As long as there are none, nobody needs one.
        hosts: The names by which the gateway is addressed.
        cors: Which pages of other origins may read.
        header_fields: The most of them in a request.
        url_bytes: The longest URL.
        also_open: Paths that are read without a key, too.
    """

    def __init__(
        self,
        keys: Keys,
        hosts: ServedHosts,
        cors: Cors,
        *,
        header_fields: int = 100,
        url_bytes: int = 8 * 2**10,
        also_open: Iterable[str] = (),
    ) -> None:
        self._keys = keys
        self._hosts = hosts
        self._cors = cors
        self._header_fields = header_fields
        self._url_bytes = url_bytes
        self._open = _PAGES | {path.encode() for path in also_open}
        self._local, self._anonymous, self._nobody = Admitted(LOCAL), Admitted(ANONYMOUS), Admitted(NOBODY, Leave.NONE)

    @property
    def needs_keys(self) -> bool:
        """Whether nobody is served without one."""
        return self._keys.any

    @property
    def cors(self) -> Cors:
        """Which pages of other origins may read."""
        return self._cors

    def admitted(self, request: Asking, now: float) -> Admitted:
        """Who asks, where all is well.

        Args:
            request: As it came.
            now: Seconds since the epoch.

        Raises:
            UrlTooLong, HeadTooLarge: More than is taken.
            InvalidRequest: It has no Host, or several (RFC 9112 section 3.2).
            HostNotServed: It names somebody else.
            KeyRejected: A key is needed, and there is no good one.
            NotForThisKey: The key does not go so far.
            CallerLimited: It asks more often than it may.
            CrossSiteWrite: A page of another site is behind it, and no key.
        """
        headers, url = request.headers, request.raw_url
        if len(url) > self._url_bytes:
            raise UrlTooLong(f"the URL is longer than {self._url_bytes} bytes")
        if len(headers) > self._header_fields:
            raise HeadTooLarge(f"there are more than {self._header_fields} header fields")
        if url.startswith(_OPEN):
            return self._nobody
        self._check_host(url, headers, request.version)
        if stands_in_url(url):
            raise KeyRejected(
                "a key must not stand in a URL, where it is logged: revoke it, and send another as a field"
            )
        presented = presented_by(headers)
        if presented is None:
            return self._without_key(request)
        caller = self._keys.caller(presented.key, now)
        if caller is None:
            raise _rejected()
        return self._with_key(request, caller, presented.field)

    def _check_host(self, url: bytes, headers: Header, version: str) -> None:
        said = headers.getall(_HOST, ())
        if len(said) > 1:
            raise InvalidRequest([ParameterFault("header", "Host", "is given more than once")])
        host = said[0] if said else None
        if not url.startswith(b"/"):
            host = host_in(url) or host
        if host is None:
            if version == "1.0":
                return
            raise InvalidRequest([ParameterFault("header", "Host", "is missing")])
        if host not in self._hosts:
            raise HostNotServed(
                "this gateway is not called so: whoever runs it names the hosts it answers for in server.hosts"
            )

    def _without_key(self, request: Asking) -> Admitted:
        url, headers = request.raw_url, request.headers
        if self._keys.any:
            if url.partition(b"?")[0] in self._open and request.method in _READS:
                return self._nobody
            raise _rejected()
        if request.method not in _READS and is_cross_site(headers) and not self._cors.allows(headers.get("origin", "")):
            raise CrossSiteWrite("a page of another site asks for this")
        known = self._local if is_on_this_machine(request.peer, headers) else self._anonymous
        return known._replace(told=self._cors.fields(headers)) if self._cors else known

    def _with_key(self, request: Asking, caller: Caller, field: str) -> Admitted:
        leave: Leave | None = caller.leave
        if caller.scope is not None:
            path = path_of(request.raw_url)
            leave = caller.scope.leave(request.method, path)
            if request.method not in _READS and not OVERRIDING_FIELDS.isdisjoint(request.headers):
                others = [caller.scope.leave(method, path) for method in methods_of(request.method, request.headers)]
                leave = None if None in (leave, *others) else leave
            if leave is None:
                raise NotForThisKey("this key is not for that")
        told = self._cors.fields(request.headers) if self._cors else ""
        if caller.rate is not None:
            told += _counted(caller.rate.take())
        return Admitted(caller, leave, field, told)


def _counted(state: RateState) -> str:
    if state.retry_after_seconds > 0:
        policy, limit = rate_fields(state)
        raise CallerLimited(
            f"this key may ask {state.quota} times in {state.window_seconds} seconds",
            state.retry_after_seconds,
            {"RateLimit-Policy": policy, "RateLimit": limit},
        )
    return f'{_policy_line(state.quota, state.window_seconds)}"requests";r={state.remaining};t={state.reset_seconds}'


@lru_cache(1_024)
def _policy_line(quota: int, window_seconds: int) -> str:
    return f'\r\nratelimit-policy: "requests";q={quota};w={window_seconds}\r\nratelimit: '


def rate_fields(state: RateState) -> tuple[str, str]:
    """RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4)."""
    policy = f'"requests";q={state.quota};w={state.window_seconds}'
    return policy, f'"requests";r={state.remaining};t={state.reset_seconds}'


def path_of(raw_url: bytes) -> str:
    """The path of a request line, raw, without a query."""
    path = raw_url.partition(b"?")[0]
    if not path.startswith(b"/"):
        path = b"/" + path.partition(b"://")[2].partition(b"/")[2]
    return path.decode("latin-1")


def _rejected() -> KeyRejected:
    return KeyRejected("a key of this gateway is needed, as a bearer token or in X-API-Key")
