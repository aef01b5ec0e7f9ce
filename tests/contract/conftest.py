"""The clients under contract: the fake, the real one over real sockets, and the real one under a GHES path."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from app.clients.facebook import FacebookClient, FacebookDialect
from app.clients.github import FakeGitHubClient, GitHubClient, GitHubDialect
from app.demo.facebook import FacebookStandIn
from app.demo.github import GitHubStandIn
from app.demo.serving import running
from tests.contract.filling import fake_facebook_like, fake_github_like
from tests.live import upstream_at
from tests.waits import Waits


@pytest.fixture(scope="session")
def fake_github_of_the_suite() -> FakeGitHubClient:
    """Filled once: the suite only reads it."""
    return fake_github_like(GitHubStandIn())


@pytest.fixture
async def real_github() -> AsyncIterator[GitHubClient]:
    async with (
        running(GitHubStandIn().app) as base_url,
        upstream_at(base_url, GitHubDialect(), name="github", token="ghp_invented") as upstream,
    ):
        yield GitHubClient(upstream, sleep=Waits().sleep)


@pytest.fixture(params=["fake", "real", "real under /api/v3/"])
async def github(
    request: pytest.FixtureRequest, fake_github_of_the_suite: FakeGitHubClient
) -> AsyncIterator[GitHubClient]:
    if request.param == "fake":
        yield fake_github_of_the_suite
        return
    path = "api/v3/" if "/api/v3/" in request.param else ""
    async with (
        running(GitHubStandIn().app) as base_url,
        upstream_at(base_url + path, GitHubDialect(), name="github", token="ghp_invented") as upstream,
    ):
        yield GitHubClient(upstream, sleep=Waits().sleep)


@pytest.fixture(params=["fake", "real", "real with a version in its base URL"])
async def facebook(request: pytest.FixtureRequest) -> AsyncIterator[FacebookClient]:
    standin = FacebookStandIn()
    if request.param == "fake":
        yield fake_facebook_like(standin)
        return
    path = "v23.0/" if "version" in request.param else ""
    async with AsyncExitStack() as stack:
        base_url = await stack.enter_async_context(running(standin.app))
        upstream = await stack.enter_async_context(
            upstream_at(base_url + path, FacebookDialect(), name="facebook", token="EAAinvented")
        )
        yield FacebookClient(upstream, sleep=Waits().sleep)
