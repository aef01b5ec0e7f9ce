# All that knows aiohttp: the one session, the upstream's API in Python types, and the fake that tests put in its place.
from collections.abc import AsyncIterator

from aiohttp import ClientSession, ClientTimeout, DummyCookieJar
from pydantic import BaseModel


class Upstream:
    """Holds the session. Built without an event loop, so all above it are too; each worker opens it in its own."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url  # must end in "/"

    async def opened(self) -> AsyncIterator[None]:
        # All callers share the session: a cookie it kept for one would go out with another's request.
        async with ClientSession(self.base_url, cookie_jar=DummyCookieJar(), timeout=ClientTimeout(10)) as self.session:
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
