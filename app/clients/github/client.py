"""The typed client: one method per call of GitHub's REST API. Each names its page of docs.github.com in the URL it asks.

Every method raises the errors of `app.errors.UpstreamError`: a ReplyError when GitHub refuses (NotFound, PrimaryLimit,
CredentialRejected, …), a TransportError when no usable reply arrives. Lists come as a `Page`: `page.items`, or
`async for item in page.each()` for this page and all that follow.
"""

from datetime import datetime
from typing import Literal, TypeVar

from app.clients.github import models
from app.clients.github.models import (
    Account,
    Branch,
    CodeMatch,
    Comment,
    Commit,
    CommitWeek,
    CommunityProfile,
    ContentEntry,
    Contributor,
    File,
    Issue,
    Matches,
    Organization,
    Participation,
    Pull,
    RateLimit,
    Release,
    Repository,
    Tag,
    User,
    WorkflowRun,
)
from app.clients.paging import Page
from app.clients.target import QueryValue, target
from app.clients.typed import TypedClient

T = TypeVar("T")

IssueState = Literal["open", "closed", "all"]
IssueSort = Literal["created", "updated", "comments"]
PullSort = Literal["created", "updated", "popularity", "long-running"]
CommentSort = Literal["created", "updated"]
RepositorySort = Literal["created", "updated", "pushed", "full_name"]
Direction = Literal["asc", "desc"]


