"""What callers ask about issues and pull requests."""

from app.clients.github import GitHubClient
from app.services.absence import absence_of
from app.services.answers.answer import Slice, slice_of
from app.services.answers.issue import Issue, Pull, PullWithChanges
from app.services.queries import IssueQuery, PullQuery


class IssueService:
    """Issues and pull requests of one repository. As on GitHub, the issues include the pull requests."""

    def __init__(self, github: GitHubClient) -> None:
        self._github = github

    async def issues(self, owner: str, repo: str, query: IssueQuery) -> Slice[Issue]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.issues(
                owner,
                repo,
                state=query.state,
                labels=query.labels,
                since=query.since,
                sort=query.sort,
                direction=query.direction,
                page=query.page,
                per_page=query.per_page,
            )
        return slice_of(page, query, Issue.of)

    async def issue(self, owner: str, repo: str, number: int) -> Issue:
        with absence_of(f"issue {number} in {owner}/{repo}"):
            return Issue.of(await self._github.issue(owner, repo, number))

    async def pulls(self, owner: str, repo: str, query: PullQuery) -> Slice[Pull]:
        with absence_of(f"repository {owner}/{repo}"):
            page = await self._github.pulls(
                owner,
                repo,
                state=query.state,
                sort=query.sort,
                direction=query.direction,
                page=query.page,
                per_page=query.per_page,
            )
        return slice_of(page, query, Pull.of)

    async def pull(self, owner: str, repo: str, number: int) -> PullWithChanges:
        with absence_of(f"pull request {number} in {owner}/{repo}"):
            return PullWithChanges.of(await self._github.pull(owner, repo, number))
