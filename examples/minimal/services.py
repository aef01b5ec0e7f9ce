# What the application does: plain classes whose constructors say what they need.
import asyncio

from .clients import GitHubClient, Repository


class RankingService:
    def __init__(self, client: GitHubClient) -> None:
        self._client = client

    async def ranking(self, owner: str, names: list[str]) -> list[Repository]:
        repositories = await asyncio.gather(*(self._client.repository(owner, name) for name in names))
        return sorted(repositories, key=lambda repository: repository.stargazers_count, reverse=True)
