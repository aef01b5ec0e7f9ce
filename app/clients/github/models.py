"""GitHub's objects, as far as we rely on them. Frozen, so that one decoded object can be handed to everybody.

Names are GitHub's. A field without a default is one that we need: without it the reply is malformed. Everything that
we do not name is kept (`model_extra`) and never fatal: GitHub adds fields without notice.
"""

import base64
from datetime import datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

T = TypeVar("T")


class GitHubModel(BaseModel):
    model_config = ConfigDict(frozen=True, extra="allow", hide_input_in_errors=True)


class Account(GitHubModel):
    """A user, organization or bot, as it appears inside other objects."""

    login: str
    type: str = "User"
    avatar_url: str | None = None
    html_url: str | None = None


class License(GitHubModel):
    spdx_id: str | None = None
    name: str | None = None


class Repository(GitHubModel):
    """https://docs.github.com/en/rest/repos/repos#get-a-repository."""

    id: int
    name: str
    full_name: str
    owner: Account
    html_url: str
    description: str | None = None
    homepage: str | None = None
    topics: tuple[str, ...] = ()
    language: str | None = None
    license: License | None = None
    private: bool = False
    visibility: str | None = None
    default_branch: str = "main"
    archived: bool = False
    fork: bool = False
    stargazers_count: int = 0
    forks_count: int = 0
    subscribers_count: int | None = None
    open_issues_count: int = 0
    size: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None
    pushed_at: datetime | None = None


class Topics(GitHubModel):
    names: tuple[str, ...]


class Contributor(GitHubModel):
    """Anonymous contributors have a name and no login."""

    contributions: int
    login: str | None = None
    name: str | None = None
    type: str = "Anonymous"
    avatar_url: str | None = None
    html_url: str | None = None


class Asset(GitHubModel):
    name: str
    size: int = 0
    download_count: int = 0
    content_type: str | None = None
    browser_download_url: str | None = None


class Release(GitHubModel):
    id: int
    tag_name: str
    name: str | None = None
    body: str | None = None
    draft: bool = False
    prerelease: bool = False
    html_url: str | None = None
    author: Account | None = None
    created_at: datetime | None = None
    published_at: datetime | None = None
    assets: tuple[Asset, ...] = ()


class CommitReference(GitHubModel):
    sha: str


class Tag(GitHubModel):
    name: str
    commit: CommitReference


class Branch(GitHubModel):
    name: str
    commit: CommitReference
    protected: bool = False


class Signature(GitHubModel):
    """Who wrote or committed, as git has it."""

    name: str | None = None
    email: str | None = None
    date: datetime | None = None


class CommitDetails(GitHubModel):
    message: str
    author: Signature | None = None
    committer: Signature | None = None


class CommitStatistics(GitHubModel):
    additions: int = 0
    deletions: int = 0
    total: int = 0


class ChangedFile(GitHubModel):
    filename: str
    status: str | None = None
    additions: int = 0
    deletions: int = 0
    changes: int = 0


class Commit(GitHubModel):
    """`stats` and `files` come with one commit only, not in lists."""

    sha: str
    commit: CommitDetails
    html_url: str | None = None
    author: Account | None = None
    committer: Account | None = None
    parents: tuple[CommitReference, ...] = ()
    stats: CommitStatistics | None = None
    files: tuple[ChangedFile, ...] | None = None


class Label(GitHubModel):
    name: str
    color: str | None = None
    description: str | None = None


class PullRequestMark(GitHubModel):
    """Stands in an issue that is a pull request."""

    url: str | None = None


class Issue(GitHubModel):
    number: int
    title: str
    state: str
    html_url: str | None = None
    body: str | None = None
    user: Account | None = None
    labels: tuple[Label | str, ...] = ()
    assignees: tuple[Account, ...] = ()
    comments: int = 0
    locked: bool = False
    state_reason: str | None = None
    pull_request: PullRequestMark | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None


class Comment(GitHubModel):
    """On an issue or a pull request; those on lines of code are others."""

    id: int
    created_at: datetime
    issue_url: str | None = None
    html_url: str | None = None
    user: Account | None = None
    body: str | None = None
    updated_at: datetime | None = None

    @property
    def issue_number(self) -> int | None:
        """GitHub tells it by the end of a URL alone; None where that has another form."""
        number = (self.issue_url or "").rpartition("/")[2]
        return int(number) if number.isascii() and number.isdigit() else None


class PullReference(GitHubModel):
    ref: str
    sha: str
    label: str | None = None


