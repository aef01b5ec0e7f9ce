"""Large bodies through a mount: how long they take, what the worker takes for them, and what is left afterwards."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from urllib.parse import urlsplit
from urllib.request import urlopen

from benchmarks.large_upstream import under_way
from benchmarks.processes import forget_peak, peak_bytes, resident_bytes, workers_of
from benchmarks.servers import Server, running

GIB = 2**30
PIECE = bytes(256 * 1024)
MANY_READERS = 32
PAUSE_SECONDS = 2.0
REST_SECONDS = 10.0


class Reading(NamedTuple):
    """What one case took.

    Attributes:
        case: What was done.
        bytes_moved: In all.
        seconds: How long it took.
        more_bytes: The most that the worker took beyond what it had before.
        left: Requests that are under way afterwards, as the gateway and upstream tell: permits and connections.
    """

    case: str
    bytes_moved: int
    seconds: float
    more_bytes: int
    left: int


def measure(*, size: int = GIB) -> Iterator[Reading]:
    """One worker, after a warm-up with small bodies.

    Args:
        size: Of each body.
    """
    told = f"{size / GIB:g} GiB" if size >= GIB else f"{size / 2**20:g} MiB"
    cases: dict[str, Callable[[str], int]] = {
        f"a download of {told}": partial(_download, size),
        f"a download of {told} in chunks": partial(_download, size, query="?chunked"),
        f"an upload of {told}": partial(_upload, size),
        f"an upload of {told} in chunks": partial(_upload, size, chunked=True),
        f"two download the same {told} at once": partial(_both, size),
        f"upstream takes {told} {PAUSE_SECONDS:g} s late": partial(_upload, size, query=f"?pause={PAUSE_SECONDS}"),
        f"{MANY_READERS} who do not read for {PAUSE_SECONDS:g} s, and leave": partial(_abandoned, size),
        f"{MANY_READERS} who leave in the middle of an upload": partial(_broken_off, size),
    }
    with _gateway() as (upstream, headgate):
        (worker,) = workers_of(headgate.pid)
        for _ in range(200):
            _download(100_000, headgate.url)
            _upload(100_000, headgate.url)
        for case, play in cases.items():
            before = resident_bytes(worker)
            forget_peak(worker)
            began = time.monotonic()
            moved = play(headgate.url)
            seconds = time.monotonic() - began
            left = _left(headgate.url, upstream.url)
            yield Reading(case, moved, seconds, peak_bytes(worker) - before, left)


@contextmanager
def _gateway() -> Iterator[tuple[Server, Server]]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        with running("benchmarks.large_upstream", log=folder / "upstream.log") as upstream:
            plain = {"kind": "http", "base_url": f"{upstream.url}/", "mount": "/large"}
            configuration = {
                "server": {"access_log": False, "workers": 1},
                "cache": {"store": "memory"},
                "usage": {"path": str(folder / "usage.db")},
                "upstreams": {"large": plain},
            }
            file = folder / "headgate.yaml"
            file.write_text(json.dumps(configuration))  # JSON is YAML
            arguments = ("serve", "--config", str(file), "--port", "{port}")
            with running("app", *arguments, log=folder / "headgate.log") as headgate:
                yield upstream, headgate


def _download(size: int, url: str, *, query: str = "") -> int:
    with _asked(url, size, query) as reply:
        buffer = bytearray(PIECE)
        got = 0
        while read := reply.readinto(buffer):
            got += read
    if got != size:
        raise RuntimeError(f"{got:,} bytes instead of {size:,}")
    return got


def _upload(size: int, url: str, *, query: str = "", chunked: bool = False) -> int:
    connection = _connection(url)
    pieces = (PIECE[: size - at] for at in range(0, size, len(PIECE)))
    headers = {} if chunked else {"Content-Length": str(size)}
    connection.request("PUT", f"/large/{query}", pieces, headers, encode_chunked=chunked)
    reply = connection.getresponse()
    told = reply.read()
    connection.close()
    if (reply.status, told) != (200, str(size).encode()):
        raise RuntimeError(f"{reply.status} {told!r} for {size:,} bytes")
    return size


def _both(size: int, url: str) -> int:
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda _: _download(size, url), range(2)))


def _abandoned(size: int, url: str) -> int:
    """All at once take a little, stop, and close the connection."""
    all_there = threading.Barrier(MANY_READERS)

    def leaves(_: int) -> int:
        with _asked(url, size, "") as reply:
            got = len(reply.read(len(PIECE)))
            all_there.wait(REST_SECONDS)
            time.sleep(PAUSE_SECONDS)
        return got

    with ThreadPoolExecutor(MANY_READERS) as pool:
        return sum(pool.map(leaves, range(MANY_READERS)))


def _broken_off(size: int, url: str) -> int:
    """All at once send a part, stop, and close the connection."""
    all_there = threading.Barrier(MANY_READERS)
    parts = urlsplit(url)

    def leaves(_: int) -> int:
        head = f"PUT /large/ HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {size}\r\n\r\n"
        with socket.create_connection((parts.hostname, parts.port), REST_SECONDS) as connection:
            connection.sendall(head.encode() + PIECE * 16)
            all_there.wait(REST_SECONDS)
            time.sleep(PAUSE_SECONDS)
        return 16 * len(PIECE)

    with ThreadPoolExecutor(MANY_READERS) as pool:
        return sum(pool.map(leaves, range(MANY_READERS)))


@contextmanager
def _asked(url: str, size: int, query: str) -> Iterator[HTTPResponse]:
    connection = _connection(url)
    connection.request("GET", f"/large/{size}{query}")
    reply = connection.getresponse()
    try:
        if reply.status != 200:
            raise RuntimeError(f"{reply.status} {reply.read()!r}")
        yield reply
    finally:
        reply.close()
        connection.close()


def _connection(url: str) -> HTTPConnection:
    return HTTPConnection(urlsplit(url).netloc, timeout=60)


def _left(gateway: str, upstream: str) -> int:
    """What is under way once it has had a moment to end."""
    until = time.monotonic() + REST_SECONDS
    while True:
        with urlopen(f"{gateway}/api/v1/upstreams/large", timeout=10) as reply:  # noqa: S310 -- our own loopback address
            permits = int(json.load(reply)["budget"]["in_flight"])
        left = permits + under_way(upstream)
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)
