"""/<mount>/…: an upstream's own API, passed through and answered from the cache where it may be."""

from collections.abc import Iterable
from enum import Enum, auto
from functools import lru_cache
from ipaddress import ip_address
from math import floor
from time import time
from typing import Annotated, Any, cast

from dependency_injector.wiring import Provide, inject
from multidict import CIMultiDict
from sanic import Blueprint, HTTPResponse
from sanic.compat import Header

from app.api.edge import CLASS_HEADER, TIMEOUT_HEADER, EdgeApp, EdgeRequest
from app.api.written import CACHE, WrittenAnswer, timed_fields
from app.call import Source
from app.services.passthrough import KnownQuota, Passed, PassThroughService, authorises
from app.transport.exchange import Buffered, Headers, Request, Streamed

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
VIA = "1.1 headgate"
HIT = f"{CACHE}; hit"

_OF_THE_CONNECTION = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "host", "content-length", "expect"}
)
"""RFC 9110 section 7.6.1, and what the next connection says for itself."""
_OF_THE_WAY = frozenset(
    {"forwarded", "true-client-ip", "x-client-ip", "x-host", "x-original-host", "x-original-url", "x-real-ip"}
    | {"x-rewrite-url"}
    | {f"x-forwarded-{what}" for what in ("by", "for", "host", "path", "port", "prefix", "proto", "scheme", "server")}
    | {f"x-forwarded-{what}" for what in ("ssl", "uri")}
)
"""How somebody came to us, or so they say. To upstream we are the client; and what an upstream builds into a reply from
one of these would be everybody's who asks for the same without it.
"""
_FOR_US = frozenset({TIMEOUT_HEADER.lower(), CLASS_HEADER.lower()})
"""What a caller says to the gateway, and upstream has its own ideas about."""
_OVERRIDING = frozenset({"x-http-method", "x-http-method-override", "x-method-override"})
"""They make another method of the request. What is read is answered from the cache, and with our own credential."""
_FROM_ELSEWHERE = _OF_THE_WAY | {"origin", "via"}
_NEVER_RELAYED = _OF_THE_CONNECTION | {"proxy-authentication-info", "x-request-id"}
_QUOTA = "x-ratelimit-"

Service = Annotated[PassThroughService, Provide["passthrough"]]


@inject
async def pass_through(request: EdgeRequest, passthrough: Service, path: str = "") -> HTTPResponse:  # noqa: ARG001 -- the raw path counts, byte for byte
    """Whatever is asked below a mount."""
    place = cast(Any, request.route).ctx
    # Before any field is taken out; who brings a token of their own gets nothing of it.
    trusted = "authorization" not in request.headers and _is_trusted(request)
    headers, credentials = _split(request.headers, request.method)
    target = _target(request.raw_url, place.mount_bytes)
    asked = Request(request.method, target, headers, request.body or None, may_stream=True)
    passed = await passthrough.send(place.upstream, asked, credentials, trusted=trusted)
    reply = passed.reply
    if isinstance(reply, Streamed):
        return await _streamed(request, reply)
    answer = _answer(passed, reply, head=request.method == "HEAD")
    if reply.source is None:
        told = f"\r\nvia: {VIA}" + (f"\r\ncache-status: {reply.cache}" if reply.cache else "")
        return answer.response(request, told.encode("latin-1"))
    makers = (("passthrough", tuple(vars(passthrough).values())),)
    known = request.app.answers.kept(request.question, answer, [reply.source], makers)
    return answer.response(request, answer.said(known.sources, time(), reply.cache))


def mount(app: EdgeApp, upstream: str, path: str) -> None:
    """Offers the own API of `upstream` under `path`."""
    blueprint = Blueprint(f"mount_{upstream}", url_prefix=path)
    for name, route in (("root", "/"), ("below", "/<path:path>")):
        blueprint.add_route(
            pass_through,
            route,
            methods=METHODS,
            strict_slashes=False,
            name=name,
            ctx_upstream=upstream,
            ctx_mount_bytes=len(path),
            ctx_any_method=True,
        )
    app.blueprint(blueprint)


def _target(raw_url: bytes, prefix: int) -> str:
    """What lies below the mount, byte for byte. Clients whose base URL ends in a slash ask for `//repos`."""
    if not raw_url.startswith(b"/"):  # the absolute form, which a server must take (RFC 9112 section 3.2.2)
        raw_url = b"/" + raw_url.partition(b"://")[2].partition(b"/")[2]
    return raw_url[prefix:].lstrip(b"/").decode("ascii")


def _split(headers: Any, method: str) -> tuple[CIMultiDict[str], dict[str, str]]:
    """What goes on to upstream, and what authorises the caller."""
    kept = CIMultiDict(headers)  # the log still wants to know what was asked
    credentials = {}
    apart = {name: kind for name in headers if (kind := _kind(name)) is not None}
    if "connection" in apart:
        apart = {**dict.fromkeys(_named(kept.getall("connection")), _Kind.OF_THE_CONNECTION), **apart}
    for name, kind in apart.items():
        if kind is _Kind.CREDENTIAL:
            credentials[name] = ", ".join(kept.popall(name))
        elif kind is not _Kind.OF_A_WRITE or method == "GET" or method == "HEAD":  # noqa: PLR1714 -- faster
            kept.popall(name, None)
    return kept, credentials


