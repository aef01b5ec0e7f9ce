"""One quota, spent by two workers' callers and by somebody else beside us: nothing is sent once we could know that it
will be refused, and interactive callers are served from their reserve.

    pytest -s tests/end_to_end/test_quota.py      # prints the figures
"""

import asyncio
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.end_to_end.command import Command, serving, until

pytestmark = pytest.mark.workers

LIMIT = 500
RESERVE_PERCENT = 10
WINDOW_SECONDS = 600
TRAVEL_SECONDS = 0.05
"""So long a reply may take from the upstream's socket until a worker has learned from it, on a busy machine."""


@dataclass
class Sighting:
    """A request as the upstream saw it arrive, and what it told when it answered (moments: monotonic seconds)."""

    arrived_at: float
    refused: bool
    told_at: float = 0.0
    remaining: int = 0


@dataclass
class GitHub:
    """Counts points as GitHub does: one for each request, but for `rate_limit`; refuses when none are left."""

    used: int = 0
    reset: int = field(default_factory=lambda: int(time.time()) + WINDOW_SECONDS)
    seen: list[Sighting] = field(default_factory=list)
    others: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        if request.path == "/rate_limit":
            core = {"limit": LIMIT, "used": self.used, "remaining": LIMIT - self.used, "reset": self.reset}
            return web.json_response({"resources": {"core": core}}, headers=self.fields())
        sighting = Sighting(time.monotonic(), self.used >= LIMIT)
        self.seen.append(sighting)
        await asyncio.sleep(len(self.seen) * 7 % 30 / 1000)  # so that replies come in another order
        sighting.refused = self.used >= LIMIT
        if not sighting.refused:
            self.used += 1
        sighting.remaining, sighting.told_at = LIMIT - self.used, time.monotonic()
        if sighting.refused:
            return web.json_response({"message": "API rate limit exceeded"}, status=403, headers=self.fields())
        name = request.path.rpartition("/")[2]
        repository = {
            "id": 1,
            "name": name,
            "full_name": f"acme/{name}",
            "owner": {"login": "acme"},
            "html_url": f"https://github.example/acme/{name}",
        }
        return web.json_response(repository, headers=self.fields())

    def fields(self) -> dict[str, str]:
        return {
            "x-ratelimit-resource": "core",
            "x-ratelimit-limit": str(LIMIT),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-remaining": str(LIMIT - self.used),
            "x-ratelimit-reset": str(self.reset),
        }

    async def spent_by_somebody_else(self, points: int) -> None:
        for _ in range(points):
            await asyncio.sleep(0.01)
            if self.used < LIMIT:
                self.used += 1
                self.others += 1


@asynccontextmanager
async def gateway(directory: Path, github: GitHub) -> AsyncIterator[Command]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", github.answer)
    async with TestServer(application) as server:
        budget = {
            "points_a_minute": None,  # the quota is what this is about, not the pace
            "reserve": {"interactive_percent": RESERVE_PERCENT},
        }
        upstream = {"kind": "github", "base_url": str(server.make_url("/")), "token": "any", "budget": budget}
        with serving(directory, {"github": upstream}, workers=2, access_log=False) as command:
            await asyncio.to_thread(lambda: command.url)
            yield command


class Caller:
    """Asks for another repository each time, each on a connection of its own so that either worker gets it."""

    def __init__(self, name: str, url: str, session: aiohttp.ClientSession, caller_class: str) -> None:
        self.name = name
        self.answers: Counter[tuple[int, str]] = Counter()
        self.retry_after: list[tuple[float, int]] = []
        self._url = url
        self._session = session
        self._headers = {"X-Request-Class": caller_class, "Connection": "close"}

    async def ask(self, number: int) -> int:
        there = f"{self._url}/api/v1/repos/acme/{self.name}-{number}"
        async with self._session.get(there, headers=self._headers) as answer:
            body: dict[str, Any] = await answer.json(content_type=None)
            code = body.get("code", "")
            self.answers[answer.status, code] += 1
            if answer.status == 429:
                self.retry_after.append((time.time(), int(answer.headers["Retry-After"])))
            return answer.status

    async def loop(self, least_refusals: int) -> None:
        """Until it was refused so often: a loop that heeds nothing."""
        number = refusals = 0
        while refusals < least_refusals:
            refusals += await self.ask(number) == 429
            number += 1


async def test_a_quota_is_never_asked_for_more_than_it_holds(tmp_path: Path) -> None:
    github = GitHub()
    async with gateway(tmp_path, github) as command, aiohttp.ClientSession() as session:
        normal = [Caller(f"normal{number}", command.url, session, "normal") for number in range(8)]
        urgent = [Caller(f"urgent{number}", command.url, session, "interactive") for number in range(2)]
        await asyncio.gather(github.spent_by_somebody_else(60), *(caller.loop(20) for caller in normal))
        used_when_normal_were_refused = github.used
        await asyncio.gather(*(caller.loop(20) for caller in urgent))
        state = await believed(session, command)

    known_at = min(sighting.told_at for sighting in github.seen if sighting.remaining == 0)
    late = [sighting for sighting in github.seen if sighting.arrived_at > known_at + TRAVEL_SECONDS]
    refused = sum(sighting.refused for sighting in github.seen)
    assert late == []
    assert github.used == LIMIT

    statuses = sum((caller.answers for caller in [*normal, *urgent]), Counter[tuple[int, str]]())
    assert {status for status, _ in statuses} == {200, 429}
    # What normal callers may spend is spent, but for what somebody else and replies that cross may add.
    kept = LIMIT * RESERVE_PERCENT // 100
    assert LIMIT - kept <= used_when_normal_were_refused <= LIMIT - kept + github.others
    assert all(caller.answers[429, "upstream_quota_reserved"] >= 20 for caller in normal)
    served_from_reserve = sum(caller.answers[200, ""] for caller in urgent)
    assert served_from_reserve == LIMIT - used_when_normal_were_refused
    assert all(caller.answers[429, "upstream_quota_spent"] >= 20 for caller in urgent)
    for caller in [*normal, *urgent]:
        assert all(abs(at + wait - github.reset) <= 1.5 for at, wait in caller.retry_after)
    assert state == github.used

    sys.stdout.write(
        f"\nlimit {LIMIT}; upstream counted {github.used}, we believed {state}; by somebody else {github.others}; "
        f"requests seen {len(github.seen)}, refused by upstream {refused}, sent after we could know {len(late)}; "
        f"answers {dict(statuses)}; interactive served from the reserve {served_from_reserve}\n"
    )


async def believed(session: aiohttp.ClientSession, command: Command) -> int:
    """What the gateway believes to be spent; either worker's word."""
    async with session.get(f"{command.url}/api/v1/upstreams/github", headers={"Connection": "close"}) as answer:
        quotas = (await answer.json())["quotas"]
        return next(int(quota["used"]) for quota in quotas if quota["resource"] == "core")


async def test_a_quota_that_is_spent_before_the_first_request(tmp_path: Path) -> None:
    """A burst on cold workers: one goes to find out, the others wait for what it learns."""
    github = GitHub(used=LIMIT)
    async with gateway(tmp_path, github) as command, aiohttp.ClientSession() as session:
        until(lambda: len(command.sessions("opened")) == 2, "both workers", log=command.told)
        callers = [Caller(f"caller{number}", command.url, session, "interactive") for number in range(50)]
        statuses = await asyncio.gather(*(caller.ask(0) for caller in callers))
    assert set(statuses) == {429}
    assert len(github.seen) <= 2  # at most one of each worker, had both asked in the same moment
