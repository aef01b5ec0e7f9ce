"""An upstream that costs next to nothing: constant bytes from an asyncio protocol, so that what is measured is us.

It answers whatever path alike, and `COUNT_PATH` with the number of requests that it has answered.

python -m benchmarks.fast_upstream PORT BODY_FILE [--cache-control TEXT] [--validates] [--delay-seconds S] [--gzip]
"""

import argparse
import asyncio
import gzip
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import uvloop

COUNT_PATH = "/-/count"
GITHUBS = "private, max-age=60, s-maxage=60"
ETAG = 'W/"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"'
FIELDS = (
    "Cache-Control: {cache_control}\r\n"
    "Vary: Accept, Authorization, Cookie, X-GitHub-OTP\r\n"
    f"ETag: {ETAG}\r\n"
    "X-GitHub-Media-Type: github.v3; format=json\r\n"
    "x-ratelimit-limit: 5000\r\n"
    "x-ratelimit-remaining: 4999\r\n"
    "x-ratelimit-reset: 4102444800\r\n"
    "x-ratelimit-used: 1\r\n"
    "x-ratelimit-resource: core\r\n"
    "Vary: Accept-Encoding, Accept, X-Requested-With\r\n"
)


@dataclass(slots=True)
class Answers:
    """What is answered, and how often it was.

    Attributes:
        whole: A 200, head and body.
        not_modified: A 304; None: conditions are not looked at.
        delay_seconds: How long each answer takes.
        count: Requests so far.
    """

    whole: bytes
    not_modified: bytes | None
    delay_seconds: float
    count: int = 0

    def to(self, head: bytes) -> bytes:
        self.count += 1
        if self.not_modified is not None and b"\r\nif-none-match:" in head.lower():
            return self.not_modified
        return self.whole


class Answering(asyncio.Protocol):
    """Answers every request head; requests have no bodies."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._received = b""
        self._is_count = f"GET {COUNT_PATH} ".encode()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            if head.startswith(self._is_count):
                text = str(self._answers.count)
                self._transport.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode())
            elif self._answers.delay_seconds:
                loop = asyncio.get_running_loop()
                loop.call_later(self._answers.delay_seconds, self._transport.write, self._answers.to(head))
            else:
                self._transport.write(self._answers.to(head))


def requests_answered(base_url: str) -> int:
    """How many requests an upstream of this kind has had."""
    with urllib.request.urlopen(base_url + COUNT_PATH, timeout=5) as reply:  # noqa: S310 -- our own loopback address
        return int(reply.read())


async def serve(port: int, answers: Answers) -> None:
    server = await asyncio.get_running_loop().create_server(lambda: Answering(answers), "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("body", type=Path)
    parser.add_argument("--cache-control", default=GITHUBS)
    parser.add_argument("--validates", action="store_true", help="304 for whoever has an If-None-Match")
    parser.add_argument("--delay-seconds", type=float, default=0.0)
    parser.add_argument("--gzip", action="store_true", help="the body compressed, as GitHub sends it")
    options = parser.parse_args()
    body = options.body.read_bytes()
    fields = FIELDS.format(cache_control=options.cache_control)
    if options.gzip:
        body, fields = gzip.compress(body), f"{fields}Content-Encoding: gzip\r\n"
    whole = f"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n{fields}Content-Length: {len(body)}\r\n\r\n"
    not_modified = f"HTTP/1.1 304 Not Modified\r\n{fields}\r\n".encode() if options.validates else None
    uvloop.run(serve(options.port, Answers(whole.encode() + body, not_modified, options.delay_seconds)))


if __name__ == "__main__":
    main()
