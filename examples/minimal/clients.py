# All that knows aiohttp: the session's holder, the upstream's API in Python types, and the fake that replaces it in tests.
from collections.abc import AsyncIterator

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from pydantic import BaseModel


class Upstream:
    """Built without an event loop, so that all above it are too; each worker opens it in its own loop."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url  # ends in "/"

    async def opened(self) -> AsyncIterator[None]:
        # Callers share this session, so it must not keep cookies: they would go out with the next caller's request.
        async with ClientSession(self._base_url, cookie_jar=DummyCookieJar(), timeout=ClientTimeout(10)) as self.session:
            yield


class Repository(BaseModel):
    full_name: str
    stargazers_count: int


class GitHubClient:
    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    async def repository(self, owner: str, name: str) -> Repository:
        # No "/" in front of the path: it would drop that of a base_url like https://ghe.example/api/v3/
        async with self._upstream.session.get(f"repos/{owner}/{name}", raise_for_status=True) as response:
            return Repository.model_validate_json(await response.read())


class FakeGitHubClient(GitHubClient):
    def __init__(self, *repositories: Repository) -> None:
        self._repositories = {repository.full_name: repository for repository in repositories}

    async def repository(self, owner: str, name: str) -> Repository:
        return self._repositories[f"{owner}/{name}"]
