"""What the commit service promises, with the fake GitHub below it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.clients.github import FakeGitHubClient
from app.errors import Conflict, NotFound, RequestRejected
from app.services.answers.commit import Author, ChangedFile, Commit, CommitWithChanges
from app.services.commits import CommitService
from app.services.queries import CommitQuery

ROCKET = ("acme", "rocket")
SEAL: dict[str, Any] = {
    "sha": "5ea1",
    "html_url": "https://github.example/5ea1",
    "author": "ada",
    "committer": {"login": "bela", "type": "Bot"},
    "commit": {
        "message": "Seal it\n\nIt leaked.",
        "author": {"name": "Ada", "email": "ada@acme.example", "date": "2026-01-02T03:04:05Z"},
        "committer": {"name": "Bela", "email": "bela@acme.example", "date": "2026-01-03T03:04:05Z"},
    },
    "parents": [{"sha": "0ne"}, {"sha": "7wo"}],
    "files": [
        {"filename": "src/tank.rs", "status": "added", "additions": 9, "deletions": 0},
        {"filename": "README.md", "additions": 1, "deletions": 2},
    ],
}
FACTS: dict[str, Any] = {
    "sha": "5ea1",
    "message": "Seal it\n\nIt leaked.",
    "author": Author(login="ada", name="Ada", date=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
    "committer": Author(login="bela", name="Bela", date=datetime(2026, 1, 3, 3, 4, 5, tzinfo=UTC)),
    "parents": ("0ne", "7wo"),
    "html_url": "https://github.example/5ea1",
}
HISTORY: list[dict[str, Any]] = [
    {"message": "Fourth", "date": "2026-01-04T00:00:00Z", "author": "ada", "files": ["src/tank.rs"]},
    {"message": "Third", "date": "2026-01-03T00:00:00Z", "author": "bela", "files": ["src/tank.rs"]},
    {"message": "Second", "date": "2026-01-02T00:00:00Z", "author": "ada", "files": ["README.md"], "sha": "2" * 40},
    {"message": "First", "date": "2026-01-01T00:00:00Z", "author": "bela", "files": ["README.md"]},
]


def service_of(*commits: dict[str, Any], **values: Any) -> CommitService:
    return CommitService(FakeGitHubClient([{"full_name": "acme/rocket", "commits": list(commits), **values}]))


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


async def test_every_fact_of_a_commit_has_its_place() -> None:
    assert await service_of(SEAL).commit(*ROCKET, "5ea1") == CommitWithChanges(
        **FACTS,
        additions=10,
        deletions=2,
        files=(
            ChangedFile(path="src/tank.rs", status="added", additions=9, deletions=0),
            ChangedFile(path="README.md", status="modified", additions=1, deletions=2),
        ),
    )


async def test_a_list_tells_the_same_but_for_the_changes() -> None:
    assert (await service_of(SEAL).commits(*ROCKET, CommitQuery())).items == (Commit(**FACTS),)


async def test_who_has_no_account_has_a_name() -> None:
    (commit,) = (await service_of({"message": "First"}).commits(*ROCKET, CommitQuery())).items

    assert (commit.author.login, commit.author.name) == (None, "Somebody")


@pytest.mark.parametrize("ref", ["main", "v1", "2" * 40, "2222222"])
async def test_a_commit_is_found_by_branch_tag_and_sha(ref: str) -> None:
    mark = {"commit": {"sha": "2" * 40}}
    service = service_of(*HISTORY, branches=[{"name": "main", **mark}], tags=[{"name": "v1", **mark}])

    assert (await service.commit(*ROCKET, ref)).message == "Second"


@pytest.mark.parametrize(
    ("query", "messages"),
    [
        (CommitQuery(), ["Fourth", "Third", "Second", "First"]),
        (CommitQuery(since=day(3)), ["Fourth", "Third"]),
        (CommitQuery(until=day(2)), ["Second", "First"]),
        (CommitQuery(since=day(2), until=day(3)), ["Third", "Second"]),
        (CommitQuery(path="src"), ["Fourth", "Third"]),
        (CommitQuery(path="README.md"), ["Second", "First"]),
        (CommitQuery(author="ada"), ["Fourth", "Second"]),
        (CommitQuery(ref="2" * 40), ["Second", "First"]),
        (CommitQuery(author="ada", path="README.md"), ["Second"]),
        (CommitQuery(since=day(5)), []),
    ],
    ids=lambda value: " ".join(sorted(value.model_fields_set)) if isinstance(value, CommitQuery) else "",
)
async def test_every_filter_is_passed_on(query: CommitQuery, messages: list[str]) -> None:
    found = await service_of(*HISTORY).commits(*ROCKET, query)

    assert [commit.message for commit in found.items] == messages
    assert (found.query, found.more) == (query, False)


async def test_pages_hold_what_was_filtered() -> None:
    service = service_of(*HISTORY)
    pages = [await service.commits(*ROCKET, CommitQuery(author="ada", per_page=1, page=page)) for page in (1, 2)]

    assert [[commit.message for commit in page.items] for page in pages] == [["Fourth"], ["Second"]]
    assert [page.more for page in pages] == [True, False]


async def test_an_empty_repository_has_no_commits_to_list() -> None:
    with pytest.raises(Conflict):
        await service_of().commits(*ROCKET, CommitQuery())


async def test_a_ref_that_github_rejects_is_told_as_one_that_does_not_exist() -> None:
    github = FakeGitHubClient(["acme/rocket"])
    github.fail_next(RequestRejected("github", "no", status=422, message="No commit found for SHA: nope"))
    with pytest.raises(NotFound, match="there is no commit nope in acme/rocket on github"):
        await CommitService(github).commit(*ROCKET, "nope")
