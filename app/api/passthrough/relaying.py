"""An upstream's reply as it goes on to a caller."""

from collections.abc import Iterable
from math import floor

from sanic import HTTPResponse
from sanic.compat import Header

from app.api.edge import EdgeRequest
from app.api.passthrough.bodies import break_off
from app.api.passthrough.request_fields import OF_THE_CONNECTION, named
from app.api.written import CACHE, WrittenAnswer, timed_fields
from app.call import Source, of_few
from app.errors import HeadgateError
from app.logs.logger import logger_of
from app.services.passthrough import KnownQuota, Passed
from app.transport.exchange import Buffered, Headers, Streamed

logger = logger_of(__name__)

VIA = "1.1 headgate"
HIT = f"{CACHE}; hit"

_OF_THE_ORIGIN = frozenset({"alt-svc", "strict-transport-security"})
"""What upstream says of itself as an origin (RFC 7838, RFC 6797). Of the gateway it is not true, and the first would lead
callers past it.
"""
_NEVER_RELAYED = OF_THE_CONNECTION | _OF_THE_ORIGIN | {"proxy-authentication-info", "x-request-id"}
_OF_CORS = "access-control-"
"""Which pages may read upstream's answers is upstream's to say, and of ours it is our operator's (`server.cors_origins`)."""
_QUOTA = "x-ratelimit-"


class RelayedAnswer(WrittenAnswer):
    """An upstream's reply as it goes on to a caller."""

    __slots__ = ("_quota",)

    def __init__(self, status: int, body: bytes, fixed: tuple[bytes, bytes], quota: KnownQuota | None) -> None:
        super().__init__(status, body, fixed)
        if status == 200:
            self.size_bytes -= len(body)  # the stored reply's own bytes, or a form of them that is kept with it
        self._quota = quota

    def moment(self, sources: tuple[Source, ...], now: float) -> object:
        return sources, floor(now), None if self._quota is None else self._quota.news

    def said(self, sources: tuple[Source, ...], now: float, cache: str = HIT) -> bytes:
        quota = "" if self._quota is None else self._quota.lines(now)
        return f"\r\nvia: {VIA}{quota}".encode("latin-1") + timed_fields(cache, sources, now)


def answer_of(passed: Passed, reply: Buffered, *, head: bool) -> RelayedAnswer:
    source = reply.source
    if source is None:
        return RelayedAnswer(reply.status, reply.body, _fixed(reply, head=head), None)
    if reply.status == 206 or reply.status == 416:  # noqa: PLR1714 -- faster. Each range has fields of its own
        return RelayedAnswer(reply.status, reply.body, _fixed(reply, head=False), passed.quota)
    name = (passed.entrance, reply.status, reply.headers.get("ETag"), "Content-Encoding" in reply.headers)
    fixed = of_few(source.made, "relayed", name, lambda: _fixed(reply, head=False))
    return RelayedAnswer(reply.status, reply.body, fixed, passed.quota)


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
    dropped = named(headers.getall("Connection")) if "Connection" in headers else ()
    for name, value in headers.items():
        lower = name.lower()
        if lower in _NEVER_RELAYED or lower in dropped or lower.startswith(_OF_CORS):
            continue
        if not (stored and (lower == "age" or lower.startswith(_QUOTA))):  # these are told anew
            yield name, value


async def stream(request: EdgeRequest, reply: Streamed) -> None:
    """Relays a body at the pace of who reads it. One that breaks off ends the connection, and never looks whole."""
    headers = Header(_fields(reply.headers, stored=False))
    headers.add("Via", VIA)
    if "Content-Length" in reply.headers and "Transfer-Encoding" not in reply.headers:
        headers["content-length"] = reply.headers["Content-Length"]
    if reply.cache:
        headers.add("Cache-Status", reply.cache)
    response: HTTPResponse = await request.respond(HTTPResponse(status=reply.status, headers=headers))
    try:
        async for piece in reply.chunks():
            await response.send(piece)
            request.sent_bytes += len(piece)
        await response.eof()  # type: ignore[no-untyped-call]  # Sanic's has no types
    except HeadgateError as error:
        # Too late for a status: the caller sees that the connection ends before the body does.
        logger.warning("broken off", request_id=request.request_id, upstream=reply.upstream, reason=error.code)
        break_off(request.stream)
    except Exception:
        break_off(request.stream)
        raise
    finally:
        reply.close()
