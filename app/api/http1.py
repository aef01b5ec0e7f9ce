"""How requests are read off a connection: RFC 9112 to the letter wherever two readers could differ.

Sanic's own parser takes what others read otherwise: a name with a space before its colon, a line that ends in LF alone, two
bytes of any kind after a chunk. Behind or in front of a proxy that is a second request hidden in the first. Here each of
them is a 400, and the end of the connection.
"""

import asyncio
import re
from time import monotonic
from typing import Any, Final, NamedTuple, NoReturn

from sanic.compat import Header
from sanic.exceptions import BadRequest, ExpectationFailed, PayloadTooLarge
from sanic.http import Http, Stage

from app.api.written import WrittenResponse
from app.errors import HeadTooLarge, UrlTooLong

CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
CHUNK_LINE_BYTES: Final = 256
"""The longest line before a chunk, with extensions, which nobody needs."""
LONGEST_REMEMBERED: Final = 2_048
"""Fields of so many bytes are kept by a connection that is idle, of which there may be thousands."""
LINGER_SECONDS: Final = 2.0
"""So long is taken, and thrown away, what follows a head that was refused."""

_TEXT: Final = bytes(byte for byte in range(256) if byte == 0x09 or (byte >= 0x20 and byte != 0x7F))
"""What may stand in a line (RFC 9110 section 5.5; RFC 9112 section 3.2 takes less, and `httptools` sees to that)."""
_no_token = re.compile(r"[^!#$%&'*+\-.^_`|~0-9A-Za-z]").search
_is_other_target = re.compile(r"\*|[^/?#@\\:]+:[0-9]+|https?://[^/?#@\\]+(?:[/?].*)?", re.IGNORECASE).fullmatch
_is_length = re.compile(r"[0-9]{1,18}", re.ASCII).fullmatch
_chunk_line = re.compile(rb"([0-9A-Fa-f]{1,15})(?:[ \t]*;[^\x00-\x08\x0a-\x1f\x7f]*)?").fullmatch
_NO_CONTROL_CHARACTERS: Final = "Control characters do not belong in a head."


class _FieldsRead(NamedTuple):
    """The fields of a head.

    Attributes:
        raw: As they came.
        fields: Names in lower case, and values.
        framing: The one of them that says how the body is framed.
        keep_alive: What they say of the connection; None: nothing.
    """

    raw: bytes
    fields: list[tuple[str, str]]
    framing: tuple[str, str] | None
    keep_alive: bool | None


