"""aiohttp's connection, wiser in two points. It touches private names; tests on sockets pin them."""

import re
from math import inf
from typing import Any, Final

from aiohttp import StreamReader
from aiohttp.client_proto import ResponseHandler
from aiohttp.helpers import EMPTY_BODY_STATUS_CODES
from aiohttp.http import RawResponseMessage
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import EMPTY_PAYLOAD

KEEP_ALIVE_MARGIN_SECONDS: Final = 1.0
"""How long before the end of the time that upstream says: a request that is under way when it closes is lost."""

_timeout = re.compile(r"(?:^|[ \t,;])timeout[ \t]*=[ \t]*\"?([0-9]{1,9})", re.IGNORECASE).search
_END_OF_HEAD = b"\r\n\r\n"


class ForbearingProtocol(ResponseHandler):
    """One connection of the pool.

    Where upstream says how long it keeps an idle connection (`Keep-Alive: timeout=5`, RFC 2068 section 19.7.1.1), it is
    not used at the end of that time: upstream would close it in the moment in which a request is on its way, and nobody
    would know what became of that.

    Bytes after the end of a reply (RFC 9112 section 6.3) are thrown away with the connection, as aiohttp does where
    they come later. It loses the reply where both come at once.
    """

    _idle_until = inf
    _arrived = b""
    _answered = False
    _parameters: dict[str, Any] | None = None

    def is_connected(self) -> bool:
        """Whether the pool may hand this connection out."""
        return super().is_connected() and (self._idle_until == inf or self._loop.time() < self._idle_until)

    def feed_data(self, data: tuple[RawResponseMessage, StreamReader], size: int = 0) -> None:
        """A reply's head has arrived."""
        hint = data[0].headers.get("Keep-Alive")
        self._answered = True
        self._idle_until = inf if hint is None else self._end_of_idling(hint)
        super().feed_data(data, size)

    def set_response_params(self, **parameters: Any) -> None:
        """As aiohttp's: a request is about to be sent."""
        self._parameters = parameters
        self._answered = False
        super().set_response_params(**parameters)

    def data_received(self, data: bytes) -> None:
        """As aiohttp's."""
        self._arrived = data
        super().data_received(data)
        self._arrived = b""

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        """As aiohttp's, unless what could not be parsed is a whole reply and something after it."""
        arrived, self._arrived = self._arrived, b""
        if arrived and not self._answered and isinstance(exc, HttpProcessingError):
            first = self._first_reply(arrived)
            if first is not None:
                self._should_close = True
                self._drop_timeout()
                self.feed_data(first)
                return
        super().set_exception(exc, *cause)

    def _end_of_idling(self, hint: str) -> float:
        found = _timeout(hint)
        return inf if found is None else self._loop.time() + float(found[1]) - KEEP_ALIVE_MARGIN_SECONDS

    def _first_reply(self, arrived: bytes) -> tuple[RawResponseMessage, StreamReader] | None:
        """The reply at the beginning of `arrived` if it is whole, its length is said and more follows; else None."""
        head, end, rest = arrived.partition(_END_OF_HEAD)
        if not end or self._parameters is None:
            return None
        super().set_response_params(**self._parameters)
        parser: Any = self._parser
        try:
            messages, _, _ = parser.feed_data(head + end)
            if len(messages) != 1:
                return None
            ((message, payload),) = messages
            if self._skip_payload or message.code in EMPTY_BODY_STATUS_CODES:
                return message, EMPTY_PAYLOAD
            (length,) = message.headers.getall("Content-Length", ("",))
            if message.chunked or not length.isdigit() or len(rest) <= int(length):
                return None
            parser.feed_data(rest[: int(length)])
        except HttpProcessingError:
            return None
        return message, payload
