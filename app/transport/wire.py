"""The innermost stage: aiohttp. Sends what it is given and keeps the body as it comes."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO

import aiohttp
from yarl import URL

from app.call import current_call
from app.errors import (
    DeadlineExceeded,
    HeadgateError,
    MalformedUpstreamReply,
    ProxyFailed,
    ReplyTooLarge,
    UpstreamTimeout,
)
from app.transport.exchange import Buffered, Reply, Request, Streamed
from app.transport.protocol import StrictProtocol
from app.transport.sending import SentInPieces, TotalTime
from app.transport.session import UpstreamSession
from app.transport.syntax import check, unwritable
from app.transport.translation import translated

ONE_GO_BYTES = 2**20
STREAM_BYTES = 2**16
"""How much of a body that may stream waits for who reads it: up to twice as much; and the largest piece."""


@dataclass(frozen=True, slots=True)
class WireLimits:
    """What one request may take.

    Attributes:
        connect_seconds: As in `Connection`; named in the error.
        read_seconds: As in `Connection`; named in the error.
        total_seconds: From sending to the last byte of a buffered body. For so long may upstream take nothing of a body
            that is sent while it arrives, too: a full window opens in leaps, and a peer that reads slowly looks for
            seconds like one that does not.
        buffered_bytes: The largest body that is buffered, as it comes (compressed).
        decompressed_bytes: The largest that a buffered body may become.
    """

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    buffered_bytes: int
    decompressed_bytes: int


class Wire:
    """Sends requests through the upstream's one session.

    Raises (besides the errors of `translated`):
        InvalidRequest: What is asked cannot be sent as one request under the base URL.
        DeadlineExceeded: The caller's deadline came before the end of the reply.
        UpstreamTimeout: `total_seconds` did.
        ReplyTooLarge: The body is past `buffered_bytes` and the request does not allow a stream.
    """

    def __init__(self, session: UpstreamSession, base_url: str, limits: WireLimits) -> None:
        if not base_url.endswith("/"):
            raise ValueError("a base URL ends in /, or a target could change the host")
        self._session = session
        self._upstream = session.upstream
        self._base_url = base_url
        self._limits = limits
        self._idle = self._timeout(None)

    def _timeout(self, total_seconds: float | None) -> aiohttp.ClientTimeout:
        """Besides the connection's own total. Never rounded up to whole seconds."""
        limits = self._limits
        return aiohttp.ClientTimeout(
            total_seconds, limits.connect_seconds, limits.read_seconds, ceil_threshold=float("inf")
        )

    async def send(self, request: Request) -> Reply:
        check(request)
        now = asyncio.get_running_loop().time()
        deadline = current_call().deadline
        if deadline <= now:
            raise DeadlineExceeded(f"no time left to ask {self._upstream}")
        in_time = deadline - now >= self._limits.total_seconds
        failure: HeadgateError
        try:
            if in_time and request.body is None:  # the connection's own limit does, which costs next to nothing
                return await self._exchange(request, self._idle)
            seconds = self._limits.total_seconds if in_time else deadline - now
            if request.may_stream or not isinstance(request.body, bytes | None):
                return await self._streamable(request, seconds)
            return await self._exchange(request, self._timeout(seconds))
        except aiohttp.ClientError as error:  # before TimeoutError: aiohttp's time-outs are both
            failure = self._translated(error)
        except TimeoutError:
            # The deadline of a body that was sent in pieces has been set anew when it ended.
            if not in_time or asyncio.get_running_loop().time() >= current_call().deadline:
                failure = DeadlineExceeded(f"{self._upstream} had not answered when the caller's time ran out")
            else:
                failure = UpstreamTimeout(self._upstream, "total", self._limits.total_seconds)
        raise failure  # out here, or its __context__ would keep aiohttp's error and with that the credential

    async def _streamable(self, request: Request, seconds: float) -> Reply:
        """The total of aiohttp would bind a streamed body to its end; this limit is taken off when the body begins."""
        async with asyncio.timeout(seconds) as limit:
            total = TotalTime(limit, self._limits.total_seconds)
            reply = await self._exchange(request, self._idle, total)
            if isinstance(reply, Streamed):
                total.lift()  # from here on its idle time-out holds
            return reply

    async def _exchange(self, request: Request, limits: aiohttp.ClientTimeout, total: TotalTime | None = None) -> Reply:
        response: aiohttp.ClientResponse | None = None
        try:
            response = await self._session.client.request(
                request.method,
                URL(self._base_url + request.target, encoded=True),
                headers=request.headers,
                data=self._sendable(request, total),
                # The sender says what its body is. Costs nothing where there is none.
                skip_auto_headers=None if request.body is None else ("Content-Type",),
                allow_redirects=False,
                timeout=limits,
                read_bufsize=STREAM_BYTES if request.may_stream else None,
            )
        except ValueError as error:
            if isinstance(error, aiohttp.ClientError):
                raise
        if response is None:
            raise unwritable(request)
        try:
            length = None if "Transfer-Encoding" in response.headers else response.content_length
            if self._is_plain(request, response, length):
                return self._buffered(response, await response.read())
            return await self._received(request, response, length)
        except BaseException:
            response.close()  # a connection with an unread rest must not go back to the pool
            raise

    def _is_plain(self, request: Request, response: aiohttp.ClientResponse, length: int | None) -> bool:
        """Whether one read does: there is no body, or the parser lets no more through than Content-Length says."""
        status = response.status
        if status == 407 and self._session.proxied:
            raise ProxyFailed(self._upstream, f"the proxy towards {self._upstream} demands credentials")
        if status == 101:
            raise MalformedUpstreamReply(self._upstream, f"{self._upstream} changed the protocol unasked")
        if length is not None and length <= self._limits.buffered_bytes:
            return True
        return request.method == "HEAD" or status in {204, 304}

    async def _received(self, request: Request, response: aiohttp.ClientResponse, length: int | None) -> Reply:
        cap = self._limits.buffered_bytes
        pieces: list[bytes] = []
        if length is None:
            size = 0
            async for piece in response.content.iter_any():
                pieces.append(piece)
                size += len(piece)
                if size > cap:
                    break
            else:
                return self._buffered(response, b"".join(pieces))
        if not request.may_stream:
            raise ReplyTooLarge(self._upstream, f"the reply of {self._upstream} is larger than {cap} bytes")
        if response.connection is not None and isinstance(response.connection.protocol, StrictProtocol):
            response.connection.protocol.without_total()
        return Streamed(self._upstream, response.status, response.headers, self._rest(pieces, response), response.close)

    def _buffered(self, response: aiohttp.ClientResponse, body: bytes) -> Buffered:
        return Buffered(self._upstream, response.status, response.headers, body, self._limits.decompressed_bytes)

    async def _rest(self, first: list[bytes], response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
        first.reverse()
        while first:
            yield first.pop()  # and forget it: a long body goes on without what it began with
        try:
            async for piece in response.content.iter_chunked(STREAM_BYTES):
                yield piece
        except aiohttp.ClientError as error:
            failure = self._translated(error)
        except TimeoutError:  # the total went off in the moment in which it was taken off
            failure = UpstreamTimeout(self._upstream, "total", self._limits.total_seconds)
        else:
            return
        raise failure

    def _translated(self, error: aiohttp.ClientError) -> HeadgateError:
        return translated(
            error,
            self._upstream,
            proxied=self._session.proxied,
            connect_seconds=self._limits.connect_seconds,
            read_seconds=self._limits.read_seconds,
        )

    def _sendable(self, request: Request, total: TotalTime | None) -> bytes | BytesIO | SentInPieces | None:
        body = request.body
        if body is None or isinstance(body, bytes):
            # aiohttp writes bytes at one go, which copies them all, and a file piece by piece.
            return BytesIO(body) if body is not None and len(body) > ONE_GO_BYTES else body
        assert total is not None  # noqa: S101 -- see `send`
        length = request.headers.get("Content-Length")
        return SentInPieces(
            body,
            None if length is None else int(length),
            total,
            upstream=self._upstream,
            idle_seconds=self._limits.total_seconds,
        )
