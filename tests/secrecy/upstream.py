"""An upstream that has its bad days by path, that repeats what it was asked with, and that remembers it."""

import gzip
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

STALL_SECONDS = 3.0
FAULTS = (
    "echo",
    "echo-error",
    "echo-redirect",
    "away",
    "reset",
    "stall",
    "garbage",
    "truncated",
    "bad-gzip",
    "not-json",
    "unauthorised",
    "forbidden",
    "missing",
    "gone",
    "legal",
    "conflict",
    "rejected",
    "computing",
    "failed",
    "teapot",
    "large",
    "secondary",  # after these two nothing more is asked for a while
    "limit",
)
_STATUSES = {
    "limit": 403,
    "secondary": 429,
    "unauthorised": 401,
    "forbidden": 403,
    "missing": 404,
    "gone": 410,
    "legal": 451,
    "conflict": 409,
    "rejected": 422,
    "computing": 202,
    "failed": 500,
    "teapot": 418,
}


class Upstream(ThreadingHTTPServer):
    """Keeps what it was sent: each request's head and body, as bytes."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def handle_error(self, request: object, client_address: object) -> None:
        """Callers that leave are what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def _serve(self) -> None:  # noqa: C901 -- a table
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        head = f"{self.requestline}\r\n{self.headers}".encode("latin-1", "replace")
        self.server.seen.append(head + body)
        fault = next((part for part in re.split("[/?&=]", self.path) if part in FAULTS), "echo")
        told = json.dumps(
            {"message": "you sent " + repr(dict(self.headers)) + self.path, "documentation_url": "x"}
        ).encode()
        match fault:
            case "reset":
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
            case "stall":
                time.sleep(STALL_SECONDS)
                self._answer(200, told)
            case "garbage":
                self.wfile.write(b"\x00\x01 no HTTP " + told)
                self.close_connection = True
            case "truncated":
                self._answer(200, told, length=len(told) + 100)
                self.close_connection = True
            case "bad-gzip":
                self._answer(200, gzip.compress(told)[:-9] + b"xxxxxxxxx", **{"Content-Encoding": "gzip"})
            case "not-json":
                self._answer(200, b"<html>" + told)
            case "echo-redirect":
                self._answer(
                    302, told, Location=f"/echo?token={self.headers.get('Authorization', '')}".replace(" ", "+")
                )
            case "away":
                secret = str(self.headers.get("Authorization", "")).replace(" ", "+")
                self._answer(302, told, Location=f"http://127.0.0.1:9/?token={secret}")
            case "large":
                self._answer(200, told * 20_000)
            case "limit":
                reset = str(int(time.time()) + 60)
                quota = {"X-RateLimit-Limit": "60", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
                resource = "search" if "/search" in self.path else "core"
                told = told.replace(b"you sent", b"API rate limit exceeded; you sent")
                self._answer(403, told, **{**quota, "X-RateLimit-Resource": resource})
            case "secondary":
                self._answer(429, told, **{"Retry-After": "60"})
            case _:
                said = str(self.headers.get("Authorization", ""))
                self._answer(_STATUSES.get(fault, 400 if fault == "echo-error" else 200), told, **{"X-Echo": said})

    def _answer(self, status: int, body: bytes, length: Any = None, **fields: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.send_header("Cache-Control", "private, max-age=60")
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _serve  # noqa: N815 -- the library's names

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def misbehaving() -> Iterator[Upstream]:
    """Serves until the block ends."""
    upstream = Upstream()
    thread = threading.Thread(target=upstream.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield upstream
    finally:
        upstream.shutdown()
        upstream.server_close()