def _named(connection: list[str]) -> set[str]:
    """What Connection names (RFC 9110 section 7.6.1)."""
    return {option.strip().lower() for line in connection for option in line.split(",")}


class _Kind(Enum):
    """Why a field does not go on to upstream as it is."""

    OF_THE_CONNECTION = auto()
    CREDENTIAL = auto()
    OF_A_WRITE = auto()


@lru_cache(maxsize=2_000)
def _kind(name: str) -> _Kind | None:
    if name in _OF_THE_CONNECTION or name in _OF_THE_WAY or name in _FOR_US:
        return _Kind.OF_THE_CONNECTION
    if name in _OVERRIDING:
        return _Kind.OF_A_WRITE
    return _Kind.CREDENTIAL if authorises(name) else None


def _is_trusted(request: EdgeRequest) -> bool:
    """Whether the gateway's own credential may serve a caller who brings none: from this machine, addressed as such,
    and not sent by a web page or a proxy of somewhere else. Caller keys come with a later version.

    A page whose own name was made to lead here (DNS rebinding) sends no Origin: the Host tells. A picture in a page
    neither: browsers tell by Sec-Fetch-Site.
    """
    headers = request.headers
    if not _FROM_ELSEWHERE.isdisjoint(headers) or not request.raw_url.startswith(b"/"):
        return False
    hosts = headers.getall("host", ())
    return (
        _is_loopback(request.peer)
        and len(hosts) == 1
        and _is_here(hosts[0])
        and headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
    )


@lru_cache(maxsize=256)
def _is_here(host: str) -> bool:
    """Whether a Host names this machine as only it can call itself (RFC 6761 section 6.3)."""
    name = host[: host.rfind("]") + 1].strip("[]") if host.startswith("[") else host.partition(":")[0]
    return name.lower() == "localhost" or _is_loopback(name)


def _is_loopback(address: str) -> bool:
    if address == "127.0.0.1":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


class RelayedAnswer(WrittenAnswer):
    """An upstream's reply as it goes on to a caller."""

    __slots__ = ("_quota",)

    def __init__(self, status: int, body: bytes, fixed: tuple[bytes, bytes], quota: KnownQuota | None) -> None:
        super().__init__(status, body, fixed)
        if status == 200:
            self.size_bytes -= len(body)  # the stored reply's own bytes
        self._quota = quota

    def moment(self, sources: tuple[Source, ...], now: float) -> object:
        return sources, floor(now), None if self._quota is None else self._quota.news

    def said(self, sources: tuple[Source, ...], now: float, cache: str = HIT) -> bytes:
        lines = f"\r\nvia: {VIA}"
        for name, value in ({} if self._quota is None else self._quota.fields(now)).items():
            lines += f"\r\n{name}: {value}"
        return lines.encode("latin-1") + timed_fields(cache, sources, now)


def _answer(passed: Passed, reply: Buffered, *, head: bool) -> RelayedAnswer:
    source = reply.source
    if source is None:
        return RelayedAnswer(reply.status, reply.body, _fixed(reply, head=head), None)
    if reply.status == 206 or reply.status == 416:  # noqa: PLR1714 -- faster. Each range has fields of its own
        return RelayedAnswer(reply.status, reply.body, _fixed(reply, head=False), passed.quota)
    name = ("relayed", reply.status, reply.headers.get("ETag"), "Content-Encoding" in reply.headers)
    if name not in source.made:
        source.made[name] = _fixed(reply, head=False)
    return RelayedAnswer(reply.status, reply.body, source.made[name], passed.quota)


def _fixed(reply: Buffered, *, head: bool) -> tuple[bytes, bytes]:
    """What does not change from one caller to the next, as one pair (see written.py)."""
    fields = list(_fields(reply.headers, stored=reply.source is not None))
    length = reply.headers.get("Content-Length") if head else str(len(reply.body))
    if reply.status not in {204, 304} and length is not None:
        fields.append(("content-length", length))
    (name, value), *rest = fields or [("server", "headgate")]
    lines = value + "".join(f"\r\n{other}: {said}" for other, said in rest)
    return name.encode("latin-1"), lines.encode("utf-8", "surrogateescape")


def _fields(headers: Headers, *, stored: bool) -> Iterable[tuple[str, str]]:
    """What goes on: all but what belongs to the connection, be it by its name or by what Connection says. Via and
    Cache-Status grow by a line (RFC 9110 section 7.6.3, RFC 9211 section 2).
    """
    named = _named(headers.getall("Connection")) if "Connection" in headers else ()
    for name, value in headers.items():
        lower = name.lower()
        if lower in _NEVER_RELAYED or lower in named:
            continue
        if not (stored and (lower == "age" or lower.startswith(_QUOTA))):  # these are told anew
            yield name, value


async def _streamed(request: EdgeRequest, reply: Streamed) -> HTTPResponse:
    headers = Header(_fields(reply.headers, stored=False))
    headers.add("Via", VIA)
    if reply.cache:
        headers.add("Cache-Status", reply.cache)
    response: HTTPResponse = await request.respond(HTTPResponse(status=reply.status, headers=headers))
    try:
        async for piece in reply.chunks():
            await response.send(piece)
        await response.eof()  # type: ignore[no-untyped-call]
    finally:
        reply.close()
    return response
