"""A gateway on a real socket in front of fakes, and a caller."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.clients.github import FakeGitHubClient
from app.server import create_app
from tests.gateway import Ask, asking, container_of, serving_gateway


@pytest.fixture
def github() -> FakeGitHubClient:
    return FakeGitHubClient(
        [{"full_name": "acme/rocket", "tags": [f"v{number}" for number in range(7)], "files": {"README.md": "# Hi\n"}}],
        users=["mira-okafor"],
        organizations=[{"login": "acme"}],
    )


@pytest.fixture
def server() -> dict[str, Any]:
    """The settings of the server: a test module or a parameter may give others."""
    return {}


@pytest.fixture
async def base_url(github: FakeGitHubClient, server: dict[str, Any]) -> AsyncIterator[str]:
    container = container_of(server)
    with container.github_client.override(github):
        async with serving_gateway(create_app(container)) as url:
            yield url


@pytest.fixture
async def ask(base_url: str) -> AsyncIterator[Ask]:
    async with asking(base_url) as ask:
        yield ask
