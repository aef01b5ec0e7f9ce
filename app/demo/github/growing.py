"""Grows a repository's life (commits, releases, issues …) from its row in the catalogue: same seed, same life."""

import hashlib
import random
from collections.abc import Sequence
from itertools import count

from app.demo.github.catalogue import DAY, LABELS, LICENSES, RepositorySeed
from app.demo.github.files import files_of
from app.demo.github.records import (
    Account,
    Branch,
    Comment,
    Commit,
    FileChange,
    Issue,
    Label,
    Pull,
    Release,
    Repository,
    WorkflowRun,
)

VERBS = ("Fix", "Add", "Tighten", "Document", "Speed up", "Rework", "Remove", "Test")
THINGS = (
    "telemetry framing",
    "the retry loop",
    "start-up checks",
    "the valve controller",
    "time zones in reports",
    "the release script",
    "abort handling",
    "configuration loading",
    "the simulator",
    "error messages",
    "memory use under load",
)
BRANCH_NAMES = ("develop", "feature/guidance", "feature/quiet-start", "fix/valve-timing", "release/next")
WORKFLOWS = (("Tests", "push"), ("Lint", "pull_request"), ("Nightly", "schedule"))


def grow(
    row: RepositorySeed, place: int, owner: Account, people: Sequence[Account], seed: int, ends_at: int
) -> Repository:
    """One repository with everything in it, its parent excepted."""
    repository = Repository(
        id=40_000_000 + place * 1_371,
        name=row.name,
        owner=owner,
        description=row.description,
        homepage=row.homepage,
        topics=row.topics,
        license=LICENSES[row.license] if row.license else None,
        languages=dict(row.languages),
        default_branch=row.default_branch,
        created_at=ends_at - row.age_days * DAY,
        updated_at=ends_at - row.quiet_days * DAY - 1_800,
        pushed_at=ends_at - row.quiet_days * DAY - 3_600,
        stars=row.stars,
        forks=row.forks,
        subscribers=row.stars // 20 + 1,
        size_kb=sum(row.languages.values()) // 700,
        archived=row.archived,
        labels=tuple(Label(repository_label_id(place, number), *label) for number, label in enumerate(LABELS, start=1)),
    )
    if row.empty:
        return repository
    # Not cryptography: the same world every time is the point. A text seed is hashed, so no PYTHONHASHSEED enters.
    Gardener(row, repository, people, random.Random(f"{seed}/{repository.full_name}")).plant()  # noqa: S311 -- the same data in each run
    return repository


def repository_label_id(place: int, number: int) -> int:
    return 700_000 + place * 100 + number


def comment_id(issue_id: int, place: int) -> int:
    return issue_id * 1_000 + place + 1


def digest(*words: object) -> str:
    return hashlib.sha1("/".join(map(str, words)).encode(), usedforsecurity=False).hexdigest()


