"""A request's body that is sent while it arrives: no faster than upstream takes it, and exactly as long as was said."""

import asyncio
from collections.abc import AsyncIterable
from typing import NoReturn, cast

from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from aiohttp.payload import Payload

from app.call import current_call
from app.errors import InvalidRequest, ParameterFault, UpstreamTimeout
from app.transport.protocol import StrictProtocol


class TotalTime:
    """The limit of one exchange, which stands still while the body is sent: how long that takes depends on its sender."""

    def __init__(self, limit: asyncio.Timeout, total_seconds: float) -> None:
        """`total_seconds` is how long upstream may take besides; the call's own deadline may come sooner."""
        self._limit: asyncio.Timeout | None = limit
        self._total_seconds = total_seconds

    def stop(self) -> None:
        """The body begins."""
        self._reschedule(None)

    def run(self) -> None:
        """The body has been sent."""
        now = asyncio.get_running_loop().time()
        self._reschedule(min(now + self._total_seconds, current_call().deadline))

    def lift(self) -> None:
        """The reply streams, and is bound by what it does from now on."""
        self._reschedule(None)
        self._limit = None

    def _reschedule(self, when: float | None) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(when)


class SentInPieces(Payload):
    """What aiohttp writes as the body.

    Raises, while it is written (aiohttp wraps it, `translated` brings it to light):
        InvalidRequest: The body is not as long as was said. Upstream would take the next request on this connection for
            its rest, so that the connection ends here.
        UpstreamTimeout: Upstream takes nothing for `idle_seconds`.
        Besides, whatever the body's own iterator raises.
    """

    _autoclose = True  # there is nothing to close

    def __init__(
        self,
        body: AsyncIterable[bytes],
        length: int | None,
        total: TotalTime,
        *,
        upstream: str,
        idle_seconds: float,
    ) -> None:
        """Besides the body and the limit that stands still meanwhile.

        Args:
            length: How many bytes were announced; None: nobody knows, it is sent in chunks.
            upstream: Named in the error.
            idle_seconds: How long upstream may take none of it.
        """
        super().__init__(body)
        self._body = body
        self._length = length
        self._total = total
        self._upstream = upstream
        self._idle_seconds = idle_seconds

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> NoReturn:  # noqa: ARG002 -- aiohttp's
        raise TypeError("a body that is sent in pieces is never there as a whole")

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self.write_with_length(writer, None)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:  # noqa: ARG002 -- what was announced is checked, not cut to
        to = cast(StreamWriter, writer)
        protocol = cast(StrictProtocol, to.protocol)
        self._consumed = True
        self._total.stop()
        protocol.sending_begins()
        await self._write(to, protocol)
        protocol.sending_ends()
        self._total.run()

    async def _write(self, writer: StreamWriter, protocol: StrictProtocol) -> None:
        missing = self._length
        async for piece in self._body:
            if missing is not None and (missing := missing - len(piece)) < 0:
                raise _not_the_length()
            await writer.write(piece, drain=False)
            if protocol.writing_paused:
                await self._taken(writer)
        if missing:
            raise _not_the_length()

    async def _taken(self, writer: StreamWriter) -> None:
        try:
            async with asyncio.timeout(self._idle_seconds):
                await writer.drain()
        except TimeoutError:
            pass
        else:
            return
        raise UpstreamTimeout(self._upstream, "write", self._idle_seconds)


def _not_the_length() -> InvalidRequest:
    return InvalidRequest([ParameterFault("header", "Content-Length", "is not the length of the body")])
