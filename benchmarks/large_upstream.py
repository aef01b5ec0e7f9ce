"""An upstream of large bodies: gives as many zeros as it is asked for, and throws away what it is sent.

`GET /BYTES` (`GET /BYTES?chunked` does not tell the length) and `PUT /` with any body; `PUT /?pause=SECONDS` begins to read
only then. `UNDER_WAY_PATH` tells how many such requests have not ended; whatever else is asked for is small.

python -m benchmarks.large_upstream PORT
"""

import asyncio
import sys
import urllib.request
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import uvloop

UNDER_WAY_PATH = "/-/under-way"
PIECE = bytes(256 * 1024)


class LargeUpstream:
    """Serves connections."""

    def __init__(self) -> None:
        self._under_way = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                line, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
                fields = dict(one.lower().split(": ", 1) for one in lines)
                method, target, _ = line.split(" ")
                parts = urlsplit(target)
                if method == "GET" and not parts.path[1:].isdigit():
                    _say(writer, str(self._under_way))
                    continue
                self._under_way += 1
                try:
                    if method == "GET":
                        await _give(writer, int(parts.path[1:]), chunked=parts.query == "chunked")
                    else:
                        await asyncio.sleep(float(parse_qs(parts.query).get("pause", ["0"])[0]))
                        _say(writer, str(await _taken(reader, fields)))
                finally:
                    self._under_way -= 1
        writer.close()


async def _give(writer: asyncio.StreamWriter, size: int, *, chunked: bool) -> None:
    framing = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
    writer.write(f"HTTP/1.1 200 OK\r\n{framing}\r\n\r\n".encode())
    left = size
    while left:
        piece = PIECE[:left]
        left -= len(piece)
        writer.writelines((b"%x\r\n" % len(piece), piece, b"\r\n") if chunked else (piece,))
        await writer.drain()
    if chunked:
        writer.write(b"0\r\n\r\n")


async def _taken(reader: asyncio.StreamReader, fields: dict[str, str]) -> int:
    if "content-length" in fields:
        return await _thrown_away(reader, int(fields["content-length"]))
    size = 0
    while length := int(await reader.readline(), 16):
        size += await _thrown_away(reader, length)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return size


async def _thrown_away(reader: asyncio.StreamReader, size: int) -> int:
    left = size
    while left:
        piece = await reader.read(min(left, len(PIECE)))
        if not piece:
            raise asyncio.IncompleteReadError(b"", left)
        left -= len(piece)
    return size


def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())


def under_way(base_url: str) -> int:
    """How many large bodies an upstream of this kind is giving or taking."""
    with urllib.request.urlopen(base_url + UNDER_WAY_PATH, timeout=5) as reply:  # noqa: S310 -- our own loopback address
        return int(reply.read())


async def serve(port: int) -> None:
    server = await asyncio.start_server(LargeUpstream().serve, "127.0.0.1", port, limit=2**20)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
