"""Stand-ins on real sockets: inside a test or a command, or as a process of their own.

`python -m app.demo.serving --github-port 0 --facebook-port 0 [--tick-seconds 20] [--up-to-date] [--exit-with-parent]` prints one line of
JSON with both base URLs, and stops at SIGTERM.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Protocol

from aiohttp import web

from app.demo.facebook import FacebookKnobs, FacebookStandIn
from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.github.catalogue import ANCHOR, DAY
from app.demo.log import SeenLog

LOOPBACK = "127.0.0.1"
# How long requests in flight may take to finish at the end: a stand-in that was told to be slow holds up nobody.
GRACE_SECONDS = 0.2
# An app may ask 200 times an hour for each of its users (Facebook's "Rate Limits"): one with ten of them.
PERCENT_PER_CALL = 100 / 2_000


class StandIn(Protocol):
    """What every stand-in has."""

    log: SeenLog
    delay_seconds: float
    app: web.Application


@dataclass(frozen=True, slots=True)
class Addresses:
    """The base URLs, each with its last slash."""

    github: str
    facebook: str


@asynccontextmanager
async def running(app: web.Application, port: int = 0, host: str = LOOPBACK) -> AsyncIterator[str]:
    """Serves until the block ends; gives the base URL. Port 0: whichever is free."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        yield f"http://{host}:{bound}/"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def serve_stand_ins(
    github_port: int = 0,
    facebook_port: int = 0,
    tick_seconds: float | None = None,
    host: str = LOOPBACK,
    points: int | None = None,
    ends_at: int | None = None,
) -> AsyncIterator[Addresses]:
    """Both; with `tick_seconds` their data changes that often, with `points` every quota of GitHub's is that large, and with
    `ends_at` (Unix seconds) all of it happened before that moment.
    """
    limits = Limits() if points is None else Limits.alike(points)
    ends_at = ANCHOR if ends_at is None else ends_at
    github = GitHubStandIn(Knobs(tick_seconds=tick_seconds, limits=limits, ends_at=ends_at))
    facebook = FacebookStandIn(
        FacebookKnobs(percent_per_call=PERCENT_PER_CALL, tick_seconds=tick_seconds, newest_post_at=ends_at)
    )
    async with (
        running(github.app, github_port, host) as github_url,
        running(facebook.app, facebook_port, host) as facebook_url,
    ):
        yield Addresses(github_url, facebook_url)


async def serve_until_stopped(arguments: argparse.Namespace, parent: int) -> None:
    """Until SIGTERM, SIGINT, or, where asked for, the end of the parent's pipe."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    if arguments.exit_with_parent:
        # A thread and os.read: asyncio cannot watch every kind of standard input, and a blocked buffered read would
        # hold a lock that the interpreter wants at its end.
        threading.Thread(target=_wait_for_end, args=(parent, loop, stopped), daemon=True).start()
    ends_at = latest_end(time.time()) if arguments.up_to_date else None
    async with serve_stand_ins(
        arguments.github_port,
        arguments.facebook_port,
        arguments.tick_seconds,
        arguments.host,
        arguments.points,
        ends_at,
    ) as addresses:
        print(json.dumps(asdict(addresses)), flush=True)
        await stopped.wait()


def main(argv: Sequence[str] | None = None, parent: int = 0) -> None:
    """`parent` is the file descriptor whose end is the parent's end: standard input."""
    parser = argparse.ArgumentParser(
        prog="python -m app.demo.serving", description="The stand-in upstreams of Headgate."
    )
    parser.add_argument("--host", default=LOOPBACK)
    parser.add_argument("--github-port", type=int, default=0, help="0: whichever is free")
    parser.add_argument("--facebook-port", type=int, default=0, help="0: whichever is free")
    parser.add_argument("--tick-seconds", type=float, help="change the data this often")
    parser.add_argument("--points", type=int, help="make every quota of the GitHub this large, for benchmarks")
    parser.add_argument("--up-to-date", action="store_true", help="all of it happened lately, not before 2026-06-01")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when standard input ends")
    asyncio.run(serve_until_stopped(parser.parse_args(argv), parent))


def latest_end(now: float) -> int:
    """The end of a world that is up to date: noon (UTC), today or yesterday. All that are made in between are the same."""
    return int(now - DAY / 2) // DAY * DAY + DAY // 2


def _wait_for_end(descriptor: int, loop: asyncio.AbstractEventLoop, stopped: asyncio.Event) -> None:
    while os.read(descriptor, 4_096):
        pass
    # The loop may be closed already: a signal came first.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(stopped.set)


if __name__ == "__main__":
    main(sys.argv[1:])
