"""Clients that take the gateway for a GitHub Enterprise Server: their base URL is http://host:port/api/v3."""

import asyncio

import aiohttp
import pytest

from tests.clients.clients import CLIENTS
from tests.clients.scene import ENTERPRISE, Scene
from tests.clients.step import Step, played
from tests.end_to_end.command import ask

pytestmark = pytest.mark.workers

STEPS = [pytest.param(step, id=f"{client}: {step.name}") for client, steps in CLIENTS.items() for step in steps]


@pytest.mark.parametrize("step", STEPS)
def test_step(step: Step, scene: Scene) -> None:
    played(step, scene, ENTERPRISE).check()


def test_it_says_its_version(scene: Scene) -> None:
    """By that, clients tell an Enterprise Server from github.com; the stand-in that is asked has none."""
    assert "installed_version" not in ask(f"{scene.stand_in.github}meta").body
    for _ in range(2):  # also from the cache
        told = ask(f"{scene.gateway.url}{ENTERPRISE}/meta", Authorization=f"token {scene.new_token()}")
        assert told.body["installed_version"], scene.gateway.told()


def test_what_is_asked_by_both_ways_is_stored_once(scene: Scene) -> None:
    """And each way has its own URLs in it."""
    url, token = scene.gateway.url, scene.new_token()

    async def url_of(session: aiohttp.ClientSession, path: str) -> str:
        async with session.get(f"{url}{path}/repos/acme/rocket") as answer:
            return str((await answer.json())["url"])

    async def both() -> list[str]:
        async with aiohttp.ClientSession(headers={"Authorization": f"token {token}"}) as session:
            return [await url_of(session, path) for path in ("/github", ENTERPRISE, "/github")]

    before = scene.asked()
    told = asyncio.run(both())
    assert told == [f"{url}{path}/repos/acme/rocket" for path in ("/github", ENTERPRISE, "/github")]
    assert scene.asked().total - before.total == 1
