"""Typed clients over the whole pipeline, with aioresponses in the place of the network. No sockets, no waiting."""

from collections.abc import AsyncIterator, Iterator

import pytest

from app.clients.facebook import FacebookClient, FacebookDialect
from app.clients.github import GitHubClient, GitHubDialect
from app.transport.upstream import Upstream
from tests.aioresponses_shim import Answers
from tests.live import upstream_at
from tests.unit.clients.asked import NOW
from tests.waits import Waits


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def answers() -> Iterator[Answers]:
    answers = Answers()
    with answers:
        yield answers


@pytest.fixture
async def github_upstream() -> AsyncIterator[Upstream]:
    async with upstream_at(
        "https://api.github.example/", GitHubDialect(), name="github", token="ghp_invented"
    ) as upstream:
        yield upstream


@pytest.fixture
def github(github_upstream: Upstream, waits: Waits) -> GitHubClient:
    return GitHubClient(github_upstream, clock=lambda: NOW, sleep=waits.sleep)


@pytest.fixture
async def enterprise(waits: Waits) -> AsyncIterator[GitHubClient]:
    """GitHub Enterprise Server has its API under a path."""
    async with upstream_at("https://ghe.example/api/v3/", GitHubDialect(), name="ghe") as upstream:
        yield GitHubClient(upstream, clock=lambda: NOW, sleep=waits.sleep)


@pytest.fixture
async def facebook(waits: Waits) -> AsyncIterator[FacebookClient]:
    async with upstream_at(
        "https://graph.example/v23.0/", FacebookDialect(), name="facebook", token="EAAinvented"
    ) as upstream:
        yield FacebookClient(upstream, clock=lambda: NOW, sleep=waits.sleep)
