"""Reports: a repository's against the slowest of its upstream calls, and that of an organization of 300 repositories."""

import json
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.gateway import disk, running_headgate
from benchmarks.processes import resident_bytes, workers_of
from benchmarks.servers import Server, running
from benchmarks.slow_standin import FASTEST_SECONDS, SLOWEST_SECONDS, seconds_of

__all__ = ["FASTEST_SECONDS", "SLOWEST_SECONDS", "organization", "repositories", "spread"]
REPOSITORIES = 300
REPORT = "/api/v1/repos/acme/{name}/report"
ORGANIZATION = "/api/v1/orgs/acme/report"
GITHUBS_PACE = 900
"""Points a minute: https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api."""


class Repository(NamedTuple):
    """Reports on repositories that nobody had asked about, or on the same once more.

    Attributes:
        what: Which of these.
        seconds: Of each report.
        ratios: To the slowest upstream call of a report.
        requests: That reached upstream, of each report.
    """

    what: str
    seconds: tuple[float, ...]
    ratios: tuple[float, ...]
    requests: tuple[int, ...]


class Organization(NamedTuple):
    """One report on the organization.

    Attributes:
        what: Which run it was.
        seconds: It took.
        requests: Reached upstream.
        points: Were spent, as the report's progress had it.
        events: The stream told.
        resident_bytes: RSS of the worker afterwards.
    """

    what: str
    seconds: float
    requests: int
    points: int
    events: int
    resident_bytes: int


class _World(NamedTuple):
    upstream: Server
    headgate: Server
    worker: int


@contextmanager
def _world(points_a_minute: int | None = None) -> Iterator[_World]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (
            running("benchmarks.slow_standin", str(REPOSITORIES), log=folder / "upstream.log") as upstream,
            running_headgate(
                upstream.url,
                folder,
                workers=1,
                cache=disk(folder / "cache"),
                points_a_minute=points_a_minute,
            ) as headgate,
        ):
            (worker,) = workers_of(headgate.pid)
            yield _World(upstream, headgate, worker)


def repositories(rounds: int) -> list[Repository]:
    """Cold and warm, each round another repository."""
    found: dict[str, list[tuple[float, float, int]]] = {"nothing in the cache": [], "once more": []}
    with _world() as world:
        for number in range(1, rounds + 1):
            name = f"part-{number:03}"
            for _ in range(
                2
            ):  # GitHub computes a statistic when it is first asked for it; that is not what this is about
                _get(f"{world.upstream.url}/repos/acme/{name}/stats/commit_activity")
            slowest = 0.0
            for seen in found.values():
                before = _asked(world)
                seconds = _timed(f"{world.headgate.url}{REPORT.format(name=name)}")
                asked = _asked(world) - before
                slowest = max([slowest, *(seconds_of(path) for path in asked)])
                seen.append((seconds, seconds / slowest, asked.total()))
    return [Repository(what, *(tuple(column) for column in zip(*seen, strict=True))) for what, seen in found.items()]


def organization() -> Iterator[Organization]:
    """Twice: the second has the cache of the first. Then once more in another gateway, at the pace that GitHub asks for."""
    yield from _organization(("first", "second"))
    yield from _organization((f"first, at {GITHUBS_PACE} points a minute",), GITHUBS_PACE)


def _organization(runs: tuple[str, ...], points_a_minute: int | None = None) -> Iterator[Organization]:
    with _world(points_a_minute) as world:
        for what in runs:
            before, began = _asked(world).total(), time.monotonic()
            events, points = 0, 0
            request = urllib.request.Request(  # noqa: S310 -- our own loopback address
                f"{world.headgate.url}{ORGANIZATION}", headers={"Accept": "application/x-ndjson"}
            )
            with urllib.request.urlopen(request, timeout=300) as answer:  # noqa: S310 -- the same
                for line in answer:
                    event = json.loads(line)
                    events += 1
                    if event["event"] == "progress":
                        points = event["data"]["points_spent"]
                    else:
                        assert event["event"] == "report", event
                        assert event["data"]["totals"]["repositories"] == REPOSITORIES
            seconds = time.monotonic() - began
            yield Organization(
                what, seconds, _asked(world).total() - before, points, events, resident_bytes(world.worker)
            )


def spread(values: tuple[float, ...]) -> str:
    """The median, and from where to where."""
    return f"{median(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def _timed(url: str) -> float:
    began = time.monotonic()
    _get(url)
    return time.monotonic() - began


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 -- our own loopback address
        body: bytes = answer.read()
        return body


def _asked(world: _World) -> Counter[str]:
    """How often each path was asked for, the gateway's own look at the quota aside."""
    told = json.loads(_get(f"{world.upstream.url}/_standin/log"))["requests"]
    return Counter({one["path"]: one["count"] for one in told if one["path"] != "/rate_limit"})
