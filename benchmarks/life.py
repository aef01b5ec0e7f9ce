"""What callers notice when workers are killed at random, and when a changed configuration is taken up, under load."""

import os
import random
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bodies import repository_json
from benchmarks.gateway import disk, running_headgate
from benchmarks.processes import workers_of
from benchmarks.servers import Server, running

PATH = "/api/v1/repos/acme/rocket"
KILL_CONNECTIONS, KILL_SECONDS, KILL_EVERY_SECONDS = 1_000, 60, 5.0
RELOAD_CONNECTIONS, RELOAD_SECONDS, RELOAD_EVERY_SECONDS = 100, 30, 5.0
WORKERS = 2
RECOVERY_SECONDS = 20.0

_OPENED = re.compile(r'"event":"session opened".*"pid":(\d+)')


@dataclass(slots=True)
class Told:
    """What wrk says of a run.

    Attributes:
        requests: Answered.
        failed: Cut off, refused, or answered with an error.
        events: How often something was done to the gateway meanwhile.
        in_flight: How many connections the killed workers had, together: each has a request under way.
        recovery_seconds: From each kill until there were as many workers again, and all listened.
    """

    requests: int = 0
    failed: int = 0
    events: int = 0
    in_flight: int = 0
    recovery_seconds: list[float] = field(default_factory=list)


def kills() -> Told:
    """`kill -9` of a random worker, each few seconds."""
    with _gateway() as (server, log), _load(server, KILL_CONNECTIONS, KILL_SECONDS) as (wrk, told):
        chance = random.Random(1)  # noqa: S311 -- the same choices each time
        end = time.monotonic() + KILL_SECONDS - KILL_EVERY_SECONDS
        while time.monotonic() < end:
            time.sleep(KILL_EVERY_SECONDS)
            victim = chance.choice(workers_of(server.pid))
            told.in_flight += _connections(victim)
            os.kill(victim, signal.SIGKILL)
            began = time.monotonic()
            while victim in (now := workers_of(server.pid)) or len(now) < WORKERS or not _opened(log) >= {*now}:
                if time.monotonic() > began + RECOVERY_SECONDS:
                    raise RuntimeError(f"a worker was not replaced:\n{log.read_text()[-2000:]}")
                time.sleep(0.01)
            told.recovery_seconds.append(time.monotonic() - began)
            told.events += 1
        _read(wrk, told)
    return told


def reloads() -> Told:
    """SIGHUP, each few seconds: all workers are replaced."""
    with _gateway() as (server, _log), _load(server, RELOAD_CONNECTIONS, RELOAD_SECONDS) as (wrk, told):
        end = time.monotonic() + RELOAD_SECONDS - RELOAD_EVERY_SECONDS
        while time.monotonic() < end:
            time.sleep(RELOAD_EVERY_SECONDS)
            before = set(workers_of(server.pid))
            os.kill(server.pid, signal.SIGHUP)
            began = time.monotonic()
            while before & set(now := workers_of(server.pid)) or len(now) != WORKERS:
                if time.monotonic() > began + RELOAD_EVERY_SECONDS * 4:
                    raise RuntimeError("a reload did not end")
                time.sleep(0.01)
            told.recovery_seconds.append(time.monotonic() - began)
            told.events += 1
        _read(wrk, told)
    return told


@contextmanager
def _gateway() -> Iterator[tuple[Server, Path]]:
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        body = folder / "upstream.json"
        body.write_bytes(repository_json())
        arguments = (str(body), "--cache-control", "private, max-age=86400")
        upstream = stack.enter_context(running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log"))
        server = stack.enter_context(
            running_headgate(upstream.url, folder, workers=WORKERS, cache=disk(folder / "cache"))
        )
        yield server, folder / "headgate.log"


@contextmanager
def _load(server: Server, connections: int, seconds: int) -> Iterator[tuple["subprocess.Popen[str]", Told]]:
    wrk = shutil.which("wrk")
    if wrk is None:
        raise RuntimeError("wrk is missing (Debian: apt-get install wrk)")
    command = [wrk, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "5s", server.url + PATH]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process, Told()


def _read(wrk: "subprocess.Popen[str]", told: Told) -> None:
    printed, _ = wrk.communicate(timeout=120)
    found = re.search(r"(\d+) requests in", printed)
    if found is None:
        raise RuntimeError(f"wrk said nothing of requests:\n{printed}")
    told.requests = int(found[1])
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", printed)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", printed)
    told.failed = sum(map(int, errors.groups())) if errors else 0
    told.failed += int(refused[1]) if refused else 0


def _connections(pid: int) -> int:
    """About: all of its sockets."""
    return sum(1 for link in Path(f"/proc/{pid}/fd").iterdir() if _target(link).startswith("socket:"))


def _opened(log: Path) -> set[int]:
    """The workers that have opened their sessions, which each does right before it listens."""
    return {int(pid) for pid in _OPENED.findall(log.read_text())}


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""