class GitHubClient(TypedClient):
    """GitHub.com or GitHub Enterprise Server: the base URL of the upstream decides."""

    # Repositories

    async def repository(self, owner: str, repo: str) -> Repository:
        """A repository by its name, or by a name that it had before (GitHub redirects)."""
        return (await self._reply(target("repos", owner, repo))).parse(Repository)

    async def repository_by_id(self, repository_id: int) -> Repository:
        return (await self._reply(target("repositories", str(repository_id)))).parse(Repository)

    async def languages(self, owner: str, repo: str) -> dict[str, int]:
        """Bytes of code per language."""
        return (await self._reply(target("repos", owner, repo, "languages"))).parse(models.LANGUAGES)

    async def topics(self, owner: str, repo: str) -> tuple[str, ...]:
        return (await self._reply(target("repos", owner, repo, "topics"))).parse(models.Topics).names

    async def contributors(self, owner: str, repo: str, *, page: int = 1, per_page: int = 30) -> Page[Contributor]:
        """By number of commits, most first. An empty repository (204) has none."""
        there = target("repos", owner, repo, "contributors", query={"page": page, "per_page": per_page})
        return await self._page(there, models.CONTRIBUTORS)

    async def releases(self, owner: str, repo: str, *, page: int = 1, per_page: int = 30) -> Page[Release]:
        there = target("repos", owner, repo, "releases", query={"page": page, "per_page": per_page})
        return await self._page(there, models.RELEASES)

    async def latest_release(self, owner: str, repo: str) -> Release:
        """The newest that is neither a draft nor a prerelease; NotFound when there is none."""
        return (await self._reply(target("repos", owner, repo, "releases", "latest"))).parse(Release)

    async def tags(self, owner: str, repo: str, *, page: int = 1, per_page: int = 30) -> Page[Tag]:
        there = target("repos", owner, repo, "tags", query={"page": page, "per_page": per_page})
        return await self._page(there, models.TAGS)

    async def branches(self, owner: str, repo: str, *, page: int = 1, per_page: int = 30) -> Page[Branch]:
        there = target("repos", owner, repo, "branches", query={"page": page, "per_page": per_page})
        return await self._page(there, models.BRANCHES)

    async def commits(
        self,
        owner: str,
        repo: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        path: str | None = None,
        author: str | None = None,
        sha: str | None = None,
        page: int = 1,
        per_page: int = 30,
    ) -> Page[Commit]:
        """Newest first, beginning at `sha` (a commit, branch or tag; the default branch). Conflict when empty."""
        query: dict[str, QueryValue] = {"since": since, "until": until, "path": path, "author": author, "sha": sha}
        there = target("repos", owner, repo, "commits", query={**query, "page": page, "per_page": per_page})
        return await self._page(there, models.COMMITS)

    async def commit(self, owner: str, repo: str, ref: str) -> Commit:
        """One commit, by its SHA or by the name of a branch or tag, with its files and counts."""
        return (await self._reply(target("repos", owner, repo, "commits", *ref.split("/")))).parse(Commit)

    async def issues(
        self,
        owner: str,
        repo: str,
        *,
        state: IssueState = "open",
        labels: str | None = None,
        since: datetime | None = None,
        sort: IssueSort = "created",
        direction: Direction = "desc",
        page: int = 1,
        per_page: int = 30,
    ) -> Page[Issue]:
        """Issues, and pull requests among them (those have `pull_request`). `labels` is a list with commas."""
        query: dict[str, QueryValue] = {"state": state, "labels": labels, "since": since, "sort": sort}
        query |= {"direction": direction, "page": page, "per_page": per_page}
        return await self._page(target("repos", owner, repo, "issues", query=query), models.ISSUES)

    async def issue(self, owner: str, repo: str, number: int) -> Issue:
        return (await self._reply(target("repos", owner, repo, "issues", str(number)))).parse(Issue)

    async def comments(
        self,
        owner: str,
        repo: str,
        *,
        since: datetime | None = None,
        sort: CommentSort = "created",
        direction: Direction = "asc",
        page: int = 1,
        per_page: int = 30,
    ) -> Page[Comment]:
        """Of all issues and pull requests of a repository: https://docs.github.com/en/rest/issues/comments."""
        query: dict[str, QueryValue] = {"since": since, "sort": sort, "direction": direction}
        query |= {"page": page, "per_page": per_page}
        return await self._page(target("repos", owner, repo, "issues", "comments", query=query), models.COMMENTS)

    async def pulls(
        self,
        owner: str,
        repo: str,
        *,
        state: IssueState = "open",
        sort: PullSort = "created",
        direction: Direction = "desc",
        page: int = 1,
        per_page: int = 30,
    ) -> Page[Pull]:
        query: dict[str, QueryValue] = {"state": state, "sort": sort, "direction": direction}
        there = target("repos", owner, repo, "pulls", query={**query, "page": page, "per_page": per_page})
        return await self._page(there, models.PULLS)

    async def pull(self, owner: str, repo: str, number: int) -> Pull:
        return (await self._reply(target("repos", owner, repo, "pulls", str(number)))).parse(Pull)

    async def readme(self, owner: str, repo: str, *, ref: str | None = None) -> File:
        return (await self._reply(target("repos", owner, repo, "readme", query={"ref": ref}))).parse(File)

    async def contents(
        self, owner: str, repo: str, path: str = "", *, ref: str | None = None
    ) -> File | tuple[ContentEntry, ...]:
        """A file, or the entries of a directory (GitHub lists a thousand at most). The root is the empty path."""
        segments = path.split("/") if path else []
        there = target("repos", owner, repo, "contents", *segments, query={"ref": ref})
        return (await self._reply(there)).parse(models.CONTENTS)

    async def community_profile(self, owner: str, repo: str) -> CommunityProfile:
        return (await self._reply(target("repos", owner, repo, "community", "profile"))).parse(CommunityProfile)

    async def commit_activity(self, owner: str, repo: str) -> tuple[CommitWeek, ...]:
        """The last year, week by week, oldest first. StillComputing when GitHub does not finish in time."""
        return (await self._reply(target("repos", owner, repo, "stats", "commit_activity"))).parse(models.COMMIT_WEEKS)

    async def participation(self, owner: str, repo: str) -> Participation:
        """The last year's commits per week. StillComputing when GitHub does not finish in time."""
        return (await self._reply(target("repos", owner, repo, "stats", "participation"))).parse(Participation)

    async def workflow_runs(
        self, owner: str, repo: str, *, branch: str | None = None, page: int = 1, per_page: int = 30
    ) -> Page[WorkflowRun]:
        """Newest first; the page knows the total."""
        query: dict[str, QueryValue] = {"branch": branch, "page": page, "per_page": per_page}
        return await self._runs(target("repos", owner, repo, "actions", "runs", query=query))

    # Users and organizations

    async def user(self, login: str) -> User:
        return (await self._reply(target("users", login))).parse(User)

    async def user_repositories(
        self,
        login: str,
        *,
        sort: RepositorySort = "full_name",
        direction: Direction | None = None,
        page: int = 1,
        per_page: int = 30,
    ) -> Page[Repository]:
        query: dict[str, QueryValue] = {"sort": sort, "direction": direction, "page": page, "per_page": per_page}
        return await self._page(target("users", login, "repos", query=query), models.REPOSITORIES)

    async def organization(self, org: str) -> Organization:
        return (await self._reply(target("orgs", org))).parse(Organization)

    async def organization_repositories(
        self,
        org: str,
        *,
        sort: RepositorySort = "created",
        direction: Direction | None = None,
        page: int = 1,
        per_page: int = 30,
    ) -> Page[Repository]:
        query: dict[str, QueryValue] = {"sort": sort, "direction": direction, "page": page, "per_page": per_page}
        return await self._page(target("orgs", org, "repos", query=query), models.REPOSITORIES)

    async def organization_members(self, org: str, *, page: int = 1, per_page: int = 30) -> Page[Account]:
        there = target("orgs", org, "members", query={"page": page, "per_page": per_page})
        return await self._page(there, models.ACCOUNTS)

    # Search: https://docs.github.com/en/rest/search/search, a quota of its own

    async def search_repositories(self, q: str, *, page: int = 1, per_page: int = 30) -> Page[Repository]:
        return await self._search("repositories", q, page, per_page, Matches[Repository])

    async def search_issues(self, q: str, *, page: int = 1, per_page: int = 30) -> Page[Issue]:
        return await self._search("issues", q, page, per_page, Matches[Issue])

    async def search_code(self, q: str, *, page: int = 1, per_page: int = 30) -> Page[CodeMatch]:
        return await self._search("code", q, page, per_page, Matches[CodeMatch])

    async def search_users(self, q: str, *, page: int = 1, per_page: int = 30) -> Page[Account]:
        return await self._search("users", q, page, per_page, Matches[Account])

    # Quota

    async def rate_limit(self) -> RateLimit:
        """What is left of each quota. Asking costs nothing."""
        return (await self._reply(target("rate_limit"))).parse(RateLimit)

    async def _search(self, kind: str, q: str, page: int, per_page: int, shape: type[Matches[T]]) -> Page[T]:
        return await self._matches(target("search", kind, query={"q": q, "page": page, "per_page": per_page}), shape)

    async def _matches(self, there: str, shape: type[Matches[T]]) -> Page[T]:
        reply = await self._reply(there)
        found = reply.parse(shape)
        before, after = self._neighbours(there, reply)
        return Page(
            found.items,
            lambda other: self._matches(other, shape),
            next=after,
            previous=before,
            total=found.total_count,
            incomplete=found.incomplete_results,
        )

    async def _runs(self, there: str) -> Page[WorkflowRun]:
        reply = await self._reply(there)
        found = reply.parse(models.WorkflowRuns)
        before, after = self._neighbours(there, reply)
        return Page(found.workflow_runs, self._runs, next=after, previous=before, total=found.total_count)
