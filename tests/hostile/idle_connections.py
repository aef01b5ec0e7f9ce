"""`python -m tests.hostile.idle_connections`: what 10,000 connections cost one worker that nothing is asked on, and how they end.

Three kinds: that say nothing, that have been answered once, and that have sent half a head. While they are held, well-formed
requests are made and timed. The figures go into docs/hostile-input.md.
"""

import argparse
import asyncio
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from tests.end_to_end.command import serving
from tests.gateway import NOWHERE
from tests.marked import DOCS, Marked, line

PLACE = Marked(DOCS / "hostile-input.md", "idle")
SPARE_FILES = 500
OPENED_AT_ONCE = 200
ASKED = 300
IDLE_SECONDS, HEAD_SECONDS = 20, 15
MEBIBYTE = 2**20

ASK = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
KINDS = {
    "that say nothing": b"",
    "that were answered once": ASK,
    "that have sent half a head": ASK[:-2],
}


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one kind.

    Attributes:
        opened_seconds: Until all were open.
        bytes_each: By how much the worker has grown for each.
        quiet_milliseconds: How long a well-formed request takes with none of them: the median and the slowest.
        held_milliseconds: And while all are held.
        ended: How many ended, by what they were told.
        ended_seconds: How long after the last was opened the last ended.
        left_bytes: By how much the worker stays larger when all are gone.
    """

    kind: str
    connections: int
    opened_seconds: float
    bytes_each: float
    quiet_milliseconds: tuple[float, float]
    held_milliseconds: tuple[float, float]
    ended: Counter[str]
    ended_seconds: float
    left_bytes: int


class Held(asyncio.Protocol):
    """One connection: notes what came, and when it ended."""

    def __init__(self, sent: bytes, ends: list[tuple[float, bytes]]) -> None:
        self._sent, self._ends, self._got = sent, ends, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._sent:
            transport.write(self._sent)

    def data_received(self, data: bytes) -> None:
        self._got = (self._got + data)[-400:]

    def connection_lost(self, exc: Exception | None) -> None:
        self._ends.append((monotonic(), self._got))


async def measured(kind: str, count: int, directory: Path) -> Figures:
    """Holds `count` connections to a worker of their own."""
    limits = {"idle_seconds": IDLE_SECONDS, "request_seconds": HEAD_SECONDS}
    upstreams = {"any": {"kind": "http", "base_url": NOWHERE, "mount": "/any"}}
    with serving(directory, upstreams, workers=1, limits=limits) as gateway:
        host, _, port = gateway.url.removeprefix("http://").partition(":")
        pid = gateway.sessions("opened")[0][1]
        quiet = await _asked(host, int(port))
        before = _resident(pid)
        ends: list[tuple[float, bytes]] = []
        turns = asyncio.Semaphore(OPENED_AT_ONCE)
        loop = asyncio.get_running_loop()

        async def open_one() -> None:
            async with turns:
                await loop.create_connection(lambda: Held(KINDS[kind], ends), host, int(port))

        began = monotonic()
        await asyncio.gather(*(open_one() for _ in range(count)))
        opened = monotonic()
        await asyncio.sleep(1)
        grown = _resident(pid) - before
        held = await _asked(host, int(port))
        assert not ends, "the machine is too slow: some have ended before all was measured"
        until = monotonic() + IDLE_SECONDS + HEAD_SECONDS + 30
        while len(ends) < count and monotonic() < until:  # noqa: ASYNC110 -- thousands of ends, and one deadline
            await asyncio.sleep(0.2)
        told = Counter("408" if b" 408 " in got else "nothing more" for _, got in ends)
        if len(ends) < count:
            told["still open"] = count - len(ends)
        await asyncio.sleep(2)
        return Figures(
            kind,
            count,
            opened - began,
            grown / count,
            quiet,
            held,
            told,
            max((at for at, _ in ends), default=opened) - opened,
            _resident(pid) - before,
        )


async def _asked(host: str, port: int) -> tuple[float, float]:
    """The median and the slowest of well-formed requests, each on a connection of its own, in milliseconds."""
    taken = []
    for _ in range(ASKED):
        began = monotonic()
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(ASK.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answer = await reader.read()
        taken.append((monotonic() - began) * 1_000)
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    return sorted(taken)[len(taken) // 2], max(taken)


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds."""
    pages = int((Path("/proc") / str(pid) / "statm").read_text().split()[1])
    return pages * resource.getpagesize()


def table(figures: Sequence[Figures]) -> str:
    """Markdown."""
    rows = [
        line(
            (
                f"{one.connections:,} {one.kind}",
                f"{one.opened_seconds:.1f} s",
                f"{one.bytes_each / 1024:.1f} KiB",
                f"{one.quiet_milliseconds[0]:.1f} / {one.quiet_milliseconds[1]:.1f} ms",
                f"{one.held_milliseconds[0]:.1f} / {one.held_milliseconds[1]:.1f} ms",
                ", ".join(f"{count:,}: {what}" for what, count in sorted(one.ended.items())),
                f"{one.ended_seconds:.0f} s",
                f"{one.left_bytes / MEBIBYTE:.0f} MiB",
            )
        )
        for one in figures
    ]
    head = (
        "connections",
        "all open after",
        "memory of each",
        "a request without them (median / slowest)",
        "while they are held",
        "what they were told at the end",
        "the last ended after",
        "memory that stays",
    )
    return "\n".join((line(head), "|" + "---|" * len(head), *rows)) + "\n"


def could_hold(count: int) -> bool:
    """Whether a process of ours may open so many files."""
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1] >= count + SPARE_FILES


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.idle_connections")
    parser.add_argument("--connections", type=int, default=10_000)
    count = parser.parse_args().connections
    if not could_hold(count):
        sys.stderr.write(f"ulimit -Hn is too low for {count} connections\n")
        return 2
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, count + SPARE_FILES)), hard))
    figures = []
    with tempfile.TemporaryDirectory() as directory:
        for at, kind in enumerate(KINDS):
            figures.append(asyncio.run(measured(kind, count, Path(directory) / str(at))))
    said = (
        f"Made by `python -m tests.hostile.idle_connections`: one worker, `idle_seconds: {IDLE_SECONDS}`, "
        f"`request_seconds: {HEAD_SECONDS}`; requests are /health/live, each on a new connection.\n\n{table(figures)}"
    )
    PLACE.renew(said)
    sys.stdout.write(said)
    return 0 if all(not one.ended["still open"] for one in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
