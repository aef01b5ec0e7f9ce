"""One cache for all workers: a question asked of two is one question, a killed worker takes nobody's answer along, and
what is written through one is seen through the other at once.
"""

import asyncio
import json
import os
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.end_to_end.command import Command, running, until

pytestmark = pytest.mark.workers

THING = "/plain/thing"
CALLERS = 1_000


class Upstream:
    """Counts what it is asked, answers when its gate is open, and has one thing that can be written."""

    def __init__(self) -> None:
        self.asked: Counter[tuple[str, str]] = Counter()
        self.gate = asyncio.Event()
        self.arrived = asyncio.Event()
        self.version = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.asked[request.method, request.path] += 1
        self.arrived.set()
        if request.method != "GET":
            self.version += 1
            return web.Response(status=201)
        version = self.version
        await self.gate.wait()
        headers = {"Cache-Control": "max-age=60", "ETag": f'"{version}"'}
        return web.json_response({"version": version}, headers=headers)


@asynccontextmanager
async def gateway(directory: Path) -> AsyncIterator[tuple[Upstream, Command]]:
    upstream = Upstream()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", upstream.answer)
    async with TestServer(application) as server:
        with two_workers(directory, str(server.make_url("/"))) as command:
            await asyncio.to_thread(lambda: command.url)
            await asyncio.to_thread(
                until, lambda: len(workers(command)) == 2, "two workers with a session", log=command.told
            )
            yield upstream, command
            upstream.gate.set()


@contextmanager
def two_workers(directory: Path, base_url: str) -> Iterator[Command]:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "headgate.yaml"
    plain = {"kind": "http", "base_url": base_url, "mount": "/plain", "timeouts": {"total_seconds": 30}}
    settings = {
        "server": {"port": 0, "workers": 2, "deadline_seconds": 30},
        "cache": {"store": "disk", "path": str(directory / "cache")},
        "upstreams": {"plain": plain},
    }
    file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    with running(directory, "serve", "--config", str(file)) as command:
        yield command


def workers(command: Command) -> list[int]:
    return sorted({pid for _, pid in command.sessions("opened")})


Ask = Callable[..., Coroutine[Any, Any, aiohttp.ClientResponse]]


@asynccontextmanager
async def callers(command: Command) -> AsyncIterator[Ask]:
    """Each question on a connection of its own, so that both workers get some."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=40)
    async with aiohttp.ClientSession(command.url, connector=connector, timeout=timeout) as session:

        async def ask(path: str = THING, method: str = "GET") -> aiohttp.ClientResponse:
            async with session.request(method, path) as answer:
                await answer.read()
                return answer

        yield ask


async def test_a_thousand_callers_of_two_workers_are_one_question(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (upstream, command), callers(command) as ask:
        tasks = [asyncio.create_task(ask()) for _ in range(CALLERS)]
        await upstream.arrived.wait()
        await asyncio.sleep(1.5)  # all have come
        port = int(command.url.rpartition(":")[2])
        shares = [await asyncio.to_thread(connected, pid, port=port, column=1) for pid in workers(command)]
        assert min(shares) > CALLERS // 100, shares
        upstream.gate.set()
        answers = await asyncio.gather(*tasks)
        assert {(answer.status, await answer.text()) for answer in answers} == {(200, '{"version": 0}')}
        assert upstream.asked == {("GET", "/thing"): 1}


async def test_a_worker_that_is_killed_in_flight_costs_one_question_more(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (upstream, command), callers(command) as ask:
        first = asyncio.create_task(ask())
        await upstream.arrived.wait()
        others = [asyncio.create_task(ask()) for _ in range(100)]
        await asyncio.sleep(0.5)
        asking = await asyncio.to_thread(who_asks, upstream_port(command), workers(command))
        os.kill(asking, signal.SIGKILL)
        await asyncio.sleep(0.1)
        upstream.gate.set()
        ends = await asyncio.gather(first, *others, return_exceptions=True)
        served = [end for end in ends if isinstance(end, aiohttp.ClientResponse)]
        assert served, "the kernel gave the killed worker every connection"
        assert {answer.status for answer in served} == {200}
        assert upstream.asked["GET", "/thing"] <= 2
        started = time.monotonic()
        assert (await ask()).status == 200
        assert time.monotonic() - started < 5


async def test_what_is_written_through_one_worker_is_seen_through_the_other_at_once(tmp_path: Path) -> None:
    async with gateway(tmp_path) as (upstream, command), callers(command) as ask:
        upstream.gate.set()
        for version in range(1, 40):
            assert {(await ask()).status for _ in range(4)} == {200}  # in the memory of both
            assert (await ask(method="PUT")).status == 201
            answers = await asyncio.gather(*(ask() for _ in range(6)))
            assert {await answer.text() for answer in answers} == {json.dumps({"version": version})}


async def test_a_reading_under_way_in_one_worker_is_not_given_to_who_comes_after_a_write_through_the_other(
    tmp_path: Path,
) -> None:
    async with gateway(tmp_path) as (upstream, command), callers(command) as ask:
        before = [asyncio.create_task(ask()) for _ in range(20)]
        await upstream.arrived.wait()
        await asyncio.sleep(0.3)
        assert (await ask(method="PUT")).status == 201
        after = [asyncio.create_task(ask()) for _ in range(20)]
        await asyncio.sleep(0.3)
        upstream.gate.set()
        assert {await answer.text() for answer in await asyncio.gather(*after)} == {'{"version": 1}'}
        assert {answer.status for answer in await asyncio.gather(*before)} == {200}
        assert await (await ask()).text() == '{"version": 1}'


def upstream_port(command: Command) -> int:
    settings = json.loads((command._directory / "headgate.yaml").read_text(encoding="utf-8"))
    return int(settings["upstreams"]["plain"]["base_url"].rstrip("/").rpartition(":")[2])


def who_asks(port: int, pids: list[int]) -> int:
    """The worker that has a connection to this port."""
    asking = [pid for pid in pids if connected(pid, port=port, column=2)]
    assert asking, "nobody asks"
    return asking[0]


def connected(pid: int, *, port: int, column: int) -> int:
    """How many connections of a process have this port at their own end (column 1) or at the other (2)."""
    lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    rows = (line.split() for line in lines)
    inodes = {f"socket:[{row[9]}]" for row in rows if row[column].endswith(f":{port:04X}") and row[3] == "01"}
    count = 0
    for descriptor in (Path("/proc") / str(pid) / "fd").iterdir():
        try:
            count += str(descriptor.readlink()) in inodes
        except OSError:  # closed meanwhile
            continue
    return count
