"""A stand-in on a real socket, a clock that a test moves, and a client that shows what came."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDictProxy

from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.serving import running


@dataclass
class Clock:
    now: float = 1_790_000_000.5

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True)
class Got:
    status: int
    headers: CIMultiDictProxy[str]
    raw: bytes
    links: dict[str, str]

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class Client:
    """Bodies as they came on the wire: nothing is decompressed, no redirect followed."""

    session: aiohttp.ClientSession
    base_url: str

    async def __call__(
        self,
        target: str,
        method: str = "GET",
        *,
        token: str | None = None,
        headers: dict[str, str] | None = None,
        sent: Any = None,
        data: bytes | None = None,
    ) -> Got:
        headers = dict(headers or {})
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = target if target.startswith("http") else self.base_url + target.lstrip("/")
        async with self.session.request(
            method, url, headers=headers, json=sent, data=data, allow_redirects=False
        ) as answer:
            links = {str(rel): str(link["url"]) for rel, link in answer.links.items()}
            return Got(answer.status, answer.headers, await answer.read(), links)


Serve = Callable[[Any], Awaitable[Client]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """Starts any stand-in; all of them end with the test."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(
            aiohttp.ClientSession(auto_decompress=False, skip_auto_headers=["Accept-Encoding"])
        )

        async def start(standin: Any) -> Client:
            return Client(session, await stack.enter_async_context(running(standin.app)))

        yield start


@pytest.fixture
def knobs() -> Knobs:
    return Knobs(limits=Limits(core=20, anonymous_core=3, search=4, anonymous_search=2, window_seconds=100))


@pytest.fixture
def github(knobs: Knobs, clock: Clock) -> GitHubStandIn:
    return GitHubStandIn(knobs, clock=clock)


@pytest.fixture
async def get(github: GitHubStandIn, serve: Serve) -> Client:
    return await serve(github)
