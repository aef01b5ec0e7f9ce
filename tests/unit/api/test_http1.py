"""What is a head, a length and a chunk, tried against the reader of one connection without a socket."""

import asyncio
from typing import Any

import pytest
from multidict import istr
from sanic.exceptions import BadRequest

from app.api.http1 import CHUNK_LINE_BYTES, LONGEST_REMEMBERED, StrictHttp
from app.errors import HeadTooLarge, UrlTooLong


class Asked:
    """What the reader makes of a head: Sanic's request, without Sanic."""

    _current: Any

    def __init__(self, **said: Any) -> None:
        self.headers, self.raw_url = said["headers"], said["url_bytes"]
        self.stream: Any = None


class Current:
    def set(self, request: Asked) -> None:
        self.request = request


class Line:
    """The protocol of a connection that brings `pieces`, one at a time, and then ends."""

    app = transport = conn_info = None
    request_max_size = 1_000_000

    def __init__(self, pieces: list[bytes], head_bytes: int = 1_000) -> None:
        self.pieces, self.head_bytes = pieces, head_bytes
        self.recv_buffer = bytearray()
        self.state = {"requests_count": 0}
        self.request_class = type("OneAsked", (Asked,), {"_current": Current()})
        self.sent: list[bytes] = []
        self.app = type("App", (), {"dispatch": None})()

    async def receive_more(self) -> None:
        if not self.pieces:
            raise EOFError
        self.recv_buffer += self.pieces.pop(0)

    async def send(self, data: bytes) -> None:
        self.sent.append(data)


def reader(*pieces: bytes, head_bytes: int = 1_000) -> StrictHttp:
    http = StrictHttp(Line(list(pieces), head_bytes))
    http.init_for_request()  # type: ignore[no-untyped-call]  # Sanic's
    return http


def head(fields: str = "", line: str = "POST /x HTTP/1.1") -> bytes:
    return f"{line}\r\nHost: a\r\n{fields}\r\n".encode("latin-1")


async def body_of(http: StrictHttp) -> bytes:
    await http.http1_request_header()
    found = b""
    while http.request_body:
        found += await http.read() or b""
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 5, 1_000])
async def test_a_request_is_the_same_in_whatever_pieces_it_comes(size: int) -> None:
    sent = head("Transfer-Encoding: chunked\r\n") + b"5;a=b\r\nabcde\r\n1 \t;x\r\nf\r\n0\r\n\r\n"
    http = reader(*(sent[at : at + size] for at in range(0, len(sent), size)))

    assert await body_of(http) == b"abcdef"
    assert http.protocol.recv_buffer == b""
    assert http.head_began == 0


async def test_what_follows_a_body_is_left_for_the_next_request() -> None:
    for framed in (
        head("Content-Length: 3\r\n") + b"abc",
        head("transfer-encoding: CHUNKED\r\n") + b"3\r\nabc\r\n0\r\n\r\n",
    ):
        http = reader(framed + b"GET /next")

        assert await body_of(http) == b"abc"
        assert http.protocol.recv_buffer == b"GET /next"


@pytest.mark.parametrize("number", range(256))
async def test_no_byte_of_a_head_but_its_line_ends_is_a_control_character(number: int) -> None:
    http = reader(b"GET /x HTTP/1.1\r\nHost: a\r\nX: a" + bytes([number]) + b"b\r\n\r\n")

    if number in {*range(0x20), 0x7F} - {0x09}:
        with pytest.raises(BadRequest):
            await http.http1_request_header()
        assert http.is_head_refused
    else:
        await http.http1_request_header()
        assert not http.is_head_refused


@pytest.mark.parametrize("number", range(256))
async def test_a_name_is_a_token(number: int) -> None:
    """RFC 9110 section 5.6.2."""
    is_token = chr(number).isascii() and (chr(number).isalnum() or chr(number) in "!#$%&'*+-.^_`|~")
    # Of a line that begins with a colon, the name is empty; a second colon belongs to the value.
    http = reader(b"GET /x HTTP/1.1\r\nHost: a\r\n" + bytes([number]) + b": b\r\n\r\n")

    if is_token:
        await http.http1_request_header()
        assert http.request.headers[istr(chr(number))] == "b"
    else:
        with pytest.raises(BadRequest):
            await http.http1_request_header()


