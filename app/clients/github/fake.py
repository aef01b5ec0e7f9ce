"""A GitHub in memory: holds values, answers as GitHub would, and passes the contract suite of the real client."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self

import yaml

from app.clients.failing import FailsOnDemand
from app.clients.github import fake_lists as lists
from app.clients.github import fake_search as search
from app.clients.github.client import (
    CommentSort,
    Direction,
    GitHubClient,
    IssueSort,
    IssueState,
    PullSort,
    RepositorySort,
)
from app.clients.github.fake_files import directory_at, file_at, readme_path
from app.clients.github.fake_lists import PER_PAGE, cut, in_order
from app.clients.github.fake_parts import Values
from app.clients.github.fake_search import Wish
from app.clients.github.fake_world import FakeWorld
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
from app.clients.target import target
from app.transport.dialect import Meaning


class FakeGitHubClient(FailsOnDemand, GitHubClient):
    """Answers from values in GitHub's JSON shape, completed where they say little.

        github = FakeGitHubClient(
            repositories=[{"full_name": "acme/rocket", "stargazers_count": 7, "releases": ["v1.1", "v1.0"]}],
            organizations=[{"login": "acme", "members": ["ada", "bela"]}],
        )

    A repository holds, besides GitHub's own fields, what GitHub answers at addresses below it: `languages`,
    `contributors`, `releases`, `tags`, `branches`, `commits`, `issues`, `pulls`, `comments` (each with the
    `number` of its issue), `files` (text or bytes by path), `community_profile`, `commit_activity`, `participation`, `workflow_runs`; and the full names it had before,
    `former_names`. Lists are newest first. One without commits is empty, as GitHub has it: asking for them is a
    Conflict. Owners and members that are not named themselves are users. `world` can be added to at any time.
    """

    def __init__(
        self,
        repositories: Iterable[str | Values] = (),
        *,
        users: Iterable[str | Values] = (),
        organizations: Iterable[str | Values] = (),
        rate_limit: Mapping[str, Mapping[str, int]] | None = None,
        upstream: str = "github",
    ) -> None:
        """Besides what it holds.

        Args:
            rate_limit: By resource (`core`, `search`); nothing counts it down.
            upstream: The name that its errors carry.
        """
        FailsOnDemand.__init__(self)  # the real client's would ask for an upstream
        self.world = FakeWorld(upstream)
        for organization in organizations:
            self.world.add_organization(organization)
        for user in users:
            self.world.add_user(user)
        for repository in repositories:
            self.world.add_repository(repository)
        if rate_limit is not None:
            self.world.set_quotas(rate_limit)

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Filled from a file with the keys `repositories`, `users`, `organizations` and `rate_limit`.

        Raises:
            ValueError: Another key, or no mapping at all.
        """
        document = yaml.safe_load(Path(path).read_bytes())
        known = {"repositories", "users", "organizations", "rate_limit"}
        if not isinstance(document, dict) or not document.keys() <= known:
            raise ValueError(f"{path}: expected a mapping with some of the keys {', '.join(sorted(known))}")
        return cls(**document)

    # Repositories

    async def repository(self, owner: str, repo: str) -> Repository:
        return self.world.repository(owner, repo).facts

    async def repository_by_id(self, repository_id: int) -> Repository:
        return self.world.repository_by_id(repository_id).facts

    async def languages(self, owner: str, repo: str) -> dict[str, int]:
        return dict(self.world.repository(owner, repo).languages)

    async def topics(self, owner: str, repo: str) -> tuple[str, ...]:
        return self.world.repository(owner, repo).facts.topics

    async def contributors(
        self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[Contributor]:
        again = partial(self.contributors, owner, repo, per_page=per_page)
        return cut(self.world.repository(owner, repo).contributors, page, per_page, again)

    async def releases(self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Release]:
        again = partial(self.releases, owner, repo, per_page=per_page)
        return cut(self.world.repository(owner, repo).releases, page, per_page, again)

    async def latest_release(self, owner: str, repo: str) -> Release:
        for release in self.world.repository(owner, repo).releases:
            if not (release.draft or release.prerelease):
                return release
        raise self.world.not_found()

    async def tags(self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Tag]:
        again = partial(self.tags, owner, repo, per_page=per_page)
        return cut(self.world.repository(owner, repo).tags, page, per_page, again)

    async def branches(self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Branch]:
        again = partial(self.branches, owner, repo, per_page=per_page)
        return cut(self.world.repository(owner, repo).branches, page, per_page, again)

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
        per_page: int = PER_PAGE,
    ) -> Page[Commit]:
        held = self.world.repository_with_commits(owner, repo)
        reached = held.commits if sha is None else held.history(sha)
        if reached is None:
            raise self.world.not_found()
        chosen = lists.commits(reached, since, until, path, author)
        asked = partial(self.commits, owner, repo, since=since, until=until, path=path, author=author, sha=sha)
        return cut(chosen, page, per_page, partial(asked, per_page=per_page))

    async def commit(self, owner: str, repo: str, ref: str) -> Commit:
        target(*ref.split("/"))
        reached = self.world.repository_with_commits(owner, repo).history(ref)
        if reached is None:
            raise self.world.refusal(Meaning.REJECTED, 422, f"No commit found for SHA: {ref}")
        return reached[0]

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
        per_page: int = PER_PAGE,
    ) -> Page[Issue]:
        chosen = lists.issues(self.world.repository(owner, repo).issues, state, labels, since, sort, direction)
        asked = partial(self.issues, owner, repo, state=state, labels=labels, since=since)
        return cut(chosen, page, per_page, partial(asked, sort=sort, direction=direction, per_page=per_page))

    async def issue(self, owner: str, repo: str, number: int) -> Issue:
        for issue in self.world.repository(owner, repo).issues:
            if issue.number == number:
                return issue
        raise self.world.not_found()

    async def comments(
        self,
        owner: str,
        repo: str,
        *,
        since: datetime | None = None,
        sort: CommentSort = "created",
        direction: Direction = "asc",
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[Comment]:
        chosen = lists.comments(self.world.repository(owner, repo).comments, since, sort, direction)
        again = partial(self.comments, owner, repo, since=since, sort=sort, direction=direction, per_page=per_page)
        return cut(chosen, page, per_page, again)

    async def pulls(
        self,
        owner: str,
        repo: str,
        *,
        state: IssueState = "open",
        sort: PullSort = "created",
        direction: Direction = "desc",
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[Pull]:
        chosen = lists.pulls(self.world.repository(owner, repo).pulls, state, sort, direction)
        again = partial(self.pulls, owner, repo, state=state, sort=sort, direction=direction, per_page=per_page)
        return cut(chosen, page, per_page, again)

    async def pull(self, owner: str, repo: str, number: int) -> Pull:
        for pull in self.world.repository(owner, repo).pulls:
            if pull.number == number:
                return pull
        raise self.world.not_found()

    async def readme(self, owner: str, repo: str, *, ref: str | None = None) -> File:
        path = readme_path(self.world.repository(owner, repo).files)
        found = () if path is None else self._contents(owner, repo, path, ref)
        if not isinstance(found, File):
            raise self.world.not_found()
        return found

    async def contents(
        self, owner: str, repo: str, path: str = "", *, ref: str | None = None
    ) -> File | tuple[ContentEntry, ...]:
        return self._contents(owner, repo, path, ref)

    def _contents(self, owner: str, repo: str, path: str, ref: str | None) -> File | tuple[ContentEntry, ...]:
        held = self.world.repository(owner, repo)
        if path:
            target(*path.split("/"))
        if ref is not None and held.history(ref) is None:
            raise self.world.not_found()
        where = (held.files, path, held.facts.full_name, ref or held.facts.default_branch)
        found = file_at(*where) or directory_at(*where)
        if not found:
            raise self.world.not_found()
        return found

    async def community_profile(self, owner: str, repo: str) -> CommunityProfile:
        return self.world.repository(owner, repo).community_profile

    async def commit_activity(self, owner: str, repo: str) -> tuple[CommitWeek, ...]:
        return self.world.repository(owner, repo).commit_activity

    async def participation(self, owner: str, repo: str) -> Participation:
        return self.world.repository(owner, repo).participation

    async def workflow_runs(
        self, owner: str, repo: str, *, branch: str | None = None, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[WorkflowRun]:
        runs = [run for run in self.world.repository(owner, repo).workflow_runs if branch in {None, run.head_branch}]
        again = partial(self.workflow_runs, owner, repo, branch=branch, per_page=per_page)
        return cut(runs, page, per_page, again, total=len(runs))

    # Users and organizations

    async def user(self, login: str) -> User:
        return self.world.user(login)

    async def user_repositories(
        self,
        login: str,
        *,
        sort: RepositorySort = "full_name",
        direction: Direction | None = None,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[Repository]:
        chosen = in_order(self.world.repositories_of(login), sort, direction)
        again = partial(self.user_repositories, login, sort=sort, direction=direction, per_page=per_page)
        return cut(chosen, page, per_page, again)

    async def organization(self, org: str) -> Organization:
        return self.world.organization(org)

    async def organization_repositories(
        self,
        org: str,
        *,
        sort: RepositorySort = "created",
        direction: Direction | None = None,
        page: int = 1,
        per_page: int = PER_PAGE,
    ) -> Page[Repository]:
        chosen = in_order(self.world.repositories_of(self.world.organization(org).login), sort, direction)
        again = partial(self.organization_repositories, org, sort=sort, direction=direction, per_page=per_page)
        return cut(chosen, page, per_page, again)

    async def organization_members(self, org: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Account]:
        again = partial(self.organization_members, org, per_page=per_page)
        return cut(self.world.members(org), page, per_page, again)

    # Search: words, and the qualifiers that `fake_search` lists

    async def search_repositories(self, q: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Repository]:
        found = search.repositories(self._wish(q), self.world.repositories())
        again = partial(self.search_repositories, q, per_page=per_page)
        return cut(found, page, per_page, again, total=len(found))

    async def search_issues(self, q: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Issue]:
        found = search.issues(self._wish(q), self.world.repositories())
        again = partial(self.search_issues, q, per_page=per_page)
        return cut(found, page, per_page, again, total=len(found))

    async def search_code(self, q: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[CodeMatch]:
        found = search.code(self._wish(q), self.world.repositories())
        again = partial(self.search_code, q, per_page=per_page)
        return cut(found, page, per_page, again, total=len(found))

    async def search_users(self, q: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Account]:
        found = search.users(self._wish(q), self.world.users())
        again = partial(self.search_users, q, per_page=per_page)
        return cut(found, page, per_page, again, total=len(found))

    def _wish(self, q: str) -> Wish:
        if not q.strip():
            raise self.world.refusal(Meaning.REJECTED, 422, "Validation Failed")
        return Wish.of(q)

    # Quota

    async def rate_limit(self) -> RateLimit:
        return self.world.rate_limit()
