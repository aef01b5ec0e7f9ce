"""100,000 entries on disk: what they take there and in memory, and how long a start takes that finds them."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.asking import ask_all
from benchmarks.fast_upstream import requests_answered
from benchmarks.gateway import running_headgate
from benchmarks.hits import A_DAY, RAW
from benchmarks.memory import BODY_BYTES, repository_of
from benchmarks.processes import resident_bytes, workers_of
from benchmarks.servers import Server, running

ENTRIES = 100_000
ASKED_AGAIN = 10_000


class Reading(NamedTuple):
    """What was seen.

    Attributes:
        after: What had been done.
        resident_bytes: RSS of the worker.
        disk_bytes: What the store's folder takes.
        start_seconds: From the command to the first answer; 0 where nothing was started.
        upstream_requests: How often upstream was asked meanwhile.
    """

    after: str
    resident_bytes: int
    disk_bytes: int
    start_seconds: float
    upstream_requests: int


def measure(*, entries: int = ENTRIES) -> Iterator[Reading]:
    """One worker with the defaults, but for the room on disk."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "upstream.json"
        body.write_bytes(repository_of(BODY_BYTES))
        cache = {"store": "disk", "path": str(folder / "cache"), "max_bytes": "4GiB"}
        arguments = (str(body), "--cache-control", A_DAY)
        with running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log") as upstream:
            asked = 0

            def seen(after: str, headgate: Server, start_seconds: float = 0.0) -> Reading:
                nonlocal asked
                before, asked = asked, requests_answered(upstream.url)
                (worker,) = workers_of(headgate.pid)
                taken = _taken_bytes(folder / "cache")
                return Reading(after, resident_bytes(worker), taken, start_seconds, asked - before)

            with running_headgate(upstream.url, folder, workers=1, cache=cache) as headgate:
                yield seen("a start on nothing", headgate, headgate.start_seconds)
                ask_all(headgate.url + RAW.format(f"r{number}") for number in range(entries))
                yield seen(f"{entries:,} were stored", headgate)
            with running_headgate(upstream.url, folder, workers=1, cache=cache) as headgate:
                yield seen("a start on these", headgate, headgate.start_seconds)
                some = Random(1).sample(range(entries), min(entries, ASKED_AGAIN))  # noqa: S311 -- no secret
                ask_all(headgate.url + RAW.format(f"r{number}") for number in some)
                yield seen(f"{len(some):,} of them were asked for", headgate)


def _taken_bytes(folder: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*") if file.is_file())
