"""Workers are killed at any moment: the database opens again, what was written is there, and a round is whole or missing."""

import asyncio
import os
import random
import sys
import time
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from app.usage.book import UsageBook
from app.usage.question import Found
from app.usage.sums import Sums
from app.usage.today import spent_today
from tests.integration.usage.counting_worker import CALLERS, EVERYTHING

pytestmark = pytest.mark.workers
ROUNDS = int(os.environ.get("HEADGATE_KILL_ROUNDS", "4"))


async def worker(path: Path) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.usage.counting_worker", str(path), stdout=PIPE
    )


async def told_until_killed(process: Process, seconds: float) -> int:
    """How many rounds it has said to have written."""
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.readline(), 30) == b"1\n"
    await asyncio.sleep(seconds)
    process.kill()
    rest, _ = await process.communicate()
    lines = rest.split(b"\n")[:-1]  # what is behind the last line end was cut off
    return int(lines[-1]) if lines else 1


async def found_in(path: Path) -> Found:
    book = UsageBook(path, 35)
    await book.open()
    try:
        return await book.find(EVERYTHING)
    finally:
        await book.close()


async def test_killed_while_they_count(tmp_path: Path) -> None:
    path = tmp_path / "usage.db"
    randomness = random.Random(11)  # noqa: S311 -- moments, no secrets
    least, most = 0, 0
    for _ in range(ROUNDS):
        workers = [await worker(path) for _ in range(2)]
        told = await asyncio.gather(*(told_until_killed(each, randomness.uniform(0.0, 0.5)) for each in workers))
        least, most = least + sum(told), most + sum(told) + len(workers)

        found = await found_in(path)
        assert (found.trouble, found.shared) == (None, True)
        by_caller = {name: (sums.requests, sums.points) for (name, _), sums in summed(found).items()}
        assert len(by_caller) == CALLERS
        ((requests, points),) = set(by_caller.values())
        assert requests == points, "a round is written whole"
        assert least <= requests <= most, "what was said to be written is there, and nothing twice"
        most = requests
        least = requests
    assert sorted(os.listdir(tmp_path)) == ["usage.db", "usage.db.lock"]  # noqa: PTH208 -- nothing to wait for
    assert len(spent_today(path, time.time())) == CALLERS


def summed(found: Found) -> dict[tuple[str, str], Sums]:
    answer = Found()
    for (name, _), sums in found.sums.items():
        answer.add(name, "", sums)
    return answer.sums


def set_aside(directory: Path) -> list[Path]:
    return [path for path in directory.glob("usage.db.damaged-*") if not path.name.endswith(("-wal", "-shm"))]


async def test_damaged_while_they_count(tmp_path: Path) -> None:
    """They all let go of the damaged one, agree on one new, and go on."""
    path = tmp_path / "usage.db"
    workers = [await worker(path) for _ in range(2)]
    try:
        for process in workers:
            assert process.stdout is not None
            assert await asyncio.wait_for(process.stdout.readline(), 30) == b"1\n"
        (tmp_path / "usage.db.lock").write_bytes(b"x")  # as whoever finds damage does
        deadline = time.monotonic() + 20
        while not (aside := set_aside(tmp_path)):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.3)
        assert [each.returncode for each in workers] == [None, None], "no fault worse than being busy"
    finally:
        for process in workers:
            process.kill()
        await asyncio.gather(*(process.communicate() for process in workers))
    assert len(aside) == 1
    before, after = await found_in(aside[0]), await found_in(path)
    for found in (before, after):
        assert found.trouble is None
        ((requests, points),) = {(sums.requests, sums.points) for sums in summed(found).values()}
        assert requests == points > 0
