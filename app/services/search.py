"""What callers search for."""

from app.clients.github import GitHubClient
from app.services.answers.account import Account
from app.services.answers.answer import CountedSlice, counted_slice_of
from app.services.answers.issue import Issue
from app.services.answers.repository import Repository
from app.services.answers.search import CodeMatch
from app.services.queries import SearchQuery


class SearchService:
    """GitHub's search, best match first. It shows a thousand matches at most, and has a small quota of its own."""

    def __init__(self, github: GitHubClient) -> None:
        self._github = github

    async def repositories(self, query: SearchQuery) -> CountedSlice[Repository]:
        page = await self._github.search_repositories(query.q, page=query.page, per_page=query.per_page)
        return counted_slice_of(page, query, Repository.of)

    async def issues(self, query: SearchQuery) -> CountedSlice[Issue]:
        page = await self._github.search_issues(query.q, page=query.page, per_page=query.per_page)
        return counted_slice_of(page, query, Issue.of)

    async def code(self, query: SearchQuery) -> CountedSlice[CodeMatch]:
        page = await self._github.search_code(query.q, page=query.page, per_page=query.per_page)
        return counted_slice_of(page, query, CodeMatch.of)

    async def users(self, query: SearchQuery) -> CountedSlice[Account]:
        page = await self._github.search_users(query.q, page=query.page, per_page=query.per_page)
        return counted_slice_of(page, query, Account.of)
