"""What it costs that URLs lead to the mount: two mounts of one upstream, of which one rewrites them."""

import gzip
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from multidict import CIMultiDict

from app.clients.github.urls import ALL
from app.services.rewriting.json_urls import JsonUrls
from app.services.rewriting.rewriter import Bodies
from app.transport.exchange import Buffered
from benchmarks.bodies import GITHUB, repositories_json, repository_json
from benchmarks.gateway import MEMORY, running_headgate
from benchmarks.keys import NEW, ONE, Keys
from benchmarks.load import Rates, Target, side_by_side
from benchmarks.servers import free_port, running

OFF = "`rewrite: off`"
FULL = "`rewrite: full`"
CONNECTIONS = 32
ITEMS = 30

_HERE = b"http://127.0.0.1:8000/github"
_GZIP = ("Accept-Encoding: gzip",)
_UNPACED = {"points_a_minute": None, "in_flight": None}
"""What is measured is our work, and not how long upstream wants us to wait."""


@dataclass(frozen=True, slots=True)
class Case:
    """One table.

    Attributes:
        what: What is asked for.
        rates: By extent.
    """

    what: str
    rates: dict[str, Rates]


class Cost(NamedTuple):
    """What rewriting one body takes, in microseconds of CPU time, in each round."""

    body: str
    microseconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.microseconds)


def measure(*, rounds: int, seconds: int) -> Iterator[Case]:
    """Hits and misses, plain and compressed."""
    for compressed in (False, True):
        with TemporaryDirectory() as name, ExitStack() as stack:
            gateway = _running(stack, Path(name), compressed=compressed)
            coding = "compressed" if compressed else "not compressed"
            fields = _GZIP if compressed else ()
            for what, keys, more in _cases():
                targets = {
                    extent: Target(gateway, path, keys, (*fields, *more))
                    for extent, path in ((OFF, "/off/repos/acme/{}"), (FULL, "/full/repos/acme/{}"))
                }
                rates = side_by_side(targets, rounds=rounds, connections=CONNECTIONS, seconds=seconds)
                yield Case(f"{what}, {coding}", rates)


def _cases() -> tuple[tuple[str, Keys, tuple[str, ...]], ...]:
    return (
        ("a hit", ONE, ()),
        ("a hit for who sends `Cache-Control: no-cache`", ONE, ("Cache-Control: no-cache",)),
        ("a miss: a new key each time", NEW, ()),
    )


def _running(stack: ExitStack, folder: Path, *, compressed: bool) -> str:
    port = free_port()
    body = folder / "upstream.json"
    body.write_bytes(repository_json(f"http://127.0.0.1:{port}"))
    arguments = (str(body), "--cache-control", "private, max-age=3600", *(["--gzip"] if compressed else []))
    upstream = stack.enter_context(
        running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log", port=port)
    )
    mounts = {
        extent: {
            "kind": "github",
            "base_url": f"{upstream.url}/",
            "token": "benchmark",
            "mount": f"/{extent}",
            "rewrite": extent,
            "budget": _UNPACED,
        }
        for extent in ("off", "full")
    }
    return stack.enter_context(running_headgate(upstream.url, folder, workers=1, cache=MEMORY, mounts=mounts)).url


def costs(*, rounds: int) -> list[Cost]:
    """What the rewriting itself takes, of one repository and of a list of them."""
    bodies = Bodies(
        JsonUrls(ALL, [GITHUB, "https://uploads.github.com"]), [_HERE, _HERE + b"-uploads"], "", any_json=False
    )
    found = []
    for name, content in (("a repository", repository_json()), (f"a list of {ITEMS}", repositories_json(ITEMS))):
        for coding, body in (("", content), ("gzip", gzip.compress(content))):
            headers = CIMultiDict(
                {"Content-Type": "application/json", **({"Content-Encoding": coding} if coding else {})}
            )
            reply = Buffered("github", 200, headers, body, 2**20)
            mentions = content.count(GITHUB.encode())
            told = f"{name}, {len(content) / 1_000:,.0f} KB, {mentions:,} URLs{', compressed' if coding else ''}"
            times = tuple(_microseconds(bodies, reply, 2_000_000 // len(content)) for _ in range(rounds + 1))
            found.append(Cost(told, times[1:]))  # the first warms up
    return found


def _microseconds(bodies: Bodies, reply: Buffered, times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        bodies.rewritten(reply)
    return (time.process_time() - started) / times * 1e6
