"""An answer as it is written: its bytes, its validator, and header fields that are encoded already.

Response headers are what an answer from memory pays for (docs/performance.md). So what never changes of them is encoded
once, as one piece; only what tells of the moment (Age, Cache-Status, the request id) is written anew, and of that all
but the id once a second.
"""

from collections.abc import Sequence
from hashlib import blake2b
from math import floor
from typing import Any, Final, cast

from sanic import HTTPResponse, Request
from sanic.compat import Header
from sanic.helpers import STATUS_CODES

from app.call import Call, Exchange, Source

JSON = "application/json"
_STATUS_LINES: Final = {status: b"HTTP/1.1 %d %b\r\n" % (status, phrase) for status, phrase in STATUS_CODES.items()}
CACHE = "headgate"
_CACHE_CONTROL = "private, no-cache"
"""A caller may keep an answer and must ask before it is used again: that costs a 304, and the gateway knows better."""


class WrittenAnswer:
    """A status, a body and the fields that never change.

    Attributes:
        status: The HTTP status.
        body: As it goes out.
        size_bytes: About what it takes in memory.
    """

    __slots__ = ("_fixed", "_lines", "_moment", "body", "size_bytes", "status")

    def __init__(self, status: int, body: bytes, fixed: tuple[bytes, bytes]) -> None:
        """`fixed` is one pair for Sanic and several lines on the wire (joined by CRLF): each pair costs."""
        self.status = status
        self.body = body
        self.size_bytes = 1_000 + len(body)
        self._fixed = fixed
        self._moment: object = None
        self._lines = b""

    def response(self, request: Request[Any, Any], lines: bytes) -> "WrittenResponse":  # noqa: ARG002 -- for who reads it
        """The answer to `request`.

        Args:
            request: Whose own fields may count.
            lines: What tells of the moment: `lines`, or `timed_fields`.
        """
        return WrittenResponse(self.status, self.body, self._fixed, lines)

    def lines(self, sources: tuple[Source, ...], now: float) -> bytes:
        """What tells of the moment, given that all replies came from the cache: written once a second."""
        moment = self.moment(sources, now)
        if self._moment != moment:
            self._moment, self._lines = moment, self.said(sources, now)
        return self._lines

    def moment(self, sources: tuple[Source, ...], now: float) -> object:
        """What `said` depends on."""
        return sources, floor(now)

    def said(self, sources: tuple[Source, ...], now: float) -> bytes:
        """What tells of the moment."""
        return timed_fields(f"{CACHE}; hit", sources, now)


class JsonAnswer(WrittenAnswer):
    """An answer of the typed API: 200 with JSON, or 304 for who has it already."""

    __slots__ = ("_not_modified", "etag")

    def __init__(self, body: bytes, link: str | None = None) -> None:
        self.etag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
        kept = f"{self.etag}\r\ncache-control: {_CACHE_CONTROL}" + (f"\r\nlink: {link}" if link else "")
        fixed = f"{JSON}\r\ncontent-length: {len(body)}\r\netag: {kept}"
        super().__init__(200, body, (b"content-type", fixed.encode("latin-1")))
        self._not_modified = (b"etag", kept.encode("latin-1"))

    def response(self, request: Request[Any, Any], lines: bytes) -> "WrittenResponse":
        headers = request.headers
        if (
            "if-none-match" in headers
            and request.method in {"GET", "HEAD"}
            and self._is_known(headers.getall("if-none-match"))
        ):
            return WrittenResponse(304, b"", self._not_modified, lines)
        return WrittenResponse(200, self.body, self._fixed, lines)

    def _is_known(self, if_none_match: list[str]) -> bool:
        """RFC 9110 section 13.1.2: weak comparison with any of the list, or `*`."""
        given = {tag.strip().removeprefix("W/") for line in if_none_match for tag in line.split(",")}
        return not given.isdisjoint({self.etag, "*"})


class WrittenResponse(HTTPResponse):
    """Sanic's response on fields that are encoded already."""

    __slots__ = ("_fixed", "_lines", "told")

    told: str
    """What else is said to this one caller: fields as they are written, each after a line end."""

    def __init__(self, status: int, body: bytes, fixed: tuple[bytes, bytes], lines: bytes) -> None:
        self.asgi = False
        self.body = body
        self.content_type = None
        self.stream = None
        self.status = status
        self.headers = cast(Header, {})  # Sanic only sets and reads by name
        self._cookies = None
        self._fixed = fixed
        self._lines = lines
        self.told = ""

    @property
    def processed_headers(self) -> list[tuple[bytes, bytes]]:  # type: ignore[override]  # Sanic's gives an iterator, and iterates it once
        headers = self.headers
        name, value = self._fixed
        rest = f"\r\nx-request-id: {headers['X-Request-ID']}\r\nconnection: {headers['connection']}{self.told}"
        return [(name, value + self._lines + rest.encode("latin-1"))]

    def whole(self, request_id: str, *, keep_alive: bool, bodiless: bool) -> bytes:
        """As it goes out, in one piece.

        Args:
            request_id: Of the request.
            keep_alive: Whether the connection takes another one.
            bodiless: For HEAD.
        """
        name, value = self._fixed
        connection = "keep-alive" if keep_alive else "close"
        rest = f"\r\nx-request-id: {request_id}\r\nconnection: {connection}{self.told}\r\n\r\n".encode("latin-1")
        # Upstreams answer by codes that nobody has registered, too: then as Sanic writes the first answer.
        line = _STATUS_LINES.get(self.status) or b"HTTP/1.1 %d UNKNOWN\r\n" % self.status
        head = (line, name, b": ", value, self._lines, rest)
        return b"".join(head if bodiless else (*head, self.body or b""))


def add_lines(headers: Header, lines: str) -> None:
    """Adds fields that are written already to others, beside those of the same name."""
    for line in lines.split("\r\n")[1:]:
        name, _, value = line.partition(": ")
        headers.add(name, value)


def timed_fields(status: str, sources: Sequence[Source | None], now: float) -> bytes:
    """Cache-Status and Age, each on a line of its own after what stands before.

    Args:
        status: What the cache did, as a member of Cache-Status has it; empty where it had no part in it.
        sources: What the answer was made of. The oldest reply tells its age, the first to end its freshness.
        now: Seconds since the epoch.
    """
    known = [source for source in sources if source is not None]
    if not known:
        return f"\r\ncache-status: {status}".encode("latin-1") if status else b""
    first, *more = known  # of most answers it is the only one
    fresh_until, born_at = first.fresh_until, first.born_at
    for source in more:
        fresh_until, born_at = min(fresh_until, source.fresh_until), min(born_at, source.born_at)
    ttl, age = floor(fresh_until - now), max(0, floor(now - born_at))
    return f"\r\ncache-status: {status}; ttl={ttl}\r\nage: {age}".encode("latin-1")


def told_by(call: Call) -> str:
    """What the cache did for a call, in one member: that of the first exchange that went further than the cache."""
    exchanges = [exchange for exchange in call.exchanges if exchange.cache]
    return next((each.cache for each in exchanges if not _is_hit(each)), exchanges[0].cache if exchanges else "")


def _is_hit(exchange: Exchange) -> bool:
    return exchange.cache == f"{CACHE}; hit"
