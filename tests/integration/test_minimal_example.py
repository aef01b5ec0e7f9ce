"""The bare answer keeps its promises: at most 100 lines, and it runs by the very command that it names."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, TCPConnector, web
from aiohttp.test_utils import TestServer
from sanic import Sanic

from examples.minimal.app import create_app
from examples.minimal.clients import FakeGitHubClient, Repository
from tests.gateway import rewritable_sanic

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "minimal"
STARS = {"loud": 9000, "calm": 12, "slow": 1000}

# Python imports a module of this name at start: it sees every session of every worker, and the example knows nothing of it.
SITECUSTOMIZE = """
import os
from aiohttp import ClientSession

init, close = ClientSession.__init__, ClientSession.close

def tell(event):
    with open(os.environ["SESSION_LOG"], "a") as log:
        log.write(f"{event} {os.getpid()}\\n")

def traced_init(self, *args, **options):
    init(self, *args, **options)
    tell("opened")

async def traced_close(self):
    await close(self)
    tell("closed")

ClientSession.__init__, ClientSession.close = traced_init, traced_close
"""


class Upstream:
    """A GitHub of three repositories under a base path; "slow" answers when it is told to."""

    def __init__(self) -> None:
        self.connections: set[object] = set()
        self.asked = asyncio.Event()
        self.release = asyncio.Event()

    async def repository(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        self.connections.add(request.transport.get_extra_info("peername"))
        name = request.match_info["name"]
        if name == "slow":
            self.asked.set()
            await self.release.wait()
        return web.json_response({"full_name": f"octo/{name}", "stargazers_count": STARS[name], "unknown": "field"})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        application = web.Application()
        application.router.add_get("/api/v3/repos/octo/{name}", self.repository)
        async with TestServer(application) as server:
            yield str(server.make_url("/api/v3/"))


class SessionLog:
    def __init__(self, path: Path) -> None:
        self.path = path
        path.touch()

    def pids(self, event: str) -> list[int]:
        lines = (line.split() for line in self.path.read_text().splitlines())
        return [int(pid) for told, pid in lines if told == event]


async def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what another process writes sets no Event here
            await asyncio.sleep(0.02)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def is_popular(client: ClientSession, url: str) -> object:
    async with client.get(url) as response:
        assert response.status == 200, await response.text()
        return await response.json()


@pytest.fixture
def no_other_app() -> Iterator[None]:
    yield
    Sanic._app_registry.pop("minimal", None)


def test_all_files_together_are_at_most_100_lines() -> None:
    files = [path for path in EXAMPLE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert sum(len(path.read_text().splitlines()) for path in files) <= 100


async def test_its_own_test_passes() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE)]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert "1 passed" in output.decode()


@pytest.mark.workers
async def test_each_worker_opens_one_session_and_closes_it_after_its_last_answer(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE)
    log, output, port, upstream = SessionLog(tmp_path / "sessions"), tmp_path / "output", free_port(), Upstream()
    async with (
        upstream.serving() as base_url,
        ClientSession(f"http://127.0.0.1:{port}/popular/octo/", connector=TCPConnector(force_close=True)) as client,
    ):
        environment = {"SANIC_GITHUB_API": base_url, "SESSION_LOG": str(log.path), "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, "-m", "sanic", "examples.minimal.app:create_app", "--workers=2", f"--port={port}"]
        with output.open("w") as sink:
            server = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=os.environ | environment, stdout=sink, stderr=sink, start_new_session=True
            )
        try:
            await until(lambda: output.read_text().count("Worker ready") == 2)
            for _ in range(10):
                assert await is_popular(client, "loud") == {"popular": True}
                assert await is_popular(client, "calm") == {"popular": False}
            workers = set(log.pids("opened"))
            assert len(log.pids("opened")) == len(workers) == 2
            assert server.pid not in workers
            assert 1 <= len(upstream.connections) <= 2, "a worker's session keeps its connection for the next request"

            last = asyncio.create_task(is_popular(client, "slow"))
            await upstream.asked.wait()
            assert log.pids("closed") == []
            await asyncio.sleep(
                0.5
            )  # Sanic 25.12 spins for ever on a SIGTERM in the 0.1 s before it has seen its workers up
            server.send_signal(signal.SIGTERM)
            await until(lambda: len(log.pids("closed")) == 1)  # the idle worker's; the busy one's waits for the answer
            upstream.release.set()
            assert await last == {"popular": True}
            assert await asyncio.wait_for(server.wait(), 10) == 0
        finally:
            if server.returncode is None:
                os.killpg(server.pid, signal.SIGKILL)
                await server.wait()
    assert sorted(log.pids("opened")) == sorted(log.pids("closed")) == sorted(workers)
    assert not [line for line in output.read_text().splitlines() if "Unclosed" in line or "Traceback" in line]


@pytest.mark.usefixtures("no_other_app")
async def test_one_line_puts_a_fake_below_the_served_handlers() -> None:
    app, port = create_app(), free_port()
    app.ctx.container.client.override(FakeGitHubClient(Repository(full_name="octo/loud", stargazers_count=9000)))
    server: Any = await app.create_server(host="127.0.0.1", port=port, return_asyncio_server=True)
    with rewritable_sanic():
        await server.startup()
    await server.before_start()
    try:
        async with ClientSession() as client:
            assert await is_popular(client, f"http://127.0.0.1:{port}/popular/octo/loud") == {"popular": True}
        session: ClientSession = app.ctx.container.upstream().session
        assert not session.closed
    finally:
        await server.before_stop()
        server.close()
        await server.wait_closed()
        await server.after_stop()
    assert session.closed
