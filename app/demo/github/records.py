"""The things a GitHub knows, as plain values. Times are epoch seconds; the shapes turn them into text."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Account:
    """A user or an organization: GitHub numbers and addresses both alike."""

    id: int
    login: str
    name: str
    kind: str
    created_at: int
    updated_at: int
    bio: str | None = None
    company: str | None = None
    blog: str = ""
    location: str | None = None
    email: str | None = None
    followers: int = 0
    following: int = 0
    members: tuple[str, ...] = ()

    @property
    def is_organization(self) -> bool:
        return self.kind == "Organization"


@dataclass(frozen=True, slots=True)
class License:
    key: str
    name: str
    spdx_id: str
    node_id: str


@dataclass(frozen=True, slots=True)
class Label:
    id: int
    name: str
    color: str
    description: str


@dataclass(frozen=True, slots=True)
class FileChange:
    path: str
    status: str
    additions: int
    deletions: int


@dataclass(frozen=True, slots=True)
class Commit:
    sha: str
    tree: str
    parents: tuple[str, ...]
    author: Account
    date: int
    message: str
    changes: tuple[FileChange, ...]


@dataclass(slots=True, eq=False)
class Asset:
    id: int
    name: str
    label: str | None
    content_type: str
    content: bytes
    uploader: Account
    created_at: int
    downloads: int = 0


@dataclass(frozen=True, slots=True)
class Release:
    id: int
    tag: str
    name: str
    body: str
    prerelease: bool
    created_at: int
    published_at: int
    author: Account
    target: str
    assets: list[Asset] = field(default_factory=list, compare=False)


@dataclass(frozen=True, slots=True)
class Branch:
    name: str
    sha: str
    protected: bool = False


@dataclass(frozen=True, slots=True)
class Pull:
    """What a pull request has beyond the issue that it also is."""

    head: str
    base: str
    sha: str
    base_sha: str
    draft: bool
    merged_at: int | None
    additions: int
    deletions: int
    changed_files: int


@dataclass(slots=True, eq=False)
class Comment:
    id: int
    author: Account
    body: str
    created_at: int
    updated_at: int


@dataclass(slots=True, eq=False)
class Issue:
    id: int
    number: int
    title: str
    body: str | None
    state: str
    author: Account
    labels: tuple[Label, ...]
    assignees: tuple[Account, ...]
    created_at: int
    updated_at: int
    closed_at: int | None = None
    closed_by: Account | None = None
    state_reason: str | None = None
    pull: Pull | None = None
    # Oldest first, as GitHub lists comments.
    discussion: list[Comment] = field(default_factory=list)

    @property
    def comments(self) -> int:
        return len(self.discussion)


@dataclass(frozen=True, slots=True)
class WorkflowRun:
    id: int
    number: int
    name: str
    title: str
    event: str
    status: str
    conclusion: str | None
    branch: str
    commit: Commit
    created_at: int
    updated_at: int


@dataclass(slots=True, eq=False)
class Repository:
    id: int
    name: str
    owner: Account
    description: str | None
    homepage: str | None
    topics: tuple[str, ...]
    license: License | None
    languages: dict[str, int]
    default_branch: str
    created_at: int
    updated_at: int
    pushed_at: int
    stars: int
    forks: int
    subscribers: int
    size_kb: int
    archived: bool = False
    parent: "Repository | None" = None
    contributors: tuple[tuple[Account, int], ...] = ()
    labels: tuple[Label, ...] = ()
    # Newest first, as every GitHub list gives them.
    commits: tuple[Commit, ...] = ()
    branches: tuple[Branch, ...] = ()
    tags: tuple[Branch, ...] = ()
    releases: tuple[Release, ...] = ()
    runs: tuple[WorkflowRun, ...] = ()
    issues: dict[int, Issue] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        return f"{self.owner.login}/{self.name}"

    @property
    def language(self) -> str | None:
        return max(self.languages, key=lambda name: self.languages[name]) if self.languages else None

    @property
    def open_issues(self) -> int:
        """Pull requests count too: https://docs.github.com/en/rest/issues/issues (every pull request is an issue)."""
        return sum(issue.state == "open" for issue in self.issues.values())

    def history(self, ref: str) -> tuple[Commit, ...] | None:
        """The commits that a branch, a tag or a (short) SHA reaches, newest first; None where it names nothing."""
        sha = next((mark.sha for mark in (*self.branches, *self.tags) if mark.name == ref), ref)
        if ref == "HEAD":
            sha = self.commits[0].sha if self.commits else ref
        for place, commit in enumerate(self.commits):
            # GitHub takes abbreviations, of at least seven digits as git makes them.
            if commit.sha == sha or (len(sha) >= 7 and commit.sha.startswith(sha)):
                return self.commits[place:]
        return None
