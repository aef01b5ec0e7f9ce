"""Replies that `tests/faulty_upstream.py` has no script for: in time with a profile, or as GitHub words them."""

import asyncio
import time
import zlib
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import cache

from tests.faulty_upstream import (
    BLOCK,
    CHUNKED,
    Connection,
    Script,
    Seen,
    chunk,
    declaring,
)

PAGE = b"<html><head><title>502 Bad Gateway</title></head><body><center>nginx</center></body></html>"
SERVER_ERROR = b'{"message": "Server Error"}'
TOO_SHORT = b'{"fault": 1'
"""What Content-Length leaves of the body where it is too short."""
NO_JSON = b"<!DOCTYPE html><title>Unicorn!</title>"
PRIMARY = b'{"message": "API rate limit exceeded for user ID 1.", "documentation_url": "https://docs.github.com/rest"}'
SECONDARY = b'{"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}'
TAKING_SECONDS = 0.5
PIECE_BYTES = 32 * 1024
BLOCKS_A_MEBIBYTE = 16


def answering(status: str, body: bytes, *fields: str, content_type: str = "application/json") -> Script:
    """A whole reply."""
    lines = "".join(f"{one}\r\n" for one in fields)

    async def script(connection: Connection, _: Seen) -> None:
        await connection.answer(body, status=status, fields=lines, content_type=content_type)

    return script


def showing(status: str, page: bytes, *fields: str) -> Script:
    """A page for people where a program has asked."""
    return answering(status, page, *fields, content_type="text/html")


def dated(seconds: float) -> Script:
    """503 that names the moment after which to ask again."""

    async def script(connection: Connection, _: Seen) -> None:
        moment = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + seconds))
        await connection.answer(SERVER_ERROR, status="503 Service Unavailable", fields=f"Retry-After: {moment}\r\n")

    return script


def dripping_headers(every_seconds: float) -> Script:
    async def script(connection: Connection, _: Seen) -> None:
        await connection.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 8000, every_seconds)

    return script


def dripping_body(every_seconds: float) -> Script:
    async def script(connection: Connection, _: Seen) -> None:
        await connection.send(declaring(8000))
        await connection.drip(b"x" * 8000, every_seconds)

    return script


async def too_short_a_length(connection: Connection, _: Seen) -> None:
    """More body than was announced: what was announced is the reply (RFC 9112 section 6.3), the rest is nobody's."""
    await connection.send(declaring(len(TOO_SHORT), b"Content-Type: application/json\r\n") + TOO_SHORT + b", 0}")
    await connection.stall()


async def too_long_a_length(connection: Connection, _: Seen) -> None:
    """A whole body, of which more was announced than ever comes."""
    body = b'{"fault": 1}'
    await connection.send(declaring(len(body) + 10) + body)
    await connection.stall()


def large(beyond_bytes: int, then: Callable[[Connection], Awaitable[None] | None]) -> Script:
    """A body that is too large to be buffered, and does not come to its end either."""

    async def script(connection: Connection, _: Seen) -> None:
        await connection.send(CHUNKED)
        for _at in range(beyond_bytes // PIECE_BYTES + 4):
            await connection.send(chunk(BLOCK[:PIECE_BYTES]))
        with suppress(TimeoutError):
            async with asyncio.timeout(TAKING_SECONDS):
                await connection.stall()  # who has enough leaves; who goes on takes what was sent
        ending = then(connection)
        if ending is not None:
            await ending

    return script


@cache
def bomb(mebibytes: int) -> bytes:
    """Gzip of so much, in a thousandth of that."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(BLOCK) for _ in range(mebibytes * BLOCKS_A_MEBIBYTE)) + packer.flush()
