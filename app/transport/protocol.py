"""aiohttp's connection, stricter in two points and cheaper in one. It touches private names; tests on sockets pin them."""

import asyncio
from math import inf
from typing import Any

from aiohttp import ClientError, ClientPayloadError, StreamReader
from aiohttp.helpers import set_exception
from aiohttp.http import RawResponseMessage

from app.transport.forbearing import ForbearingProtocol

READ_BYTES = 64 * 1024


class MalformedBody(ClientPayloadError):
    """What follows the head is no body of HTTP."""


class StrictProtocol(ForbearingProtocol):
    """One connection of the pool.

    Its limits, `sock_read` and a total from sending to the last byte, share one timer that is not touched by what is
    sent and what arrives: when it goes off, it looks whether something is late, and sleeps on where nothing is. Timers
    for each request and each arrival took a tenth of the time of a request (docs/performance.md).
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, total_seconds: float | None = None) -> None:
        super().__init__(loop)
        self._total_seconds = total_seconds
        self._listening = False
        self._interim = False
        self._sending = False
        self._heard_at = 0.0
        self._total_at = inf

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """What has arrived is parsed at one go. In one read of asyncio's 256 KiB there is room for 10,000 interim replies
        or 30,000 tiny chunks, which take half a second in which nobody else is served.
        """
        super().connection_made(transport)
        if hasattr(transport, "max_size"):  # plain TCP
            transport.max_size = READ_BYTES

    def is_connected(self) -> bool:
        """Whether the pool may hand this connection out.

        Not if bytes came while nobody was asking (`_listening` is on since the last byte of an unfinished message,
        `_buffer` holds finished ones): aiohttp would take them for the answer to the next question.
        """
        return super().is_connected() and not self._buffer and not self._listening

    def connection_lost(self, exc: BaseException | None) -> None:
        """Ends a body that is still arriving; one that lasts until the connection closes is not whole when it breaks."""
        body = self._payload
        if exc is not None and body is not None and not body.is_eof():
            body.set_exception(ClientPayloadError("the connection broke"), exc)
        super().connection_lost(exc)
        if self._read_timeout_handle is not None:
            self._read_timeout_handle.cancel()
            self._read_timeout_handle = None

    def set_response_params(self, **parameters: Any) -> None:
        """As aiohttp's: a request is about to be sent."""
        if self._total_seconds is not None:
            self._total_at = self._loop.time() + self._total_seconds
        self._interim = False
        self._sending = False
        super().set_response_params(**parameters)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """A head has arrived; after an interim one (1xx) the reply is still to come."""
        self._interim = data[0].code < 200
        super().feed_data(data, size)

    def data_received(self, data: bytes) -> None:
        """As aiohttp's, which takes an interim reply for the end of waiting."""
        total_at = self._total_at
        super().data_received(data)
        if self._interim and self._total_at == inf:
            self._total_at = total_at
            self._reschedule_timeout()

    def without_total(self) -> None:
        """The body is going to be streamed: from here on only `sock_read` holds."""
        self._total_at = inf

    def sending_begins(self) -> None:
        """A body is sent while it arrives: until it ends upstream may be silent, whatever it has said before."""
        self._total_at = inf
        self._sending = True

    def sending_ends(self) -> None:
        """The body has been sent: from here on `sock_read` holds."""
        self._sending = False

    def pause_reading(self) -> None:
        """While nobody reads upstream is not late, and the total goes on."""
        total_at = self._total_at
        super().pause_reading()
        self._total_at = total_at

    def resume_reading(self, resume_parser: bool = True) -> None:
        """As aiohttp's, which listens from then on, also where the rest of the body was there already and has been read to
        its end: the connection is in the pool by then, and would be taken for one on which bytes come that nobody asked for.
        """
        super().resume_reading(resume_parser)
        if self._payload is not None and self._payload.is_eof():
            self._drop_timeout()

    def _reschedule_timeout(self) -> None:
        self._heard_at = self._loop.time()
        self._listening = True
        if self._read_timeout_handle is None:
            self._sleep_on()

    def _drop_timeout(self) -> None:
        self._listening = False
        self._total_at = inf

    def _sleep_on(self) -> None:
        waits = self._listening and not self._sending
        idle_until = self._heard_at + self._read_timeout if waits and self._read_timeout else inf
        late_at = min(self._total_at, idle_until)
        if late_at < inf:
            self._read_timeout_handle = self._loop.call_at(late_at, self._look)

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """The connection is of no more use. Who reads a body gets to know of it: aiohttp's parser forgets the body when it
        meets a bad chunk in a later segment than the head, and nobody would ever end it.
        """
        super().set_exception(exc, *cause)
        payload = self._payload
        if payload is not None and not payload.is_eof() and payload.exception() is None:
            set_exception(payload, _of_the_body(exc), *cause)

    def _look(self) -> None:
        self._read_timeout_handle = None
        waits = self._listening and not self._sending
        if not waits and self._total_at == inf:
            return  # nobody asks, or waits; the next request, or the end of this one, sets the timer anew
        now = self._loop.time()
        if now >= self._total_at:
            late = TimeoutError()
            self.set_exception(late)
            if self._payload is not None:
                set_exception(self._payload, late)
        elif waits and self._read_timeout and now >= self._heard_at + self._read_timeout:
            self._on_read_timeout()
        else:
            self._sleep_on()


def _of_the_body(error: BaseException) -> BaseException:
    """As aiohttp tells that a body is broken, whatever broke it; what is a time-out stays one."""
    return error if isinstance(error, ClientError | TimeoutError) else MalformedBody("the body is malformed")
