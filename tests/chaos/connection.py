"""A caller's connection, written by hand: it costs little, times exactly, and believes nothing that is not HTTP."""

import asyncio
from dataclasses import dataclass
from time import monotonic
from typing import cast


class CutOff(Exception):
    """The connection ended before the answer was whole."""


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer as it came. `ended` is when its last byte had, on the monotonic clock."""

    status: int
    fields: dict[str, str]
    body: bytes
    ended: float


class CallerConnection(asyncio.Protocol):
    """Kept alive from one question to the next."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._waiter: asyncio.Future[Raw] | None = None
        self._bodiless = False
        self._status = 0
        self._fields: dict[str, str] | None = None
        self.lost = asyncio.get_running_loop().create_future()
        self.port = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(CutOff(f"after {len(self._received)} bytes: {exc!r}"))

    def ask(self, head: bytes, *, bodiless: bool) -> "asyncio.Future[Raw]":
        """Sends a request, and gives its answer to come.

        Args:
            head: The request, with its body.
            bodiless: Whether the answer has no body, whatever it announces (HEAD).
        """
        self._waiter = asyncio.get_running_loop().create_future()
        self._bodiless = bodiless
        if self.lost.done() or self.transport.is_closing():
            self._waiter.set_exception(CutOff("before it was asked"))
        else:
            self.transport.write(head)
        return self._waiter

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._fields is None:
            end = self._received.find(b"\r\n\r\n")
            if end < 0:
                return
            line, *lines = self._received[:end].decode("latin-1").split("\r\n")
            del self._received[: end + 4]
            self._status = int(line.split(" ", 2)[1])
            self._fields = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in lines)}
        body = self._body(self._fields)
        waiter = self._waiter
        if body is None or waiter is None:
            return
        raw = Raw(self._status, self._fields, body, monotonic())
        self._fields = None
        if not waiter.done():
            waiter.set_result(raw)

    def _body(self, fields: dict[str, str]) -> bytes | None:
        """The body once it is there."""
        if self._bodiless or self._status in {204, 304}:
            return b""
        if fields.get("transfer-encoding") == "chunked":
            return self._dechunked()
        length = int(fields.get("content-length", "0"))
        if len(self._received) < length:
            return None
        body = bytes(self._received[:length])
        del self._received[:length]
        return body

    def _dechunked(self) -> bytes | None:
        pieces, at = [], 0
        while (line := self._received.find(b"\r\n", at)) >= 0:
            size = int(self._received[at:line], 16)
            end = line + 2 + size
            if len(self._received) < end + 2:
                return None
            pieces.append(bytes(self._received[line + 2 : end]))
            at = end + 2
            if size == 0:
                del self._received[:at]
                return b"".join(pieces)
        return None
