"""What the answers are made of: every field of the client's models in its place, and null where upstream says nothing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from app.clients.facebook import models as facebook
from app.clients.github import models as github
from app.clients.paging import Page as ClientPage
from app.services.answers import account, commit, content, issue, page, post, repository, search, upstream
from app.services.answers import workflow_run as runs
from app.services.answers.answer import Answer, CountedSlice, Slice, counted_slice_of, slice_of
from app.services.queries import PageQuery

SOME_MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)
NEVER: dict[str, None] = dict.fromkeys(("created_at", "updated_at"))
FILE = {"type": "file", "name": "a.md", "path": "docs/a.md", "sha": "5ha"}
BARE_REPOSITORY: dict[str, Any] = {
    "id": 7,
    "name": "rocket",
    "full_name": "acme/rocket",
    "owner": {"login": "acme"},
    "html_url": "https://github.example/acme/rocket",
}
BARE_PULL = {
    "number": 7,
    "title": "Seal",
    "state": "open",
    "head": {"ref": "seal", "sha": "1"},
    "base": {"ref": "main", "sha": "0"},
}
PULL = {
    "number": 7,
    "title": "Seal",
    "state": "open",
    "draft": False,
    "author": None,
    "labels": (),
    "head": "seal",
    "base": "main",
    "body": None,
    "html_url": None,
    **NEVER,
    "closed_at": None,
    "merged_at": None,
}
NOBODY = {"login": None, "name": None, "date": None}
COMMIT = {"sha": "5ha", "message": "Seal", "author": NOBODY, "committer": NOBODY, "parents": (), "html_url": None}

# What upstream must say at least, and the answer that is made of it.
BARE: list[tuple[Any, BaseModel, dict[str, Any]]] = [
    (
        account.Account,
        github.Account(login="ada"),
        {"login": "ada", "type": "User", "avatar_url": None, "html_url": None},
    ),
    (
        account.User,
        github.User(login="ada"),
        {
            "login": "ada",
            "type": "User",
            "name": None,
            "company": None,
            "blog": None,
            "location": None,
            "bio": None,
            "avatar_url": None,
            "html_url": None,
            "public_repos": 0,
            "followers": 0,
            "following": 0,
            **NEVER,
        },
    ),
    (
        account.Organization,
        github.Organization(login="acme"),
        {
            "login": "acme",
            "name": None,
            "description": None,
            "company": None,
            "blog": None,
            "location": None,
            "avatar_url": None,
            "html_url": None,
            "public_repos": 0,
            "followers": 0,
            **NEVER,
        },
    ),
    (repository.Owner, github.Account(login="ada"), {"login": "ada", "type": "User", "avatar_url": None}),
    (
        repository.Repository,
        github.Repository.model_validate(BARE_REPOSITORY),
        {
            "full_name": "acme/rocket",
            "name": "rocket",
            "owner": {"login": "acme", "type": "User", "avatar_url": None},
            "description": None,
            "homepage": None,
            "html_url": "https://github.example/acme/rocket",
            "topics": (),
            "language": None,
            "license": None,
            "visibility": "public",
            "default_branch": "main",
            "archived": False,
            "fork": False,
            "stars": 0,
            "forks": 0,
            "subscribers": None,
            "open_issues": 0,
            "size_kb": 0,
            **NEVER,
            "pushed_at": None,
        },
    ),
    (
        repository.Contributor,
        github.Contributor(contributions=3),
        {"login": None, "name": None, "type": "Anonymous", "avatar_url": None, "contributions": 3},
    ),
    (
        repository.Asset,
        github.Asset(name="rocket.zip"),
        {"name": "rocket.zip", "size_bytes": 0, "downloads": 0, "content_type": None, "download_url": None},
    ),
    (
        repository.Release,
        github.Release(id=7, tag_name="v1"),
        {
            "id": 7,
            "tag_name": "v1",
            "name": None,
            "body": None,
            "draft": False,
            "prerelease": False,
            "html_url": None,
            "author": None,
            "created_at": None,
            "published_at": None,
            "assets": (),
        },
    ),
    (
        repository.Tag,
        github.Tag(name="v1", commit=github.CommitReference(sha="5ha")),
        {"name": "v1", "sha": "5ha"},
    ),
    (
        repository.Branch,
        github.Branch(name="main", commit=github.CommitReference(sha="5ha")),
        {"name": "main", "sha": "5ha", "protected": False},
    ),
    (commit.Commit, github.Commit(sha="5ha", commit=github.CommitDetails(message="Seal")), COMMIT),
    (
        commit.CommitWithChanges,
        github.Commit(sha="5ha", commit=github.CommitDetails(message="Seal")),
        COMMIT | {"additions": 0, "deletions": 0, "files": ()},
    ),
    (
        commit.ChangedFile,
        github.ChangedFile(filename="a.md"),
        {"path": "a.md", "status": None, "additions": 0, "deletions": 0},
    ),
    (
        content.File,
        github.File.model_validate(FILE),
        {
            "type": "file",
            "name": "a.md",
            "path": "docs/a.md",
            "sha": "5ha",
            "size_bytes": 0,
            "encoding": "none",
            "content": None,
            "html_url": None,
        },
    ),
    (
        content.Entry,
        github.ContentEntry.model_validate(FILE),
        {"type": "file", "name": "a.md", "path": "docs/a.md", "sha": "5ha", "size_bytes": 0},
    ),
    (
        issue.Issue,
        github.Issue(number=7, title="It leaks", state="open"),
        {
            "number": 7,
            "title": "It leaks",
            "state": "open",
            "state_reason": None,
            "is_pull": False,
            "author": None,
            "labels": (),
            "assignees": (),
            "comments": 0,
            "locked": False,
            "body": None,
            "html_url": None,
            **NEVER,
            "closed_at": None,
        },
    ),
    (issue.Pull, github.Pull.model_validate(BARE_PULL), PULL),
    (
        issue.PullWithChanges,
        github.Pull.model_validate(BARE_PULL),
        PULL | dict.fromkeys(("merged", "comments", "commits", "additions", "deletions", "changed_files")),
    ),
    (
        search.CodeMatch,
        github.CodeMatch(
            name="a.md", path="docs/a.md", sha="5ha", repository=github.Repository.model_validate(BARE_REPOSITORY)
        ),
        {"repository": "acme/rocket", "name": "a.md", "path": "docs/a.md", "sha": "5ha", "html_url": None},
    ),
    (
        runs.WorkflowRun,
        github.WorkflowRun(id=7),
        {
            "id": 7,
            "number": None,
            "name": None,
            "event": None,
            "status": None,
            "conclusion": None,
            "branch": None,
            "sha": None,
            "html_url": None,
            **NEVER,
            "seconds": None,
        },
    ),
    (
        page.Page,
        facebook.Page(id="7", name="Acme"),
        {
            "id": "7",
            "name": "Acme",
            "username": None,
            "about": None,
            "category": None,
            "url": None,
            "website": None,
            "fans": None,
            "followers": None,
            "verification_status": None,
        },
    ),
    (
        post.Post,
        facebook.Post(id="7_8", created_time=SOME_MOMENT),
        {"id": "7_8", "message": None, "type": None, "url": None, "shares": 0, "created_at": SOME_MOMENT},
    ),
]


def answers(kind: type[Answer] = Answer) -> set[type[Answer]]:
    """All below `kind`, but for what other tests declare."""
    below = {child for child in kind.__subclasses__() if child.__module__.startswith("app.")}
    return below.union(*(answers(child) for child in below))


@pytest.mark.parametrize(("kind", "given", "expected"), BARE, ids=lambda value: getattr(value, "__name__", ""))
def test_what_upstream_leaves_out_is_null(kind: Any, given: BaseModel, expected: dict[str, Any]) -> None:
    made = kind.of(given)

    assert type(made) is kind
    assert made.model_dump() == expected


def test_every_answer_that_is_made_of_one_model_is_here() -> None:
    made_of_one = {kind for kind in answers() if hasattr(kind, "of")}

    # An author is made of two, a directory of many: the tests of their services have them.
    assert {kind for kind, _, _ in BARE} == made_of_one - {commit.Author, content.Directory}


def test_answers_never_change_and_know_their_fields() -> None:
    tag = repository.Tag(name="v1", sha="5ha")

    with pytest.raises(ValidationError, match="frozen"):
        tag.name = "v2"  # type: ignore[misc]
    with pytest.raises(ValidationError, match="Extra inputs"):
        repository.Tag.model_validate({"name": "v1", "sha": "5ha", "url": "x"})


@pytest.mark.parametrize("kind", sorted(answers(), key=str))
def test_every_field_of_an_answer_is_promised(kind: type[Answer]) -> None:
    schema = kind.model_json_schema(mode="serialization")

    assert schema["required"] == list(kind.model_fields)
    assert schema["additionalProperties"] is False


def test_times_are_written_in_utc() -> None:
    failure = upstream.LastError(code="x", detail="y", at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))

    assert '"at":"2026-01-02T03:04:05Z"' in failure.model_dump_json()


def client_page(*items: int, **more: Any) -> ClientPage[int]:
    async def turn(_: str) -> ClientPage[int]:
        raise AssertionError("a service does not turn pages")

    return ClientPage(items, turn, **more)


class TestSlices:
    QUERY = PageQuery(page=3, per_page=2)

    def test_a_slice_holds_answers_in_order_and_its_query(self) -> None:
        assert slice_of(client_page(2, 1), self.QUERY, str) == Slice(("2", "1"), self.QUERY, more=False)

    def test_a_page_that_is_followed_says_so(self) -> None:
        assert slice_of(client_page(1, next="?page=4"), self.QUERY, str).more
        assert counted_slice_of(client_page(1, next="?page=4"), self.QUERY, str).more

    def test_the_last_page_says_so_whatever_was_before_it(self) -> None:
        assert not slice_of(client_page(1, previous="?page=2"), self.QUERY, str).more
        assert not counted_slice_of(client_page(1, previous="?page=2"), self.QUERY, str).more

    def test_a_counted_slice_tells_the_total_of_all_pages(self) -> None:
        found = counted_slice_of(client_page(1, 2, total=9), self.QUERY, str)

        assert found == CountedSlice(("1", "2"), self.QUERY, more=False, total=9, incomplete=False)

    def test_none_at_all_is_a_total(self) -> None:
        assert counted_slice_of(client_page(total=0), self.QUERY, str).total == 0

    def test_without_a_total_it_counts_what_is_there(self) -> None:
        assert counted_slice_of(client_page(1, 2), self.QUERY, str).total == 2

    def test_what_upstream_did_not_finish_is_incomplete(self) -> None:
        assert counted_slice_of(client_page(1, total=9, incomplete=True), self.QUERY, str).incomplete
