"""What a worker takes: 10,000 entries of 7 KB in memory, served as they came, then as our own answers, too."""

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.asking import ask_all
from benchmarks.bodies import repository_json
from benchmarks.gateway import MEMORY, running_headgate
from benchmarks.hits import A_DAY, RAW, TYPED
from benchmarks.processes import resident_bytes, workers_of
from benchmarks.servers import running

ENTRIES = 10_000
BODY_BYTES = 7_000


class Reading(NamedTuple):
    """What one worker took.

    Attributes:
        after: What had been done.
        resident_bytes: RSS of the worker.
    """

    after: str
    resident_bytes: int


def measure(*, entries: int = ENTRIES) -> Iterator[Reading]:
    """One worker with the store in memory. The typed API and a mount ask upstream for different media types, so what is
    served typed are entries of their own: their number is twice as high at the end.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "upstream.json"
        body.write_bytes(repository_of(BODY_BYTES))
        with (
            running(
                "benchmarks.fast_upstream", str(body), "--cache-control", A_DAY, log=folder / "upstream.log"
            ) as upstream,
            running_headgate(upstream.url, folder, workers=1, cache=MEMORY) as headgate,
        ):
            (worker,) = workers_of(headgate.pid)
            ask_all(headgate.url + path.format("warm") for path in (RAW, TYPED) for _ in range(100))
            yield Reading("start, and some warm-up", resident_bytes(worker))
            for path, told in ((RAW, "each of {} was served raw, twice"), (TYPED, "each was served typed, too, twice")):
                for _ in range(2):
                    ask_all(headgate.url + path.format(f"r{number}") for number in range(entries))
                yield Reading(told.format(f"{entries:,}"), resident_bytes(worker))


def repository_of(size: int) -> bytes:
    """A repository as GitHub sends it, made as long as that by its description."""
    repository = json.loads(repository_json())
    repository["description"] += "x" * (size - len(json.dumps(repository)))
    return json.dumps(repository).encode()
