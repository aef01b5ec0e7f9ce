"""Requests and replies as plain values: what every stage takes and returns. No aiohttp in here."""

import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar, overload

from multidict import CIMultiDict, MultiMapping
from pydantic import BaseModel, TypeAdapter, ValidationError

from app.call import Source
from app.errors import HeadgateError, MalformedUpstreamReply, ReplyTooLarge

if TYPE_CHECKING:
    from app.transport.caching.ticket import Ticket

Headers = MultiMapping[str]
"""Header fields: repeated ones kept, names compared without case (RFC 9110 section 5)."""

_GZIP = b"\x1f\x8b"
_MEMBERS_LIMIT = 100
"""Each costs a copy of what follows it."""

_Model = TypeVar("_Model", bound=BaseModel)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Request:
    """One question to one upstream.

    Attributes:
        method: In upper case.
        target: Path and query relative to the upstream's base URL, percent-encoded, without a leading slash
            (`repos/acme/rocket/issues?page=2`). Whatever it holds, it cannot name another origin.
        headers: Without credentials: those are added by the credentials stage alone.
        body: Bytes, or a stream that can be sent once, and that gives up by itself on a sender who does not go on.
        follow_redirects: Typed calls follow them inside the origin; a mount relays them.
        may_stream: Whether the asker can take a `Streamed` reply when the body is larger than what may be buffered.
        ticket: What the stages of the cache tell each other about it.
    """

    method: str
    target: str
    headers: Headers = field(default_factory=CIMultiDict, repr=False)  # below `credentials` they hold one
    body: bytes | AsyncIterable[bytes] | None = field(default=None, repr=False)
    follow_redirects: bool = False
    may_stream: bool = False
    ticket: "Ticket | None" = field(default=None, repr=False)

    def with_headers(self, headers: Headers) -> "Request":
        """The same question with other fields."""
        return Request(
            self.method, self.target, headers, self.body, self.follow_redirects, self.may_stream, self.ticket
        )

    def with_target(self, target: str) -> "Request":
        """The same question of another place."""
        return Request(
            self.method, target, self.headers, self.body, self.follow_redirects, self.may_stream, self.ticket
        )

    def asking_by(self, method: str) -> "Request":
        """The same question by another method."""
        return Request(
            method, self.target, self.headers, self.body, self.follow_redirects, self.may_stream, self.ticket
        )

    def with_ticket(self, ticket: "Ticket | None") -> "Request":
        """The same question, on its way through the cache."""
        return Request(
            self.method, self.target, self.headers, self.body, self.follow_redirects, self.may_stream, ticket
        )


