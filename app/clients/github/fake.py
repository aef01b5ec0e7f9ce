"""A GitHub in memory: holds values, answers as GitHub would, and passes the contract suite of the real client."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self, TypeVar
from urllib.parse import parse_qs

import yaml

from app.clients.failing import FailsOnDemand
from app.clients.github import fake_parts as parts
from app.clients.github.client import Direction, GitHubClient, IssueSort, IssueState, PullSort, RepositorySort
from app.clients.github.fake_data import HeldRepository, held_repository
from app.clients.github.fake_files import blob_sha, directory_at, file_at, readme_path
from app.clients.github.fake_parts import Facts, Values, moment
from app.clients.github.fake_search import Qualities, Wish
from app.clients.github.models import (
    Account,
    Branch,
    CodeMatch,
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
from app.clients.refusal import refusal
from app.clients.target import target
from app.errors import ReplyError
from app.transport.dialect import Meaning, Reading

T = TypeVar("T")

PER_PAGE = 30
MOST_PER_PAGE = 100
QUOTA = {"limit": 5_000, "remaining": 5_000, "used": 0, "reset": 1_900_000_000}

_REPOSITORY_ORDERS: Mapping[RepositorySort, Callable[[Repository], str | datetime]] = {
    "full_name": lambda repository: repository.full_name.lower(),
    "created": lambda repository: moment(repository.created_at),
    "updated": lambda repository: moment(repository.updated_at),
    "pushed": lambda repository: moment(repository.pushed_at),
}
_ISSUE_ORDERS: Mapping[IssueSort, Callable[[Issue], float]] = {
    "created": lambda issue: moment(issue.created_at).timestamp(),
    "updated": lambda issue: moment(issue.updated_at).timestamp(),
    "comments": lambda issue: issue.comments,
}
_PULL_ORDERS: Mapping[PullSort, Callable[[Pull], float]] = {
    "created": lambda pull: moment(pull.created_at).timestamp(),
    "updated": lambda pull: moment(pull.updated_at).timestamp(),
    "popularity": lambda pull: pull.comments or 0,
    "long-running": lambda pull: -moment(pull.created_at).timestamp(),
}


class FakeGitHubClient(FailsOnDemand, GitHubClient):
    """Answers from values in GitHub's JSON shape, completed where they say little (`fake_parts`, `fake_data`).

        github = FakeGitHubClient(
            repositories=[{"full_name": "acme/rocket", "stargazers_count": 7, "releases": ["v1.1", "v1.0"]}],
            organizations=[{"login": "acme", "members": ["ada", "bela"]}],
        )

    A repository holds, besides GitHub's own fields, what GitHub answers at addresses below it: `languages`,
    `contributors`, `releases`, `tags`, `branches`, `commits`, `issues`, `pulls`, `files` (text or bytes by path),
    `community_profile`, `commit_activity`, `participation`, `workflow_runs`, and the full names it had before,
    `former_names`. Lists are newest first. One without commits is empty, as GitHub has it: asking for them is a
    Conflict. Owners and members that are not named themselves are users.
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
        FailsOnDemand.__init__(self)
        self._name = upstream
        self._accounts: dict[str, Facts] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self._repositories: dict[int, HeldRepository] = {}
        self._quotas = {name: {**QUOTA, **quota} for name, quota in (rate_limit or {"core": {}}).items()}
        for organization in organizations:
            self.add_organization(organization)
        for user in users:
            self.add_user(user)
        for repository in repositories:
            self.add_repository(repository)

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Filled from a file with the keys `repositories`, `users`, `organizations` and `rate_limit`.

        Raises:
            ValueError: Another key, or no mapping at all.
        """
        document = yaml.safe_load(Path(path).read_bytes()) or {}
        known = {"repositories", "users", "organizations", "rate_limit"}
        if not isinstance(document, dict) or not document.keys() <= known:
            raise ValueError(f"{path}: expected a mapping with some of the keys {', '.join(sorted(known))}")
        return cls(**document)

    def add_repository(self, given: str | Values) -> Repository:
        """Holds it from now on, in the place of one with the same full name if there is one."""
        facts = parts.facts_of(given, "full_name")
        owner = str(facts.get("full_name", "")).partition("/")[0]
        facts.setdefault("owner", self._accounts.get(owner.lower(), owner))
        before = self._known_as(facts.get("full_name", ""))
        free_id = next(number for number in count(1) if number not in self._repositories)
        held = held_repository(facts, free_id if before is None else before.facts.id)
        if before is not None:
            del self._repositories[before.facts.id]
        self._repositories[held.facts.id] = held
        self._accounts.setdefault(held.facts.owner.login.lower(), parts.account(facts["owner"]))
        return held.facts

    def add_user(self, given: str | Values) -> None:
        facts = parts.account(given)
        parts.user(facts, 0)  # what does not fit shows here, not where a test asks
        self._accounts[facts["login"].lower()] = facts

    def add_organization(self, given: str | Values) -> None:
        """With its `members`: logins, or accounts."""
        facts = {**parts.account(given), "type": "Organization"}
        members = [parts.account(member) for member in facts.pop("members", ())]
        parts.organization(facts, 0)
        login = facts["login"].lower()
        self._accounts[login] = facts
        self._members[login] = tuple(member["login"].lower() for member in members)
        for member in members:
            self._accounts.setdefault(member["login"].lower(), member)

    # Repositories

    async def repository(self, owner: str, repo: str) -> Repository:
        return self._held(owner, repo).facts

    async def repository_by_id(self, repository_id: int) -> Repository:
        if repository_id not in self._repositories:
            raise self._not_found()
        return self._repositories[repository_id].facts

    async def languages(self, owner: str, repo: str) -> dict[str, int]:
        return dict(self._held(owner, repo).languages)

    async def topics(self, owner: str, repo: str) -> tuple[str, ...]:
        return self._held(owner, repo).facts.topics

    async def contributors(
        self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE
    ) -> Page[Contributor]:
        again = partial(self.contributors, owner, repo, per_page=per_page)
        return _cut(self._held(owner, repo).contributors, page, per_page, again)

    async def releases(self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Release]:
        again = partial(self.releases, owner, repo, per_page=per_page)
        return _cut(self._held(owner, repo).releases, page, per_page, again)

    async def latest_release(self, owner: str, repo: str) -> Release:
        for release in self._held(owner, repo).releases:
            if not (release.draft or release.prerelease):
                return release
        raise self._not_found()

    async def tags(self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Tag]:
        again = partial(self.tags, owner, repo, per_page=per_page)
        return _cut(self._held(owner, repo).tags, page, per_page, again)

    async def branches(self, owner: str, repo: str, *, page: int = 1, per_page: int = PER_PAGE) -> Page[Branch]:
        again = partial(self.branches, owner, repo, per_page=per_page)
        return _cut(self._held(owner, repo).branches, page, per_page, again)

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
        held = self._with_commits(owner, repo)
        reached = held.commits if sha is None else held.history(sha)
        if reached is None:
            raise self._not_found()
        chosen = [
            commit.model_copy(update={"stats": None, "files": None})
            for commit in reached
            if _within(_written(commit), since, until) and _touches(commit, path) and _is_by(commit, author)
        ]
        asked = partial(self.commits, owner, repo, since=since, until=until, path=path, author=author, sha=sha)
        return _cut(chosen, page, per_page, partial(asked, per_page=per_page))

    async def commit(self, owner: str, repo: str, ref: str) -> Commit:
        target(*ref.split("/"))
        reached = self._with_commits(owner, repo).history(ref)
        if reached is None:
            raise self._refusal(Meaning.REJECTED, 422, f"No commit found for SHA: {ref}")
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
        wanted = {label.strip().lower() for label in (labels or "").split(",") if label.strip()}
        order = _ISSUE_ORDERS[sort]
        chosen = sorted(
            (
                issue
                for issue in self._held(owner, repo).issues
                if state in {"all", issue.state}
                and wanted <= {label.lower() for label in _label_names(issue)}
                and _within(issue.updated_at, since, None)
            ),
            key=lambda issue: (order(issue), issue.number),
            reverse=direction == "desc",
        )
        asked = partial(self.issues, owner, repo, state=state, labels=labels, since=since)
        return _cut(chosen, page, per_page, partial(asked, sort=sort, direction=direction, per_page=per_page))

    async def issue(self, owner: str, repo: str, number: int) -> Issue:
        for issue in self._held(owner, repo).issues:
            if issue.number == number:
                return issue
        raise self._not_found()

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
        order = _PULL_ORDERS[sort]
        chosen = sorted(
            (pull for pull in self._held(owner, repo).pulls if state in {"all", pull.state}),
            key=lambda pull: (order(pull), pull.number),
            reverse=direction == "desc",
        )
        again = partial(self.pulls, owner, repo, state=state, sort=sort, direction=direction, per_page=per_page)
        return _cut([_listed_pull(pull) for pull in chosen], page, per_page, again)

    async def pull(self, owner: str, repo: str, number: int) -> Pull:
        for pull in self._held(owner, repo).pulls:
            if pull.number == number:
                return pull
        raise self._not_found()

    async def readme(self, owner: str, repo: str, *, ref: str | None = None) -> File:
        path = readme_path(self._held(owner, repo).files)
        found = None if path is None else await self._contents(owner, repo, path, ref)
        if not isinstance(found, File):
            raise self._not_found()
        return found