class Pull(GitHubModel):
    """`merged`, `additions` and the other counts come with one pull request only, not in lists."""

    number: int
    title: str
    state: str
    head: PullReference
    base: PullReference
    html_url: str | None = None
    body: str | None = None
    user: Account | None = None
    labels: tuple[Label, ...] = ()
    draft: bool = False
    created_at: datetime | None = None
    updated_at: datetime | None = None
    closed_at: datetime | None = None
    merged_at: datetime | None = None
    merged: bool | None = None
    comments: int | None = None
    commits: int | None = None
    additions: int | None = None
    deletions: int | None = None
    changed_files: int | None = None


class ContentEntry(GitHubModel):
    """Something in a directory."""

    type: str
    name: str
    path: str
    sha: str
    size: int = 0
    html_url: str | None = None
    download_url: str | None = None


class File(ContentEntry):
    """A file with its content; GitHub leaves the content out (`encoding: none`) between 1 and 100 MB."""

    encoding: str | None = None
    content: str | None = None

    def decoded(self) -> bytes | None:
        """The file's bytes; None when GitHub left them out, or sent them in a form that is not base64."""
        if self.content is None or self.encoding != "base64":
            return None
        try:
            return base64.b64decode(self.content)
        except ValueError:  # not base64 (binascii.Error is one), or not even ASCII
            return None


class CommunityProfile(GitHubModel):
    health_percentage: int
    description: str | None = None
    documentation: str | None = None
    files: dict[str, dict[str, object] | None] = Field(default_factory=dict)
    updated_at: datetime | None = None


class CommitWeek(GitHubModel):
    """Commits of a week; `days` begins on Sunday; `week` is its start in seconds since the epoch."""

    week: int = Field(ge=0, le=253_402_300_799)  # the last second of the year 9999
    total: int
    days: tuple[int, ...] = ()


class Participation(GitHubModel):
    """Commits per week of the last year, oldest first: everybody's, and the owner's."""

    all: tuple[int, ...]
    owner: tuple[int, ...] = ()


class WorkflowRun(GitHubModel):
    id: int
    name: str | None = None
    status: str | None = None
    conclusion: str | None = None
    event: str | None = None
    head_branch: str | None = None
    head_sha: str | None = None
    run_number: int | None = None
    html_url: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    run_started_at: datetime | None = None


class WorkflowRuns(GitHubModel):
    total_count: int
    workflow_runs: tuple[WorkflowRun, ...]


class User(Account):
    name: str | None = None
    company: str | None = None
    blog: str | None = None
    location: str | None = None
    bio: str | None = None
    public_repos: int = 0
    followers: int = 0
    following: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


class Organization(GitHubModel):
    login: str
    name: str | None = None
    description: str | None = None
    company: str | None = None
    blog: str | None = None
    location: str | None = None
    avatar_url: str | None = None
    html_url: str | None = None
    public_repos: int = 0
    followers: int = 0
    created_at: datetime | None = None
    updated_at: datetime | None = None


class CodeMatch(GitHubModel):
    """A file in which a code search found something. Its repository is GitHub's short form."""

    name: str
    path: str
    sha: str
    repository: Repository
    html_url: str | None = None


class RateLimitResource(GitHubModel):
    limit: int
    remaining: int
    reset: int
    used: int = 0


class RateLimit(GitHubModel):
    """https://docs.github.com/en/rest/rate-limit/rate-limit."""

    resources: dict[str, RateLimitResource]


class Matches(GitHubModel, Generic[T]):
    """The envelope of a search's answer (https://docs.github.com/en/rest/search/search)."""

    total_count: int
    items: tuple[T, ...]
    incomplete_results: bool = False


REPOSITORIES = TypeAdapter(tuple[Repository, ...])
CONTRIBUTORS = TypeAdapter(tuple[Contributor, ...])
RELEASES = TypeAdapter(tuple[Release, ...])
TAGS = TypeAdapter(tuple[Tag, ...])
BRANCHES = TypeAdapter(tuple[Branch, ...])
COMMITS = TypeAdapter(tuple[Commit, ...])
ISSUES = TypeAdapter(tuple[Issue, ...])
PULLS = TypeAdapter(tuple[Pull, ...])
COMMENTS = TypeAdapter(tuple[Comment, ...])
ACCOUNTS = TypeAdapter(tuple[Account, ...])
COMMIT_WEEKS = TypeAdapter(tuple[CommitWeek, ...])
LANGUAGES = TypeAdapter(dict[str, int])
CONTENTS: TypeAdapter[File | tuple[ContentEntry, ...]] = TypeAdapter(File | tuple[ContentEntry, ...])
