"""aiohttp's connection, stricter in two points. Both touch private names; tests on sockets pin them."""

from aiohttp import ClientPayloadError

from app.transport.forbearing import ForbearingProtocol


class StrictProtocol(ForbearingProtocol):
    """One connection of the pool."""

    def is_connected(self) -> bool:
        """Whether the pool may hand this connection out.

        Not if bytes came while nobody was asking (`_read_timeout_handle` runs since the last byte of an unfinished
        message, `_buffer` holds finished ones): aiohttp would take them for the answer to the next question.
        """
        return super().is_connected() and not self._buffer and self._read_timeout_handle is None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Ends a body that is still arriving; one that lasts until the connection closes is not whole when it breaks."""
        body = self._payload
        if exc is not None and body is not None and not body.is_eof():
            body.set_exception(ClientPayloadError("the connection broke"), exc)
        super().connection_lost(exc)
