"""What callers ask about commits."""

from app.clients.github import GitHubClient
from app.errors import NotFound, RequestRejected
from app.services.absence import absence_of
from app.services.answers.answer import Slice, slice_of
from app.services.answers.commit import Commit, CommitWithChanges
from app.services.queries import CommitQuery


class CommitService:
    """Commits of one repository, newest first."""

    def __init__(self, github: GitHubClient) -> None:
        self._github = github

    async def commits(self, owner: str, repo: str, query: CommitQuery) -> Slice[Commit]:
        what = f"repository {owner}/{repo}" if query.ref is None else f"commit {query.ref} in {owner}/{repo}"
        with absence_of(what):
            page = await self._github.commits(
                owner,
                repo,
                since=query.since,
                until=query.until,
                path=query.path,
                author=query.author,
                sha=query.ref,
                page=query.page,
                per_page=query.per_page,
            )
        return slice_of(page, query, Commit.of)

    async def commit(self, owner: str, repo: str, ref: str) -> CommitWithChanges:
        """By SHA, branch or tag."""
        what = f"commit {ref} in {owner}/{repo}"
        try:
            with absence_of(what):
                return CommitWithChanges.of(await self._github.commit(owner, repo, ref))
        except RequestRejected as rejected:
            # GitHub says 422 "No commit found for SHA" of a ref that does not exist: to a caller it is a 404.
            raise NotFound(
                rejected.upstream,
                f"there is no {what} on {rejected.upstream}",
                status=rejected.status,
                message=rejected.message,
            ) from None