@pytest.mark.parametrize("between", [b"", b"\n", b"\r", b"XX", b"\n\n", b"\r\r", b"\n\r", b"\r\n\r\n"])
async def test_only_a_line_end_follows_a_chunk(between: bytes) -> None:
    http = reader(head("Transfer-Encoding: chunked\r\n") + b"2\r\nab" + between + b"1\r\nc\r\n0\r\n\r\n")

    with pytest.raises(BadRequest):
        await body_of(http)
    assert (http.keep_alive, http.request_body) == (False, None)


async def test_a_line_before_a_chunk_has_an_end() -> None:
    http = reader(head("Transfer-Encoding: chunked\r\n") + b"1;", *[b"a"] * CHUNK_LINE_BYTES)

    with pytest.raises(BadRequest):
        await body_of(http)


async def test_a_head_may_be_as_large_as_is_said_and_no_larger() -> None:
    line = b"GET /x HTTP/1.1\r\nHost: a\r\nX: "
    for size in (1_000, 100_000):
        fits = line + b"a" * (size - len(line) - 4) + b"\r\n\r\n"

        await reader(fits, head_bytes=size).http1_request_header()
        with pytest.raises(HeadTooLarge):
            await reader(fits[:-4] + b"a\r\n\r\n", head_bytes=size).http1_request_header()
        with pytest.raises(UrlTooLong):
            await reader(b"GET /" + b"a" * size, head_bytes=size).http1_request_header()


@pytest.mark.parametrize(
    "target",
    ["/", "/x?a#b", "*", "http://a", "HTTPS://a/x", "a:443", "http://u@a/", "ftp://a/", "x", "//a/x", "http:///x"],
)
async def test_targets(target: str) -> None:
    http = reader(head(line=f"GET {target} HTTP/1.1"))

    if target in {"/", "*", "http://a", "HTTPS://a/x", "a:443", "//a/x"}:
        await http.http1_request_header()
        assert http.request.raw_url == target.encode()
    else:
        with pytest.raises(BadRequest):
            await http.http1_request_header()


async def test_a_head_that_is_not_whole_has_a_beginning() -> None:
    http = reader(b"GET /x")

    with pytest.raises(EOFError):
        await asyncio.wait_for(http.http1_request_header(), 1)
    assert http.head_began > 0


HEADS = (
    head(line="GET /x HTTP/1.1"),
    head(line="GET /y HTTP/1.0"),
    head("Accept: b\r\n", line="HEAD /x HTTP/1.1"),
    head("Connection: close\r\n", line="GET /x HTTP/1.1"),
    head("Connection: keep-alive\r\n", line="GET /x HTTP/1.0"),
    head("X: " + "a" * LONGEST_REMEMBERED + "\r\n", line="GET /x HTTP/1.1"),
    head("Content-Length: 0\r\n"),
    head("Expect: 100-continue\r\nContent-Length: 0\r\n"),
    b"GET /x HTTP/1.1\r\n\r\n",
    b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /x HTTP/1.1\r\nHost: a\x00\r\n\r\n",
    b"GET /x HTTP/1.1\r\nHost : a\r\n\r\n",
)


async def _read_as(http: StrictHttp) -> object:
    http.init_for_request()  # type: ignore[no-untyped-call]  # Sanic's
    try:
        await http.http1_request_header()
    except BadRequest as problem:
        return str(problem)
    asked = http.request
    fields = list(asked.headers.items())
    asked.headers.add("x-added", "by a handler")
    framing = http.request_body, http.request_bytes, http.expecting_continue
    return asked.raw_url, http.head_only, fields, http.keep_alive, framing


@pytest.mark.parametrize("second", range(len(HEADS)))
@pytest.mark.parametrize("first", range(len(HEADS)))
async def test_a_head_is_read_alike_whatever_came_before_it(first: int, second: int) -> None:
    alone = await _read_as(reader(HEADS[second], head_bytes=10_000))
    http = reader(HEADS[first] + HEADS[second] * 2, head_bytes=10_000)
    await _read_as(http)

    assert await _read_as(http) == alone
    assert await _read_as(http) == alone
