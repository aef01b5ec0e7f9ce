"""What callers ask about users."""

from app.clients.github import GitHubClient
from app.services.absence import absence_of
from app.services.answers.account import User
from app.services.answers.answer import Slice, slice_of
from app.services.answers.repository import Repository
from app.services.queries import RepositoryQuery


class UserService:
    """A user and what belongs to them."""

    def __init__(self, github: GitHubClient) -> None:
        self._github = github

    async def user(self, login: str) -> User:
        with absence_of(f"user {login}"):
            return User.of(await self._github.user(login))

    async def repositories(self, login: str, query: RepositoryQuery) -> Slice[Repository]:
        with absence_of(f"user {login}"):
            page = await self._github.user_repositories(
                login, sort=query.sort, direction=query.direction, page=query.page, per_page=query.per_page
            )
        return slice_of(page, query, Repository.of)
