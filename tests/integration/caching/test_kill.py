"""Workers are killed at any moment: the store opens again, and never gives out what was not kept."""

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from app.transport.caching.store import Lease
from tests.integration.caching.storing_worker import store_in, wrong
from tests.stored import entry, keep, key

pytestmark = pytest.mark.workers
ROUNDS = int(os.environ.get("HEADGATE_KILL_ROUNDS", "4"))


@asynccontextmanager
async def worker(what: str, directory: Path) -> AsyncIterator[Process]:
    arguments = (sys.executable, "-m", "tests.integration.caching.storing_worker", what, str(directory))
    process = await asyncio.create_subprocess_exec(*arguments, stdout=PIPE)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def line(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def test_killed_while_it_stores(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    randomness = random.Random(7)  # noqa: S311 -- moments, no secrets
    for _ in range(ROUNDS):
        async with AsyncExitStack() as stack:
            workers = [await stack.enter_async_context(worker("store", directory)) for _ in range(2)]
            for process in workers:
                assert await line(process) == "open"
            await asyncio.sleep(randomness.uniform(0.0, 0.6))
            victim, other = randomness.sample(workers, 2)
            victim.kill()
            await asyncio.sleep(randomness.uniform(0.0, 0.2))
            assert other.returncode is None, "the other goes on"
            other.kill()
        store = store_in(directory)
        await store.open()
        try:
            assert await wrong(store) == []
            await keep(store, key("0"), entry(bytes(40), sequence=store.sequence))
            assert (await store.stats()).degraded is None
            assert len(await store.find(key("0"))) == 1
        finally:
            store.drop(key("0"))
            await store.close()
    assert (await _entries(directory)) > 0


async def _entries(directory: Path) -> int:
    store = store_in(directory)
    await store.open()
    try:
        return (await store.stats()).entries
    finally:
        await store.close()


async def test_a_killed_holder_frees_its_lease_at_once(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    store = store_in(directory)
    await store.open()
    try:
        async with worker("lease", directory) as process:
            assert await line(process) == "lease True"
            assert store.lease(key()) is None
            process.kill()
            await process.wait()
            lease = store.lease(key())
            assert lease is not None
            lease.release()
    finally:
        await store.close()


async def test_a_stopped_holder_is_overtaken_within_seconds(tmp_path: Path) -> None:
    directory = tmp_path / "cache"
    store = store_in(directory)
    await store.open()
    try:
        async with worker("lease", directory) as process:
            assert await line(process) == "lease True"
            process.send_signal(signal.SIGSTOP)
            assert store.lease(key()) is None
            lease = await within(6.0, lambda: store.lease(key()))
            assert store.lease(key()) is None, "one overtakes"
            lease.release()
            process.send_signal(signal.SIGCONT)
    finally:
        await store.close()


async def within(seconds: float, attempt: Callable[[], Lease | None]) -> Lease:
    """What the attempt gives as soon as it gives something."""
    async with asyncio.timeout(seconds):
        while (given := attempt()) is None:  # noqa: ASYNC110 -- another process acts, by itself
            await asyncio.sleep(0.05)
        return given


async def test_a_disk_that_is_full_and_then_is_not(tmp_path: Path) -> None:
    async with worker("limit", tmp_path / "cache") as process:
        told = [await line(process) for _ in range(5)]

    assert told[0] in {"degraded disk full", "degraded input/output error"}
    assert told[1:] == ["in memory 1", "marked True True", "degraded None", "on disk True"]
