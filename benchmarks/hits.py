"""What an answer from the cache costs, against constant bytes of the same size and against those who have no cache."""

import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import nginx
from benchmarks.bodies import repository_json
from benchmarks.fast_upstream import requests_answered
from benchmarks.gateway import disk, running_headgate
from benchmarks.keys import ONE, ring
from benchmarks.load import Rates, Target, requests_per_second, side_by_side
from benchmarks.servers import Server, free_port, running, running_nginx

TYPED = "/api/v1/repos/acme/{}"
RAW = "/github/repos/acme/{}"
UPSTREAMS = "/repos/acme/{}"

HEADGATE = "**Headgate**"
BARE = "constant bytes, bare Sanic"
RECIPE = "recipe: session on the app, JSON"
WASTEFUL = "a session per request, JSON"
NGINX = "nginx proxy_cache"

ANSWERS = ("typed", "raw")
MANY = ring(10_000)
CONNECTIONS = 32
A_DAY = "private, max-age=86400"
MISSES_ALLOWED = 0.002
"""Of the requests of a round that was meant to be all hits."""


@dataclass(frozen=True, slots=True)
class Case:
    """One table.

    Attributes:
        answer: `typed` or `raw`.
        keys: How many.
        workers: How many.
        body_bytes: Of the answer, Headgate's and the bare handler's.
        rates: By server.
    """

    answer: str
    keys: str
    workers: int
    body_bytes: int
    rates: dict[str, Rates]


def measure(*, rounds: int, seconds: float, workers: tuple[int, ...] = (1, 2)) -> Iterator[Case]:
    """Each answer over each number of keys with each number of workers."""
    for number in workers:
        with TemporaryDirectory() as name, ExitStack() as stack:
            yield from _with_workers(number, Path(name), stack, rounds=rounds, seconds=seconds)


def _with_workers(workers: int, folder: Path, stack: ExitStack, *, rounds: int, seconds: float) -> Iterator[Case]:
    body = folder / "upstream.json"
    body.write_bytes(repository_json())
    arguments = (str(body), "--cache-control", A_DAY)
    upstream = stack.enter_context(running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log"))
    headgate = stack.enter_context(
        running_headgate(upstream.url, folder, workers=workers, cache=disk(folder / "cache"))
    )
    port = free_port()
    (folder / "nginx").mkdir()
    configuration = nginx.configuration(port, workers, upstream.url, folder / "nginx")
    cached = stack.enter_context(running_nginx(configuration, port, folder / "nginx"))
    others = (str(workers), f"{upstream.url}/")
    recipe = stack.enter_context(running("benchmarks.recipe", *others, log=folder / "recipe.log"))
    wasteful = stack.enter_context(
        running("benchmarks.recipe", *others, "--session-per-request", log=folder / "wasteful.log")
    )
    for answer, path in zip(ANSWERS, (TYPED, RAW), strict=True):
        same = folder / f"{answer}.json"
        same.write_bytes(_got(headgate.url + path.format("rocket")))
        bare = stack.enter_context(running("benchmarks.bare", str(workers), str(same), log=folder / f"{answer}.log"))
        for keys in (ONE, MANY):
            targets = {
                BARE: Target(bare.url, TYPED, keys),
                HEADGATE: Target(headgate.url, path, keys),
                RECIPE: Target(recipe.url, TYPED, keys),
                WASTEFUL: Target(wasteful.url, TYPED, keys),
                NGINX: Target(cached.url, UPSTREAMS, keys),
            }
            for name in (HEADGATE, NGINX):
                _warm(targets[name], upstream)
            rates = side_by_side(targets, rounds=rounds, connections=CONNECTIONS, seconds=seconds)
            yield Case(answer, keys.name, workers, same.stat().st_size, rates)


def _warm(target: Target, upstream: Server) -> None:
    """Until every worker has everything.

    Raises:
        RuntimeError: Upstream is still asked after many rounds.
    """
    for _ in range(30):
        before = requests_answered(upstream.url)
        rate = requests_per_second(target, connections=CONNECTIONS, seconds=1)
        if requests_answered(upstream.url) - before <= rate * MISSES_ALLOWED:
            # A worker that found them in the store that all share has not made its answers yet.
            requests_per_second(target, connections=CONNECTIONS, seconds=3)
            return
    raise RuntimeError(f"{target.base_url} still asks its upstream")


def _got(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=5) as reply:  # noqa: S310 -- our own loopback address
        return bytes(reply.read())
