"""What is stale on GitHub after a write: everything in which it shows, and not the whole cache."""

import pytest

from app.clients.github import GitHubDialect

DIALECT = GitHubDialect()
REPOSITORY = "repos/acme/rocket"
NUMBERED = "repositories/40000000"


def is_stale(target: str, written: str, method: str = "POST") -> bool:
    """Whether the stored reply to `target` is asked about after a write to `written`, beyond the RFC's own rule."""
    return not set(DIALECT.tags(target)).isdisjoint(DIALECT.made_stale(method, written))


SHOWING_AN_ISSUE = [
    REPOSITORY,
    f"{REPOSITORY}/issues",
    f"{REPOSITORY}/issues?state=all&per_page=3&page=2",
    f"{REPOSITORY}/issues/7",
    f"{REPOSITORY}/issues/7/comments",
    f"{REPOSITORY}/labels",
    f"{REPOSITORY}/milestones",
    f"{REPOSITORY}/pulls",
    f"{REPOSITORY}/pulls/7",
    f"{NUMBERED}/issues?page=2",
    NUMBERED,
    "orgs/acme/repos",
    "orgs/acme",
    "users/acme/repos?per_page=100",
    "issues",
    "user/issues",
    "user/repos",
    "notifications",
]


@pytest.mark.parametrize("target", SHOWING_AN_ISSUE)
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_an_issue_shows_wherever_issues_are_counted_or_listed(target: str, method: str) -> None:
    assert is_stale(target, f"{REPOSITORY}/issues", method)
    assert is_stale(target, f"{REPOSITORY}/issues/7", method)


@pytest.mark.parametrize("target", [*SHOWING_AN_ISSUE, "orgs/other/repos"])
def test_under_the_repositorys_number_too_for_whom_nobody_knows_the_name(target: str) -> None:
    assert is_stale(target, f"{NUMBERED}/issues")


@pytest.mark.parametrize(
    "target",
    [
        "repos/acme/dossier",
        "repos/acme/dossier/issues",
        "repos/other/rocket/issues",
        "orgs/other/repos",
        "users/mira-okafor",
        "search/issues?q=x",
        "rate_limit",
        "",
    ],
)
def test_it_does_not_show_elsewhere(target: str) -> None:
    assert not is_stale(target, f"{REPOSITORY}/issues")


@pytest.mark.parametrize("below", ["commits", "branches", "contents/a/b.md", "readme", "git/trees/main", "releases"])
def test_talk_leaves_the_code_alone_and_everything_else_does_not(below: str) -> None:
    target = f"{REPOSITORY}/{below}"
    for talk in ("issues", "issues/7/comments", "labels/bug", "milestones/1", "comments/7", "subscription"):
        assert not is_stale(target, f"{REPOSITORY}/{talk}"), talk
    for code in ("contents/a/b.md", "pulls/7/merge", "git/refs", "merges", "releases", "topics", ""):
        assert is_stale(target, f"{REPOSITORY}/{code}".rstrip("/")), code


def test_a_merge_shows_in_talk_as_well() -> None:
    assert is_stale(f"{REPOSITORY}/issues/7", f"{REPOSITORY}/pulls/7/merge", "PUT")


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("repos/ACME/Rocket/issues", "repos/acme/rocket/issues"),
        ("repos/acme/rocket/issues", "repos/Acme/ROCKET/issues"),
        ("orgs/ACME/repos", "repos/acme/rocket/issues"),
        ("users/Mira-Okafor", "users/mira-okafor"),
    ],
)
def test_names_are_one_whatever_their_case(target: str, written: str) -> None:
    assert is_stale(target, written)


@pytest.mark.parametrize(
    ("target", "written"),
    [
        ("orgs/acme/repos", "orgs/acme/repos"),  # a new repository
        ("users/acme/repos", "orgs/acme/repos"),
        ("orgs/acme/members", "orgs/acme/memberships/mira"),
        ("user/repos", "orgs/acme/repos"),
        ("users/mira-okafor", "user"),
        ("users/mira-okafor/repos", "user/repos"),
        ("orgs/acme", "user/repos"),
        ("user", "user"),
        ("notifications", "notifications"),
        ("user/starred", "user/starred/acme/rocket"),
        ("users/mira-okafor/repos", f"{REPOSITORY}/forks"),
        ("orgs/other/repos", f"{REPOSITORY}/transfer"),
        ("user/repos", "repos/acme/template/generate"),
        ("gists/1", "gists/1/star"),
        ("gists", "gists/1"),
        ("users/mira-okafor/gists", "gists"),
    ],
)
def test_accounts(target: str, written: str) -> None:
    assert is_stale(target, written)


@pytest.mark.parametrize("written", ["", "graphql", "markdown", "repos", "repos/acme", "gistsx", "search/code"])
def test_a_write_to_something_else_makes_nothing_stale_of_what_is_known(written: str) -> None:
    for target in SHOWING_AN_ISSUE:
        assert not is_stale(target, written), target


@pytest.mark.parametrize(
    "target", ["", "/", "repos", "repos//", "repositories", "repositories/", "users", "?q=repos/a/b"]
)
def test_odd_targets_are_of_no_repository(target: str) -> None:
    assert not any(tag.startswith(("repository:", "talk:")) and "//" not in target for tag in DIALECT.tags(target))


@pytest.mark.parametrize("target", [REPOSITORY, f"{REPOSITORY}/stargazers", NUMBERED, "repos/ACME/rocket"])
def test_a_star_is_counted_on_its_repository(target: str) -> None:
    assert is_stale(target, "user/starred/acme/rocket", "PUT")
    assert not is_stale("repos/acme/dossier", "user/starred/acme/rocket", "PUT")


def test_what_is_escaped_without_need_is_the_same() -> None:
    assert is_stale("repos/%61cme/r%6Fcket/issues", f"{REPOSITORY}/issues")
    assert is_stale(f"{REPOSITORY}/issues", "repos/acme/rocket/%69ssues")
    assert not is_stale("repos/acme%2Frocket/issues", f"{REPOSITORY}/issues"), "one name with a slash in it"


def test_a_query_is_no_part_of_the_name() -> None:
    assert DIALECT.tags(f"{REPOSITORY}?x=/issues") == DIALECT.tags(REPOSITORY)
    assert DIALECT.made_stale("POST", f"{REPOSITORY}/issues?x=1") == DIALECT.made_stale("POST", f"{REPOSITORY}/issues")
