"""One mount as one kind of caller sees it: what they ask, in upstream's terms, and what upstream says, in theirs."""

import zlib
from collections.abc import Sequence

from multidict import CIMultiDict

from app.call import of_few
from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.services.rewriting import entity_tags
from app.services.rewriting.json_urls import JsonUrls
from app.services.rewriting.locations import Locations
from app.transport.caching.asked import ranged, takes_gzip
from app.transport.exchange import Buffered, Headers, Reply, Request

_CONDITIONS = ("If-None-Match", "If-Match")
_REFERENCES = ("Location", "Content-Location")
_DIGESTS = ("Content-MD5", "Digest", "Content-Digest", "Repr-Digest")
"""What upstream says of its own bytes (RFC 9530)."""

_GZIP = frozenset({"gzip", "x-gzip"})
_UNDONE = _GZIP | {"", "identity", "deflate"}
_FASTEST = 1
"""zlib's level. A higher one takes two to four times as long, for a body that is a tenth smaller."""


class Bodies:
    """How the URLs in bodies are rewritten.

    Args:
        urls: Finds them.
        by: What takes the places of the bases that it knows.
        any_json: As in `UrlFields`.
        mark: What tells bodies that are rewritten in another way from these, by their entity tags.
    """

    __slots__ = ("_by", "_urls", "any_json", "mark")

    def __init__(self, urls: JsonUrls, by: Sequence[bytes], mark: str, *, any_json: bool) -> None:
        self._urls = urls
        self._by = by
        self.any_json = any_json
        self.mark = mark

    def are_in(self, headers: Headers) -> bool:
        """Whether it is JSON whose URLs count."""
        media_type = headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return media_type == "application/json" or (self.any_json and media_type.endswith("+json"))

    def rewritten(self, reply: Buffered) -> bytes:
        """The body of `reply`, compressed if it came so; the same object where nothing in it is another, or nobody can
        unpack it: a mount relays what upstream sends, and who asked sees it at once.
        """
        coding = _coding(reply.headers)
        if not reply.body or coding not in _UNDONE:
            return reply.body
        try:
            content = reply.content()
        except (MalformedUpstreamReply, ReplyTooLarge):
            return reply.body
        changed = self._urls.replaced(content, self._by)
        if changed is content:
            return reply.body
        return _compressed(changed) if coding in _GZIP else changed


class Rewriter:
    """Rewrites what goes through one mount for those who came by one URL."""

    def __init__(self, base_url: str, locations: Locations, bodies: Bodies | None) -> None:
        """Besides:

        Args:
            base_url: How these callers name upstream's base URL.
            bodies: None: only header fields are rewritten.
        """
        self._locations = locations
        self._bodies = bodies
        self._name = (base_url, bodies.mark if bodies else "")

    def asked(self, request: Request) -> Request:
        """The request as upstream and the cache must see it: with upstream's own entity tags, and for no content coding
        that we could not undo.
        """
        if self._bodies is None:
            return request
        headers, reads = request.headers, request.method in {"GET", "HEAD"}
        if reads and not any(name in headers for name in (*_CONDITIONS, "Range")):
            return request
        fields = CIMultiDict(headers)
        for name in _CONDITIONS:
            if name in fields:
                fields[name] = entity_tags.condition(fields.getall(name), self._bodies.mark)
        if '"' in (validator := fields.get("If-Range", "")):
            fields["If-Range"] = entity_tags.unmarked(validator.strip(), self._bodies.mark)
        if "," in fields.get("Range", ""):
            return request.with_headers(_whole(fields))  # of several parts nobody could tell whether they are JSON's
        if "Accept-Encoding" in fields:
            fields["Accept-Encoding"] = "gzip" if takes_gzip(fields) else "identity"
        return request.with_headers(fields)

    def asked_whole(self, request: Request, reply: Reply) -> Request | None:
        """What to ask instead where `reply` is a part of a body that must be rewritten as a whole; None: it is not. That
        a part lies beyond a stored body is so of its rewritten form only perhaps.
        """
        if self._bodies is None or request.method != "GET" or request.body is not None:
            return None
        beyond = reply.status == 416 and reply.source is not None
        if not beyond and not (reply.status == 206 and self._bodies.are_in(reply.headers)):
            return None
        return request.with_headers(_whole(request.headers))

    @staticmethod
    def part(asked: Headers, whole: Reply) -> Reply:
        """The part that was `asked` for, of what is rewritten."""
        if not isinstance(whole, Buffered) or whole.status != 200:
            return whole
        return ranged(whole, asked["Range"], asked.get("If-Range"))

    def answered(self, request: Request, reply: Reply) -> Reply:
        """The reply as the caller must see it. A stream's body is as it came."""
        if not isinstance(reply, Buffered):
            reply.headers = self._fields(reply.headers, request.target)
            return reply
        source, bodies = reply.source, self._bodies
        if bodies is not None and bodies.are_in(reply.headers):
            body = reply.body
            if source is None:
                body = bodies.rewritten(reply)
            elif body:
                body = source.derived((bodies.mark, _coding(reply.headers)), lambda: bodies.rewritten(reply))
            unknown = request.method == "HEAD" and not body
        else:
            body, unknown = reply.body, False

        def fields() -> Headers:
            found = self._fields(reply.headers, request.target)
            return found if body is reply.body and not unknown else _of_other_bytes(found, reply, body)

        if source is None or reply.status in {206, 416}:
            headers = fields()
        else:
            known = (*self._name, reply.status, reply.headers.get("ETag"), "Content-Encoding" in reply.headers)
            headers = of_few(source.made, "rewritten", known, fields)
        return Buffered(
            reply.upstream, reply.status, headers, body, reply.decompressed_limit_bytes, source, reply.cache
        )

    def _fields(self, headers: Headers, target: str) -> Headers:
        changed: list[tuple[str, str]] = [
            (name, self._locations.led(value, target))
            for name in _REFERENCES
            if name in headers
            for value in headers.getall(name)
        ]
        if "Link" in headers:
            changed += [("Link", self._locations.linked(line, target)) for line in headers.getall("Link")]
        if self._bodies is not None and "ETag" in headers:
            changed.append(("ETag", entity_tags.marked(headers["ETag"].strip(), self._bodies.mark)))
        if not changed:
            return headers
        fields = CIMultiDict(headers)
        for name, _ in changed:
            fields.popall(name, None)
        fields.extend(changed)
        return fields


def _of_other_bytes(headers: Headers, reply: Buffered, body: bytes) -> Headers:
    """The fields of a body that is no longer upstream's; of a HEAD's reply nobody knows how long that would be."""
    fields = CIMultiDict(headers)
    for name in ("Content-Length", *_DIGESTS):
        fields.popall(name, None)
    if body:
        fields["Content-Length"] = str(len(body))
        if _coding(reply.headers) not in _GZIP:
            fields.popall("Content-Encoding", None)
    return fields


def _whole(headers: Headers) -> CIMultiDict[str]:
    fields = CIMultiDict(headers)
    for name in ("Range", "If-Range"):
        fields.popall(name, None)
    return fields


def _coding(headers: Headers) -> str:
    return headers.get("Content-Encoding", "").strip().lower()


def _compressed(content: bytes) -> bytes:
    """Without a time in it: the same bytes are the same entity, whichever worker has packed them."""
    packer = zlib.compressobj(_FASTEST, zlib.DEFLATED, wbits=31)
    return packer.compress(content) + packer.flush()
