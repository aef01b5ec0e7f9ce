"""What callers ask about organizations."""

from app.clients.github import GitHubClient
from app.services.absence import absence_of
from app.services.answers.account import Account, Organization
from app.services.answers.answer import Slice, slice_of
from app.services.answers.repository import Repository
from app.services.queries import PageQuery, RepositoryQuery


class OrganizationService:
    """An organization and what belongs to it."""

    def __init__(self, github: GitHubClient) -> None:
        self._github = github

    async def organization(self, org: str) -> Organization:
        with absence_of(f"organization {org}"):
            return Organization.of(await self._github.organization(org))

    async def repositories(self, org: str, query: RepositoryQuery) -> Slice[Repository]:
        with absence_of(f"organization {org}"):
            page = await self._github.organization_repositories(
                org, sort=query.sort, direction=query.direction, page=query.page, per_page=query.per_page
            )
        return slice_of(page, query, Repository.of)

    async def members(self, org: str, query: PageQuery) -> Slice[Account]:
        """Those whom the credential in use may see: the public ones at least."""
        with absence_of(f"organization {org}"):
            page = await self._github.organization_members(org, page=query.page, per_page=query.per_page)
        return slice_of(page, query, Account.of)
