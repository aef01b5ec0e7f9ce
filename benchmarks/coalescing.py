"""How often upstream is asked when many ask for the same cold key at once."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.asking import ask_together
from benchmarks.bodies import repository_json
from benchmarks.fast_upstream import requests_answered
from benchmarks.gateway import disk, running_headgate
from benchmarks.hits import RAW, TYPED
from benchmarks.servers import running

CALLERS = (10, 100, 1_000)
UPSTREAM_SECONDS = 0.2
"""How long upstream takes to answer: as GitHub does."""


class Case(NamedTuple):
    """What was seen.

    Attributes:
        workers: How many.
        callers: How many asked at once, on a connection each, for each key of a round.
        upstream_requests: How many requests reached upstream, in each round.
    """

    workers: int
    callers: int
    upstream_requests: tuple[int, ...]


def measure(*, rounds: int, workers: tuple[int, ...] = (1, 2)) -> Iterator[Case]:
    """Half of the rounds ask the typed API, half the mount; each round a key that nobody has asked for."""
    for number in workers:
        with TemporaryDirectory() as name:
            folder = Path(name)
            body = folder / "upstream.json"
            body.write_bytes(repository_json())
            arguments = (str(body), "--delay-seconds", str(UPSTREAM_SECONDS))
            with (
                running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log") as upstream,
                running_headgate(upstream.url, folder, workers=number, cache=disk(folder / "cache")) as headgate,
            ):
                for callers in CALLERS:
                    seen = []
                    for turn in range(rounds):
                        path = (TYPED, RAW)[turn % 2].format(f"cold{callers}x{turn}")
                        before = requests_answered(upstream.url)
                        ask_together([headgate.url + path] * callers)
                        seen.append(requests_answered(upstream.url) - before)
                    yield Case(number, callers, tuple(seen))