class StrictHttp(Http):
    """One connection's requests, one after the other.

    Attributes:
        head_began: When the first byte came of a head that is not whole yet, by `monotonic`; 0: there is none.
        fields_read: The fields of the request before, as they came and as they were read: most clients send the same with each
            request of a connection. None: there was none, they are long, or there was a body.
        is_head_refused: Whether what was read last was no head, so that nobody knows where the next begins.
    """

    __slots__ = ("fields_read", "head_began", "is_head_refused")

    # Sanic's, which says too little of their types.
    protocol: Any
    request_body: Any
    request_bytes: Any
    request_bytes_left: Any
    request_max_size: Any

    def __init__(self, protocol: Any) -> None:
        super().__init__(protocol)  # type: ignore[no-untyped-call]  # Sanic's
        self.head_began = 0.0
        self.is_head_refused = False
        self.fields_read: _FieldsRead | None = None

    async def send_whole(self, response: WrittenResponse, request_id: str) -> None:
        """Sends an answer of which every byte is known: past Sanic's own way, which looks at each field and takes a fifth of
        the time of a hit (docs/performance.md).
        """
        self.response = response
        self.response_func = None  # type: ignore[assignment]  # as Sanic does at an end
        await self._send(response.whole(request_id, keep_alive=self.keep_alive, bodiless=bool(self.head_only)))
        self.stage = Stage.IDLE

    async def http1(self) -> None:
        """Serves until the connection ends."""
        await super().http1()  # type: ignore[no-untyped-call]  # Sanic's
        if self.is_head_refused:
            await self._linger()

    async def http1_request_header(self) -> None:
        """Reads a head into `self.request`.

        Raises:
            BadRequest: It is no head of HTTP/1.1 or 1.0.
            HeadTooLarge, UrlTooLong: It has no end within what is taken.
            ExpectationFailed: It expects something else than `100-continue`.
        """
        self.is_head_refused = True
        head = await self._whole_head()
        line_bytes, _, raw = head.partition(b"\r\n")
        if line_bytes.translate(None, _TEXT):
            raise BadRequest(_NO_CONTROL_CHARACTERS)
        try:
            method, self.url, version = line_bytes.decode(errors="surrogateescape").split(" ")
        except ValueError:
            raise BadRequest("The request line should be a method, a target and a version.") from None
        if version == "HTTP/1.1":
            self.keep_alive = True
        elif version == "HTTP/1.0":
            self.keep_alive = False
        else:
            raise BadRequest("Only HTTP/1.1 and HTTP/1.0 are spoken here.")
        if not method or _no_token(method):
            raise BadRequest("The method is none.")
        self.head_only = method == "HEAD"
        read = self._fields(raw)
        try:
            url = self.url.encode("ascii")
        except UnicodeEncodeError:
            raise BadRequest("URL may only contain US-ASCII characters.") from None
        if "#" in self.url or not (self.url.startswith("/") or _is_other_target(self.url)):
            raise BadRequest("The target of a request should be a path, or an http URL without a user.")
        protocol = self.protocol
        request = protocol.request_class(
            url_bytes=url,
            headers=Header(read.fields),
            head=head,
            version=version[5:],
            method=method,
            transport=protocol.transport,
            app=protocol.app,
        )
        protocol.request_class._current.set(request)  # noqa: SLF001 -- as Sanic's own parser does
        self.request_bytes_left = self.request_bytes = 0
        if read.framing is not None:
            self._expect_body(request.headers, read.framing, version)
        self.request, request.stream = request, self
        protocol.state["requests_count"] += 1
        self.is_head_refused = False

    def create_empty_request(self) -> None:
        """Stands for what was no request. Whoever runs the gateway wants to know where it came from."""
        super().create_empty_request()
        self.request.conn_info = self.protocol.conn_info

    async def read(self) -> bytes | None:
        """The next piece of the body; None at its end.

        Raises:
            BadRequest: Its chunks are none.
            PayloadTooLarge: It is larger than `request_max_size`.
        """
        if self.expecting_continue:
            self.expecting_continue = False
            await self._send(CONTINUE)
        buffer = self.recv_buffer
        if self.request_bytes_left == 0 and self.request_body == "chunked" and not await self._begin_chunk():
            return None
        if self.request_bytes > self.request_max_size:
            self.keep_alive = False
            raise PayloadTooLarge("Request body exceeds the size limit")
        if not self.request_bytes_left:
            self.request_body = None
            return None
        if not buffer:
            await self._receive_more()
        piece = bytes(buffer[: self.request_bytes_left])
        del buffer[: len(piece)]
        self.request_bytes_left -= len(piece)
        return piece

    async def _whole_head(self) -> bytes:
        """Up to the empty line, which is taken as well."""
        buffer, most = self.recv_buffer, self.protocol.head_bytes
        # Some send an empty line after a body; one is left out (RFC 9112 section 2.2).
        if buffer.startswith(b"\r\n"):
            del buffer[:2]
        searched = 0
        while (end := buffer.find(b"\r\n\r\n", searched, most)) < 0:
            if len(buffer) >= most:
                if buffer.find(b"\r\n", 0, most) < 0:
                    raise UrlTooLong(f"the request line is longer than {most} bytes")
                raise HeadTooLarge(f"the head of the request is longer than {most} bytes")
            if not self.head_began:
                self.head_began = monotonic()
            searched = max(0, len(buffer) - 3)
            await self._receive_more()
        self.head_began = 0.0
        head = bytes(buffer[:end])
        del buffer[: end + 4]
        return head

    def _fields(self, raw: bytes) -> _FieldsRead:
        read = self.fields_read
        if read is None or read.raw != raw:
            read = _fields_read(raw)
            self.fields_read = read if len(raw) <= LONGEST_REMEMBERED and read.framing is None else None
        if read.keep_alive is not None:
            self.keep_alive = read.keep_alive
        return read

    def _expect_body(self, headers: Header, framing: tuple[str, str], version: str) -> None:
        expect = headers.get("expect")
        if expect is not None:
            if expect.lower() != "100-continue":
                raise ExpectationFailed("Only 100-continue can be expected.")
            self.expecting_continue = (
                version == "HTTP/1.1"
            )  # older callers do not know the answer (RFC 9110 section 10.1.1)
        name, value = framing
        if name == "content-length":
            if not _is_length(value):
                raise BadRequest("Content-Length should be a number of bytes.")
            self.request_body = True
            self.request_bytes_left = self.request_bytes = int(value)
            return
        # Whoever speaks HTTP/1.0 knows no chunks: somebody on the way has left the field as it was (RFC 9112 section 6.1).
        if value.lower() != "chunked" or version == "HTTP/1.0":
            raise BadRequest("The only Transfer-Encoding is chunked, and in HTTP/1.1.")
        self.request_body = "chunked"
        # A chunk's line follows a line end: the first one's is the end of the head.
        self.recv_buffer[:0] = b"\r\n"

    async def _begin_chunk(self) -> bool:
        """Takes the line before a chunk; False where it was the last."""
        buffer = self.recv_buffer
        while (end := buffer.find(b"\r\n", 2, CHUNK_LINE_BYTES)) < 0 and len(buffer) < CHUNK_LINE_BYTES:
            await self._receive_more()
        # What follows a chunk must be a line end: other bytes there are where two readers part.
        line = _chunk_line(buffer, 2, end) if end > 0 and buffer.startswith(b"\r\n") else None
        if line is None:
            self._no_chunk()
        size = int(line[1], 16)
        del buffer[: end + 2]
        if size > 0:
            self.request_bytes_left = size
            self.request_bytes += size
            return True
        self.request_body = None
        while len(buffer) < 2:
            await self._receive_more()
        if not buffer.startswith(b"\r\n"):  # a trailer: nobody here would read it
            self._no_chunk()
        del buffer[:2]
        return False

    def _no_chunk(self) -> NoReturn:
        self.request_body = None
        self.keep_alive = False
        raise BadRequest("Bad chunked encoding")

    async def _linger(self) -> None:
        """Ends the connection so that the answer arrives: to close it on unread bytes would make the kernel reset it, and
        a caller who is reset may lose the answer (RFC 9112 section 9.6).
        """
        transport = self.protocol.transport
        if transport is None or transport.is_closing() or not transport.can_write_eof():
            return
        transport.write_eof()
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while True:
                    self.recv_buffer.clear()
                    await self._receive_more()
        except TimeoutError:
            return


