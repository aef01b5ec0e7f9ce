# What the application does: plain classes whose constructors say what they need.
from .clients import GitHubClient


class Catalog:
    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    async def is_popular(self, owner: str, name: str) -> bool:
        repository = await self._client.repository(owner, name)
        return repository.stargazers_count >= 1000
