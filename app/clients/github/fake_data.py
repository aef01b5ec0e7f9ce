"""What a fake GitHub holds of a repository.

Values are in GitHub's own JSON shape, and a dict needs only what the test is about: `{"full_name": "acme/rocket"}` is a
repository.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from app.clients.github.fake_parts import (
    HTML,
    Facts,
    Values,
    account,
    comments_of,
    commits_of,
    contributors_of,
    dated,
    digest,
    facts_of,
    issues_of,
    releases_of,
    runs_of,
)
from app.clients.github.models import (
    Branch,
    Comment,
    Commit,
    CommitWeek,
    CommunityProfile,
    Contributor,
    Issue,
    Participation,
    Pull,
    Release,
    Repository,
    Tag,
    WorkflowRun,
)

WEEKS = 52

# What GitHub answers at an address of its own, and a fake's repository holds under these names.
PARTS = (
    "former_names",
    "languages",
    "contributors",
    "releases",
    "tags",
    "branches",
    "commits",
    "issues",
    "pulls",
    "comments",
    "files",
    "community_profile",
    "commit_activity",
    "participation",
    "workflow_runs",
)
_PROFILE_FILES = {
    "readme": "README.md",
    "license": "LICENSE",
    "contributing": "CONTRIBUTING.md",
    "code_of_conduct": "CODE_OF_CONDUCT.md",
}


@dataclass(frozen=True, slots=True)
class HeldRepository:
    """A repository and all that GitHub answers about it."""

    facts: Repository
    former_names: tuple[str, ...]
    languages: dict[str, int]
    contributors: tuple[Contributor, ...]
    releases: tuple[Release, ...]
    tags: tuple[Tag, ...]
    branches: tuple[Branch, ...]
    commits: tuple[Commit, ...]
    issues: tuple[Issue, ...]
    pulls: tuple[Pull, ...]
    comments: tuple[Comment, ...]
    files: dict[str, bytes]
    community_profile: CommunityProfile
    commit_activity: tuple[CommitWeek, ...]
    participation: Participation
    workflow_runs: tuple[WorkflowRun, ...]

    @property
    def listed(self) -> Repository:
        """As it stands in a list: GitHub tells the subscribers only of one that is asked for by itself."""
        return self.facts.model_copy(update={"subscribers_count": None})

    def history(self, ref: str) -> tuple[Commit, ...] | None:
        """What a branch, a tag or a (short) SHA reaches, newest first; None where it names nothing."""
        marks: tuple[Branch | Tag, ...] = (*self.branches, *self.tags)
        sha = next((mark.commit.sha for mark in marks if mark.name == ref), ref)
        for place, commit in enumerate(self.commits):
            if ref == "HEAD" or commit.sha == sha or (len(sha) >= 7 and commit.sha.startswith(sha)):
                return self.commits[place:]
        return None


def held_repository(given: str | Values, free_id: int) -> HeldRepository:
    """Completes `given`; `free_id` is the id of a repository that brings none."""
    facts = facts_of(given, "full_name")
    parts = {name: facts.pop(name) for name in PARTS if name in facts}
    full_name = facts["full_name"]
    owner, _, name = full_name.partition("/")
    default_branch = facts.setdefault("default_branch", "main")
    files = {path: text.encode() if isinstance(text, str) else text for path, text in parts.get("files", {}).items()}
    commits = commits_of(parts.get("commits", ()), full_name)
    head = commits[0].sha if commits else digest(full_name)
    releases = releases_of(parts.get("releases", ()), full_name)
    issues, pulls = issues_of(parts.get("issues", ()), parts.get("pulls", ()), full_name, default_branch, head)
    languages: dict[str, int] = dict(parts.get("languages", {}))
    repository = Repository.model_validate(
        {
            "id": free_id,
            "name": name,
            "html_url": f"{HTML}/{full_name}",
            "visibility": "private" if facts.get("private") else "public",
            "language": max(languages, key=lambda language: languages[language], default=None),
            "subscribers_count": 0,
            "open_issues_count": sum(issue.state == "open" for issue in issues),
            "pushed_at": dated(facts)["updated_at"],
            **dated(facts),
            "owner": account(facts.get("owner", owner)),
        }
    )
    marked = {"commit": {"sha": head}}
    default_branches = [{"name": default_branch}] if commits else []
    profile = {**_profile(files, repository.description), **parts.get("community_profile", {})}
    shares = {"all": (0,) * WEEKS, "owner": (0,) * WEEKS, **parts.get("participation", {})}
    return HeldRepository(
        facts=repository,
        former_names=tuple(parts.get("former_names", ())),
        languages=languages,
        contributors=contributors_of(parts.get("contributors", ())),
        releases=releases,
        tags=tuple(
            Tag.model_validate(marked | facts_of(tag, "name"))
            for tag in parts.get("tags", [release.tag_name for release in releases if not release.draft])
        ),
        branches=tuple(
            Branch.model_validate(marked | facts_of(branch, "name"))
            for branch in parts.get("branches", default_branches)
        ),
        commits=commits,
        issues=issues,
        pulls=pulls,
        comments=comments_of(parts.get("comments", ()), full_name),
        files=files,
        community_profile=CommunityProfile.model_validate(profile),
        commit_activity=tuple(CommitWeek.model_validate(week) for week in parts.get("commit_activity", ())),
        participation=Participation.model_validate(shares),
        workflow_runs=runs_of(parts.get("workflow_runs", ()), full_name, default_branch, head),
    )


def _profile(files: Mapping[str, bytes], description: str | None) -> Facts:
    found = {name: {"html_url": path} if path in files else None for name, path in _PROFILE_FILES.items()}
    return {
        "health_percentage": 100 * sum(file is not None for file in found.values()) // len(found),
        "description": description,
        "files": found,
    }