@dataclass(frozen=True, slots=True)
class Buffered:
    """A whole reply.

    Attributes:
        upstream: Who answered, by its name in the configuration.
        status: The HTTP status.
        headers: As they came, Content-Encoding included.
        body: The bytes as they came, possibly compressed.
        decompressed_limit_bytes: What `content()` may become at most.
        source: What the cache remembers it by; None where it does not.
        cache: What the cache did, as a member of Cache-Status has it (RFC 9211), without `ttl`.
    """

    upstream: str
    status: int
    headers: Headers
    body: bytes
    decompressed_limit_bytes: int
    source: Source | None = field(default=None, repr=False)
    cache: str = ""

    def told(self, cache: str) -> "Buffered":
        """The same reply, with what the cache did."""
        return Buffered(
            self.upstream, self.status, self.headers, self.body, self.decompressed_limit_bytes, self.source, cache
        )

    def content(self) -> bytes:
        """The body without its content coding (RFC 9110 section 8.4).

        Raises:
            ReplyTooLarge: It would be larger than `decompressed_limit_bytes`.
            MalformedUpstreamReply: The coding is broken, or one that we did not ask for.
        """
        coding = self.headers.get("Content-Encoding", "").strip().lower()
        if not coding or coding == "identity":
            return self.body
        if coding not in {"gzip", "x-gzip", "deflate"}:
            raise MalformedUpstreamReply(self.upstream, f"{self.upstream} answered in a content coding not asked for")
        return self._inflated()

    def _inflated(self) -> bytes:
        content, rest = self._member(self.body, self.decompressed_limit_bytes)
        if not rest.startswith(_GZIP):  # as nearly always
            return content
        members = [content]  # all together are one body (RFC 1952 section 2.2)
        while rest.startswith(_GZIP):
            room = self.decompressed_limit_bytes - sum(map(len, members))
            if room <= 0 or len(members) == _MEMBERS_LIMIT:
                raise self._too_large()
            content, rest = self._member(rest, room)
            members.append(content)
        return b"".join(members)

    def _member(self, body: bytes, limit_bytes: int) -> tuple[bytes, bytes]:
        """The first compressed member of `body`, and what stands after it."""
        # 32 + 15: recognises gzip and zlib by their first bytes, at any window size.
        inflater = zlib.decompressobj(wbits=47)
        try:
            content = inflater.decompress(body, limit_bytes)
            if inflater.unconsumed_tail or (not inflater.eof and inflater.decompress(b"", 1)):
                raise self._too_large()
        except zlib.error:
            raise MalformedUpstreamReply(
                self.upstream, f"the compressed body of {self.upstream}'s reply is broken"
            ) from None
        if not inflater.eof:
            raise MalformedUpstreamReply(self.upstream, f"the compressed body of {self.upstream}'s reply is cut off")
        return content, inflater.unused_data

    def _too_large(self) -> ReplyTooLarge:
        return ReplyTooLarge(
            self.upstream,
            f"the reply of {self.upstream} is larger than {self.decompressed_limit_bytes} bytes decompressed",
        )

    @overload
    def parse(self, shape: type[_Model]) -> _Model: ...
    @overload
    def parse(self, shape: TypeAdapter[_T]) -> _T: ...
    def parse(self, shape: type[BaseModel] | TypeAdapter[_T]) -> BaseModel | _T:
        """The body as a model (or, by a TypeAdapter, as a tuple of models), validated straight from the bytes.

        Raises:
            MalformedUpstreamReply: Not JSON, or a field that the model needs is missing or of another type; names the
                path of the first such field and never shows what stood there.
        """
        try:
            content = self.content()
            if isinstance(shape, TypeAdapter):
                return shape.validate_json(content)
            return shape.model_validate_json(content)
        except (MalformedUpstreamReply, ReplyTooLarge):
            self._distrusted()
            raise
        except ValidationError as error:
            self._distrusted()
            raise _malformed(self.upstream, error) from None

    def _distrusted(self) -> None:
        """It would be the answer for as long as upstream said, though that may be well again."""
        if self.source is not None:
            self.source.distrust()


class Streamed:
    """A reply whose body is still arriving. Must be closed, or read to its end."""

    __slots__ = ("_chunks", "_close", "_ended", "_on_end", "cache", "headers", "status", "upstream")

    source = None
    """No cache remembers a stream."""

    def __init__(
        self,
        upstream: str,
        status: int,
        headers: Headers,
        chunks: AsyncIterator[bytes],
        close: Callable[[], None],
    ) -> None:
        self.upstream = upstream
        self.status = status
        self.headers = headers
        self._chunks = chunks
        self._close = close
        self._ended = False
        self._on_end: list[Callable[[HeadgateError | None], None]] = []
        self.cache = ""

    def told(self, cache: str) -> "Streamed":
        """The same reply, with what the cache did (as in `Buffered.cache`)."""
        self.cache = cache
        return self

    def on_end(self, settle: Callable[[HeadgateError | None], None]) -> None:
        """Calls `settle` once, when the body has ended: with the error that ended it, or None."""
        self._on_end.append(settle)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it came, in pieces.

        Raises:
            Disconnected, UpstreamTimeout: The body did not arrive whole.
        """
        error: HeadgateError | None = None
        try:
            async for chunk in self._chunks:
                yield chunk
        except HeadgateError as caught:
            error = caught
            raise
        finally:
            self._end(error)

    def close(self) -> None:
        """Gives the connection back, or breaks it off when the body has not been read. Safe to call twice."""
        self._end(None)

    def _end(self, error: HeadgateError | None) -> None:
        if self._ended:
            return
        self._ended = True
        try:
            self._close()
        finally:
            for settle in self._on_end:
                settle(error)


Reply = Buffered | Streamed


def _malformed(upstream: str, error: ValidationError) -> MalformedUpstreamReply:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    if first["type"] == "json_invalid":
        return MalformedUpstreamReply(upstream, f"{upstream} answered something that is not JSON")
    path = ".".join(str(part) for part in first["loc"])
    problem = "is missing" if first["type"] == "missing" else "has an unexpected type"
    return MalformedUpstreamReply(upstream, f"{path or 'the reply'} {problem} in the reply of {upstream}", path or None)
