"""Bodies below a mount. What a caller sends is held in memory where it is small, else sent on while it arrives.

Small ones can be sent again where that is allowed, and looked into (GraphQL). Of a large one no more is read than upstream
has taken: the caller's connection stands still until then.
"""

import asyncio
from collections.abc import AsyncIterator
from math import inf
from typing import Any

from sanic.exceptions import BadRequest, PayloadTooLarge, RequestTimeout
from sanic.http import Stage

from app.api.edge import EdgeRequest
from app.api.own_fields import timeout_seconds
from app.call import current_call
from app.errors import DeadlineExceeded, InvalidRequest, ParameterFault, RequestBodyTooLarge


async def body_of(request: EdgeRequest, longest_bytes: int | None) -> "bytes | Upload | None":
    """The body of `request`; None where it has none. Whoever waits for `100 Continue` gets it when we begin to read.

    Args:
        request: In a handler that streams.
        longest_bytes: How much is taken at all; None: as much as comes.

    Raises:
        RequestBodyTooLarge: It is larger than that.
        InvalidRequest: Its chunks are malformed.
        DeadlineExceeded: Its caller does not go on.
        RequestTimeout: What is to be held in memory takes longer than a head may (`server.limits.request_seconds`).
    """
    stream: Any = request.stream
    if not stream.request_body:
        return None
    if request.version == "1.0":
        stream.expecting_continue = False  # who speaks that does not know the answer (RFC 9110 section 10.1.1)
    held_bytes = request.app.config.REQUEST_MAX_SIZE
    length = None if stream.request_body == "chunked" else stream.request_bytes
    incoming = Incoming(request, stream, inf if longest_bytes is None else longest_bytes)
    if length is not None:
        incoming.check(length)
    if length is not None and length > held_bytes:
        return Upload(incoming, length)
    pieces: list[bytes] = []
    size = 0
    incoming.begin()
    try:
        async with asyncio.timeout(request.app.config.REQUEST_TIMEOUT):
            while (piece := await incoming.piece()) is not None:
                pieces.append(piece)
                size += len(piece)
                if size > held_bytes:
                    break
    except TimeoutError:
        raise RequestTimeout("The body of the request did not arrive in time.") from None
    finally:
        incoming.end()
    begun = b"".join(pieces)
    return begun or None if piece is None else Upload(incoming, None, begun)


class Incoming:
    """A body on its way to us. How long it takes says nothing of how long its answer does: the time of the request
    stands still meanwhile, and begins anew when the body has ended; no pause may be longer than that time.
    """

    def __init__(self, request: EdgeRequest, stream: Any, longest_bytes: float) -> None:
        """`longest_bytes` is how much is taken at all."""
        self._request = request
        self._stream = stream
        self._longest_bytes = longest_bytes
        self._call = current_call()
        self._seconds = timeout_seconds(request.headers, request.app.deadline_seconds)
        stream.request_max_size = longest_bytes

    def check(self, length: int) -> None:
        """Raises RequestBodyTooLarge where so many bytes are more than may be sent."""
        if length > self._longest_bytes:
            raise self._too_large()

    def begin(self) -> None:
        self._end_at(inf)

    def end(self) -> None:
        self._end_at(asyncio.get_running_loop().time() + self._seconds)

    async def piece(self) -> bytes | None:
        """What has arrived; None at the end.

        Raises:
            RequestBodyTooLarge, InvalidRequest, DeadlineExceeded: As `body_of` says.
        """
        try:
            async with asyncio.timeout(self._seconds):
                piece: bytes | None = await self._stream.read()
        except TimeoutError:
            pass
        except PayloadTooLarge:
            raise self._too_large() from None
        except BadRequest:
            fault = ParameterFault("header", "Transfer-Encoding", "the chunks are malformed, or trailers follow them")
            raise InvalidRequest([fault]) from None
        else:
            return piece
        raise DeadlineExceeded("the rest of the request did not come in time")

    def _too_large(self) -> RequestBodyTooLarge:
        return RequestBodyTooLarge(f"the body of the request is larger than {self._longest_bytes:.0f} bytes")

    def _end_at(self, deadline: float) -> None:
        self._call.deadline = deadline
        self._request.app.overdue.renewed(self._request, deadline)


class Upload:
    """A large body, for who takes it piece by piece, once."""

    def __init__(self, incoming: Incoming, length: int | None, begun: bytes = b"") -> None:
        """Besides what is still on its way.

        Args:
            length: How many bytes the caller has announced; None: it sends chunks.
            begun: What has arrived already.
        """
        self.length = length
        self._incoming = incoming
        self._begun = begun

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._incoming.begin()
        return self

    async def __anext__(self) -> bytes:
        begun, self._begun = self._begun, b""
        piece = begun or await self._incoming.piece()
        if piece is None:
            self._incoming.end()
            raise StopAsyncIteration
        return piece


def break_off(stream: Any) -> None:
    """Ends the connection in the middle of an answer: no last chunk may tell the caller that it has all of it."""
    stream.keep_alive = False
    stream.request_body = None
    stream.response_func = None
    stream.stage = Stage.IDLE