def _fields_read(raw: bytes) -> _FieldsRead:
    """Reads what follows the request line.

    Raises:
        BadRequest: These are no fields.
    """
    lines = raw.decode(errors="surrogateescape").split("\r\n") if raw else []
    # All control characters there are must be the line ends: no LF or CR alone, and no NUL.
    if raw.translate(None, _TEXT) != b"\r\n" * (len(lines) - 1):
        raise BadRequest(_NO_CONTROL_CHARACTERS)
    fields: list[tuple[str, str]] = []
    framing: tuple[str, str] | None = None
    keep_alive: bool | None = None
    for line in lines:
        name, colon, value = line.partition(":")
        field = name, value = name.lower(), value.strip(" \t")
        if not colon or not name:
            raise BadRequest("Each line of a head should be a name, a colon and a value.")
        if name == "content-length" or name == "transfer-encoding":  # noqa: PLR1714 -- faster
            if framing is not None:
                raise BadRequest("One Content-Length or one Transfer-Encoding says how long a body is, not both.")
            framing = field
        elif name == "connection":
            keep_alive = value.lower() == "keep-alive"
        fields.append(field)
    if _no_token("".join([name for name, _ in fields])):
        raise BadRequest("A field's name holds what no name may hold.")
    return _FieldsRead(raw, fields, framing, keep_alive)
