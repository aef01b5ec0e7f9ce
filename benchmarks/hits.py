"""What an answer from the cache costs, against constant bytes of the same size and against those who have no cache."""

import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import nginx
from benchmarks.bodies import repository_json
from benchmarks.fast_upstream import requests_answered
from benchmarks.gateway import KEY, KEYS, WITH_KEY, disk, running_headgate
from benchmarks.keys import ONE, ring
from benchmarks.load import Rates, Target, requests_per_second, side_by_side
from benchmarks.servers import Server, free_port, running, running_nginx

TYPED = "/api/v1/repos/acme/{}"
RAW = "/github/repos/acme/{}"
UPSTREAMS = "/repos/acme/{}"

BARE_SMALL = "constant bytes from a bare Sanic handler, as many as our typed answer"
HEADGATE_TYPED = "**Headgate, typed**"
BARE = "constant bytes from a bare Sanic handler, as many as the raw answer"
HEADGATE_RAW = "**Headgate, raw**"
RECIPE = "recipe: session on the app, JSON decoded and encoded"
WASTEFUL = "a session for each request, JSON decoded and encoded"
NGINX = "nginx, proxy_cache"

MANY = ring(10_000)
CONNECTIONS = 32
A_DAY = "private, max-age=86400"
MISSES_ALLOWED = 0.002
"""Of the requests of a round that was meant to be all hits."""


@dataclass(frozen=True, slots=True)
class Case:
    """One table.

    Attributes:
        keys: How many.
        workers: How many.
        rates: By server.
    """

    keys: str
    workers: int
    rates: dict[str, Rates]


def measure(*, rounds: int, seconds: int, workers: tuple[int, ...] = (1, 2)) -> Iterator[Case]:
    """Each number of keys with each number of workers."""
    for number in workers:
        with TemporaryDirectory() as name, ExitStack() as stack:
            targets, upstream = _running(stack, Path(name), number)
            for keys in (ONE, MANY):
                asked = {name: Target(server, path, keys, WITH_KEY) for name, (server, path) in targets.items()}
                for each in (HEADGATE_TYPED, HEADGATE_RAW, NGINX):
                    _warm(asked[each], upstream)
                yield Case(
                    keys.name,
                    number,
                    side_by_side(asked, rounds=rounds, connections=CONNECTIONS, seconds=seconds, warm_up=False),
                )


def _running(stack: ExitStack, folder: Path, workers: int) -> tuple[dict[str, tuple[str, str]], Server]:
    """The base URL and path of each server, and the upstream."""
    body = folder / "upstream.json"
    body.write_bytes(repository_json())
    arguments = (str(body), "--cache-control", A_DAY)
    upstream = stack.enter_context(running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log"))
    cache = disk(folder / "cache")
    operated: dict[str, Any] = {"access_log": True, "keys": KEYS}  # as people run it
    headgate = stack.enter_context(running_headgate(upstream.url, folder, workers=workers, cache=cache, **operated)).url

    def other(module: str, *more: str) -> str:
        log = folder / f"{module}{len(more)}.log"
        return stack.enter_context(running(f"benchmarks.{module}", str(workers), *more, log=log)).url

    bare = {}
    for answer, path in (("typed", TYPED), ("raw", RAW)):
        same = folder / f"{answer}.json"
        same.write_bytes(_got(headgate + path.format("rocket")))
        bare[answer] = other("bare", str(same))
    port = free_port()
    (folder / "nginx").mkdir()
    configuration = nginx.configuration(port, workers, upstream.url, folder / "nginx")
    return {
        BARE_SMALL: (bare["typed"], TYPED),
        HEADGATE_TYPED: (headgate, TYPED),
        BARE: (bare["raw"], TYPED),
        HEADGATE_RAW: (headgate, RAW),
        RECIPE: (other("recipe", f"{upstream.url}/"), TYPED),
        WASTEFUL: (other("recipe", f"{upstream.url}/", "--session-per-request"), TYPED),
        NGINX: (stack.enter_context(running_nginx(configuration, port, folder / "nginx")).url, UPSTREAMS),
    }, upstream


def _warm(target: Target, upstream: Server) -> None:
    """Until every worker has everything.

    Raises:
        RuntimeError: Upstream is still asked after many rounds.
    """
    for _ in range(30):
        before = requests_answered(upstream.url)
        rate = requests_per_second(target, connections=CONNECTIONS, seconds=1)
        if requests_answered(upstream.url) - before <= rate * MISSES_ALLOWED:
            if target.keys is not ONE:
                # A worker that found them in the store that all share has not made its answers yet.
                requests_per_second(target, connections=CONNECTIONS, seconds=3)
            return
    raise RuntimeError(f"{target.base_url} still asks its upstream")


def _got(url: str) -> bytes:
    asked = urllib.request.Request(url, headers={"X-API-Key": KEY})  # noqa: S310 -- our own loopback address
    with urllib.request.urlopen(asked, timeout=5) as reply:  # noqa: S310 -- the same
        return bytes(reply.read())
