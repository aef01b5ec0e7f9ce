"""A reply in the form that one caller asked for: in a content coding it knows, 304 for who has it, a range of it."""

import re
import zlib
from collections.abc import AsyncIterator

from multidict import CIMultiDict

from app.errors import MalformedUpstreamReply
from app.transport.caching.ranges import Part, Unsatisfiable, partial
from app.transport.caching.remembered import Remembered
from app.transport.caching.validation import answers_condition
from app.transport.exchange import Buffered, Headers, Reply, Request, Streamed

_IN_304 = frozenset(
    {"cache-control", "cdn-cache-control", "content-location", "date", "etag", "expires", "vary", "link"}
)
"""RFC 9110 section 15.4.5, and the Link that pages are turned by."""

_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")
_PIECE_BYTES = 2**18


def as_asked(request: Request, reply: Reply) -> Reply:
    """`reply` as an answer to the caller's own Accept-Encoding, conditions and Range (RFC 9110 sections 12 to 14)."""
    if reply.headers.get("Content-Encoding", "").lower() in {"gzip", "x-gzip"} and not takes_gzip(request.headers):
        if reply.status == 206:  # a part cannot be unpacked
            return reply
        reply = _decoded(reply) if isinstance(reply, Buffered) else _decoding(reply)
    if reply.status != 200 or not isinstance(reply, Buffered) or reply.source is None:
        return reply
    headers = request.headers
    if ("If-None-Match" in headers or "If-Modified-Since" in headers) and answers_condition(
        headers, 200, reply.headers
    ):
        return _part(reply, 304, _of_304(reply.headers), b"")
    if "Range" in headers and request.method == "GET":
        return ranged(reply, headers["Range"], headers.get("If-Range"))
    return reply


def takes_gzip(headers: Headers) -> bool:
    """RFC 9110 section 12.5.3; a caller who says nothing gets no coding: many do not expect one."""
    for name in ("gzip", "x-gzip", "*"):
        for element in ",".join(headers.getall("Accept-Encoding", ())).lower().split(","):
            coding, *parameters = (part.strip() for part in element.split(";"))
            if coding == name:
                return not any(_REFUSED.fullmatch(parameter) for parameter in parameters)
    return False


def _decoded(reply: Buffered) -> Buffered:
    """Unfolded once for each content, however many ask. A HEAD's reply and a 304 have only fields of that."""
    if not reply.body:
        return _part(reply, reply.status, _without_coding(reply.headers), b"")
    source = reply.source
    body = source.entry.content.decoded if isinstance(source, Remembered) else None
    if body is None:
        body = reply.content()
        if isinstance(source, Remembered):
            source.decoded_to(body)
    return _part(reply, reply.status, _without_coding(reply.headers), body)


def _decoding(reply: Streamed) -> Streamed:
    decoded = Streamed(reply.upstream, reply.status, _without_coding(reply.headers), _unfolded(reply), reply.close)
    return decoded.told(reply.cache)


async def _unfolded(reply: Streamed) -> AsyncIterator[bytes]:
    inflater = zlib.decompressobj(wbits=31)
    try:
        async for piece in reply.chunks():
            rest = piece
            while rest:
                if inflater.eof:  # a body may be several members, one after the other (RFC 1952 section 2.2)
                    inflater = zlib.decompressobj(wbits=31)
                yield inflater.decompress(rest, _PIECE_BYTES)
                rest = inflater.unconsumed_tail or inflater.unused_data
    except zlib.error:
        raise _broken(reply) from None
    if not inflater.eof:
        raise _broken(reply)


def _broken(reply: Streamed) -> MalformedUpstreamReply:
    return MalformedUpstreamReply(reply.upstream, f"the compressed body of {reply.upstream}'s reply is broken")


def _without_coding(headers: Headers) -> CIMultiDict[str]:
    """Other bytes are another representation: a strong entity tag becomes a weak one (RFC 9110 section 8.8.3.3)."""
    fields = CIMultiDict(headers)
    fields.popall("Content-Encoding", None)
    fields.popall("Content-Length", None)
    if (etag := fields.get("ETag")) is not None and not etag.startswith("W/"):
        fields["ETag"] = f"W/{etag}"
    return fields


def ranged(reply: Buffered, wanted: str, if_range: str | None) -> Buffered:
    """The part of `reply` that Range wants, or the whole (RFC 9110 section 14.2)."""
    match partial(wanted, if_range, reply.headers, len(reply.body)):
        case Part() as part:
            headers = CIMultiDict(reply.headers)
            headers["Content-Range"] = part.content_range
            headers.popall("Content-Length", None)
            return _part(reply, 206, headers, reply.body[part.first : part.last + 1])
        case Unsatisfiable() as beyond:
            return _part(reply, 416, CIMultiDict({"Content-Range": beyond.content_range}), b"")
        case _:
            return reply


def _of_304(headers: Headers) -> CIMultiDict[str]:
    return CIMultiDict((name, value) for name, value in headers.items() if name.lower() in _IN_304)


def _part(reply: Buffered, status: int, headers: Headers, body: bytes) -> Buffered:
    return Buffered(reply.upstream, status, headers, body, reply.decompressed_limit_bytes, reply.source, reply.cache)