class Gardener:
    """Plants one repository's parts in the order in which they need each other."""

    def __init__(
        self, row: RepositorySeed, repository: Repository, people: Sequence[Account], rng: random.Random
    ) -> None:
        self._row = row
        self._repository = repository
        self._rng = rng
        self._team = tuple(rng.sample(list(people), row.contributors))
        self._ids = count(repository.id * 10)

    def plant(self) -> None:
        repository = self._repository
        repository.files = files_of(repository, conducted=self._row.issues >= 14)
        repository.commits = self._commits()
        repository.contributors = self._contributors()
        repository.releases = self._releases()
        repository.tags = tuple(self._tag(release) for release in repository.releases)
        repository.branches = self._branches()
        repository.issues = {number: self._issue(number) for number in range(1, self._row.issues + 1)}
        repository.runs = self._runs()

    def _title(self) -> str:
        return f"{self._rng.choice(VERBS)} {self._rng.choice(THINGS)}"

    def _commits(self) -> tuple[Commit, ...]:
        repository, rng = self._repository, self._rng
        # Fifty weeks at most, so that all of it shows in the statistics of the last year.
        span = min(350 * DAY, repository.pushed_at - repository.created_at)
        moments = sorted(repository.pushed_at - rng.randrange(span) for _ in range(self._row.commits - 1))
        paths = sorted(repository.files)
        grown: list[Commit] = []
        for number, moment in enumerate([*moments, repository.pushed_at]):
            changed = paths if number == 0 else rng.sample(paths, min(len(paths), rng.randint(1, 3)))
            status = "added" if number == 0 else "modified"
            grown.append(
                Commit(
                    sha=digest("commit", repository.full_name, number),
                    tree=digest("tree", repository.full_name, number),
                    parents=(grown[-1].sha,) if grown else (),
                    author=self._team[0] if number == 0 else rng.choice(self._team),
                    date=moment,
                    message="Initial commit" if number == 0 else f"{self._title()}\n\nSeen in review.",
                    changes=tuple(
                        FileChange(path, status, rng.randint(1, 40), 0 if number == 0 else rng.randint(0, 20))
                        for path in changed
                    ),
                )
            )
        return tuple(reversed(grown))

    def _contributors(self) -> tuple[tuple[Account, int], ...]:
        counts = sorted((self._rng.randint(1, 300) for _ in self._team), reverse=True)
        return tuple(zip(self._team, counts, strict=True))

    def _releases(self) -> tuple[Release, ...]:
        repository, wanted = self._repository, self._row.releases
        span = repository.pushed_at - repository.created_at
        releases = []
        for number in range(1, wanted + 1):
            before = number % 9 == 0
            tag = f"v{1 + number // 10}.{number % 10}.0{'-rc.1' if before else ''}"
            moment = repository.created_at + span * number // (wanted + 1)
            releases.append(
                Release(
                    id=next(self._ids),
                    tag=tag,
                    name=f"{repository.name} {tag}",
                    body=f"- {self._title()}\n- {self._title()}\n",
                    prerelease=before,
                    created_at=moment,
                    published_at=moment + 600,
                    author=self._team[0],
                    target=repository.default_branch,
                )
            )
        return tuple(reversed(releases))

    def _tag(self, release: Release) -> Branch:
        place = self._repository.releases.index(release) % len(self._repository.commits)
        return Branch(release.tag, self._repository.commits[place].sha)

    def _branches(self) -> tuple[Branch, ...]:
        commits = self._repository.commits
        wanted = 5 if self._row.issues > 20 else 2
        others = (Branch(name, commits[2 + place].sha) for place, name in enumerate(BRANCH_NAMES[:wanted]))
        main = Branch(self._repository.default_branch, commits[0].sha, protected=True)
        # GitHub lists branches by name.
        return tuple(sorted((main, *others), key=lambda branch: branch.name))

    def _issue(self, number: int) -> Issue:
        rng, repository = self._rng, self._repository
        span = repository.pushed_at - repository.created_at
        created = repository.created_at + span * number // (self._row.issues + 1)
        # An archived repository keeps what was open, as GitHub does; here everything was closed before.
        closed = repository.archived or rng.random() < 0.6
        closed_at = created + rng.randint(1, 20) * 3_600 if closed else None
        pull = self._pull(number, closed_at) if number % 5 == 0 else None
        number_of_all = next(self._ids)
        updated = closed_at or created + 900
        return Issue(
            id=number_of_all,
            number=number,
            title=self._title(),
            body=None if number % 11 == 0 else f"Seen with {self._title().lower()}.\n\nSteps: start, wait, look.",
            state="closed" if closed else "open",
            author=rng.choice(self._team),
            labels=tuple(rng.sample(repository.labels, rng.randint(0, 2))),
            assignees=(rng.choice(self._team),) if rng.random() < 0.3 else (),
            created_at=created,
            updated_at=updated,
            closed_at=closed_at,
            closed_by=self._team[0] if closed else None,
            state_reason="completed" if closed and not pull else None,
            pull=pull,
            discussion=self._discussion(number_of_all, created, updated, rng.randint(0, 12)),
        )

    def _discussion(self, issue_id: int, begun: int, ended: int, wanted: int) -> list[Comment]:
        """Spread over the issue's time. It draws no lots: whatever grows after it stays the same."""
        comments = []
        for place in range(wanted):
            moment = begun + (ended - begun) * (place + 1) // (wanted + 1)
            text = f"{VERBS[place % len(VERBS)]} {THINGS[(issue_id + place) % len(THINGS)]}, perhaps?"
            author = self._team[(issue_id + place) % len(self._team)]
            comments.append(Comment(comment_id(issue_id, place), author, text, moment, moment))
        return comments

    def _pull(self, number: int, closed_at: int | None) -> Pull:
        rng, commits = self._rng, self._repository.commits
        place = number % (len(commits) - 1)
        return Pull(
            head=f"change-{number}",
            base=self._repository.default_branch,
            sha=commits[place].sha,
            base_sha=commits[place + 1].sha,
            draft=closed_at is None and rng.random() < 0.3,
            merged_at=closed_at if rng.random() < 0.7 else None,
            additions=rng.randint(1, 400),
            deletions=rng.randint(0, 200),
            changed_files=rng.randint(1, 12),
        )

    def _runs(self) -> tuple[WorkflowRun, ...]:
        rng, repository, wanted = self._rng, self._repository, self._row.runs
        runs = []
        for number in range(1, wanted + 1):
            name, event = WORKFLOWS[number % len(WORKFLOWS)]
            commit = repository.commits[(wanted - number) % len(repository.commits)]
            running = number == wanted and not repository.archived
            runs.append(
                WorkflowRun(
                    id=next(self._ids),
                    number=number,
                    name=name,
                    title=commit.message.splitlines()[0],
                    event=event,
                    status="in_progress" if running else "completed",
                    conclusion=None if running else rng.choice(("success", "success", "success", "failure")),
                    branch=repository.default_branch,
                    commit=commit,
                    created_at=commit.date + 5,
                    updated_at=commit.date + 5 + rng.randint(40, 400),
                )
            )
        return tuple(reversed(runs))
