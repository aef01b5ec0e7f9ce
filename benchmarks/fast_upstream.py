"""An upstream that costs next to nothing: constant bytes from an asyncio protocol, so that what is measured is us.

python -m benchmarks.fast_upstream PORT BODY_FILE
"""

import asyncio
import sys
from pathlib import Path
from typing import cast

import uvloop

HEADERS = (
    "HTTP/1.1 200 OK\r\n"
    "Content-Type: application/json; charset=utf-8\r\n"
    "Cache-Control: private, max-age=60, s-maxage=60\r\n"
    "Vary: Accept, Authorization, Cookie, X-GitHub-OTP\r\n"
    'ETag: W/"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"\r\n'
    "X-GitHub-Media-Type: github.v3; format=json\r\n"
    "x-ratelimit-limit: 5000\r\n"
    "x-ratelimit-remaining: 4999\r\n"
    "x-ratelimit-reset: 4102444800\r\n"
    "x-ratelimit-used: 1\r\n"
    "x-ratelimit-resource: core\r\n"
    "Vary: Accept-Encoding, Accept, X-Requested-With\r\n"
    "Content-Length: {length}\r\n\r\n"
)


class Answering(asyncio.Protocol):
    """Answers every request head with the same bytes; requests have no bodies."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            _, _, self._received = self._received.partition(b"\r\n\r\n")
            self._transport.write(self._answer)


async def serve(port: int, body: bytes) -> None:
    answer = HEADERS.format(length=len(body)).encode() + body
    server = await asyncio.get_running_loop().create_server(lambda: Answering(answer), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), Path(sys.argv[2]).read_bytes()))
