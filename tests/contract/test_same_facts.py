"""Asked the same, the fake and the real client answer the same: every call, with every filter that it has."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from app.clients.github import FakeGitHubClient, GitHubClient
from app.demo.github.catalogue import ANCHOR
from tests.contract.known import known

RECENTLY = datetime.fromtimestamp(ANCHOR - 100 * 86_400, UTC)
ROCKET = ("acme", "rocket")
EMPTY = ("acme", "blank")

Question = Callable[[GitHubClient], Awaitable[Any]]


def asking(method: str, *args: object, **kwargs: object) -> Any:
    shown = ", ".join([*map(str, args), *(f"{name}={value}" for name, value in kwargs.items())])

    async def ask(client: GitHubClient) -> Any:
        return await getattr(client, method)(*args, **kwargs)

    return pytest.param(ask, id=f"{method}({shown})")


QUESTIONS = [
    asking("repository", *ROCKET),
    asking("repository", "acme", "old-faithful"),
    asking("repository", "acme", "dossier"),
    asking("repository", "mira-okafor", "rocket"),
    asking("repository", "ACME", "Rocket"),
    asking("repository", "acme", "thruster"),
    asking("repository", *EMPTY),
    asking("repository_by_id", 40_000_000),
    asking("languages", *ROCKET),
    asking("languages", *EMPTY),
    asking("topics", *ROCKET),
    asking("topics", *EMPTY),
    asking("contributors", *ROCKET),
    asking("contributors", *ROCKET, page=2),
    asking("contributors", *EMPTY),
    asking("releases", *ROCKET),
    asking("releases", *ROCKET, page=2, per_page=20),
    asking("releases", *ROCKET, page=9, per_page=20),
    asking("releases", *EMPTY),
    asking("latest_release", *ROCKET),
    asking("tags", *ROCKET),
    asking("tags", "acme", "thruster"),
    asking("branches", *ROCKET),
    asking("branches", *ROCKET, per_page=2),
    asking("branches", *EMPTY),
    asking("commits", *ROCKET),
    asking("commits", *ROCKET, per_page=100),
    asking("commits", *ROCKET, per_page=1_000),
    asking("commits", *ROCKET, since=RECENTLY),
    asking("commits", *ROCKET, until=RECENTLY),
    asking("commits", *ROCKET, path="docs/guide.md"),
    asking("commits", *ROCKET, path="src"),
    asking("commits", *ROCKET, author="nobody"),
    asking("commits", *ROCKET, sha="develop"),
    asking("commit", *ROCKET, "main"),
    asking("commit", *ROCKET, "feature/guidance"),
    asking("commit", *ROCKET, "v1.1.0"),
    asking("commit", *ROCKET, "HEAD"),
    asking("issues", *ROCKET),
    asking("issues", *ROCKET, page=2, per_page=5),
    asking("issues", *ROCKET, state="closed"),
    asking("issues", *ROCKET, state="all", per_page=100),
    asking("issues", *ROCKET, state="all", labels="bug"),
    asking("issues", *ROCKET, state="all", labels="bug, performance"),
    asking("issues", *ROCKET, state="all", labels="good first issue"),
    asking("issues", *ROCKET, state="all", since=RECENTLY),
    asking("issues", *ROCKET, state="all", sort="updated"),
    asking("issues", *ROCKET, state="all", sort="comments", direction="asc"),
    asking("issues", *EMPTY),
    asking("issue", *ROCKET, 1),
    asking("issue", *ROCKET, 5),
    asking("comments", *ROCKET),
    asking("comments", *ROCKET, page=2, per_page=20),
    asking("comments", *ROCKET, sort="updated", direction="desc", per_page=100),
    asking("comments", *ROCKET, since=RECENTLY),
    asking("comments", *EMPTY),
    asking("pulls", *ROCKET),
    asking("pulls", *ROCKET, state="all"),
    asking("pulls", *ROCKET, state="closed", sort="updated", direction="asc"),
    asking("pulls", *ROCKET, state="all", sort="popularity"),
    asking("pulls", *ROCKET, state="all", sort="long-running"),
    asking("pull", *ROCKET, 5),
    asking("community_profile", *ROCKET),
    asking("community_profile", *EMPTY),
    asking("commit_activity", *ROCKET),
    asking("commit_activity", *EMPTY),
    asking("participation", *ROCKET),
    asking("participation", *EMPTY),
    asking("workflow_runs", *ROCKET),
    asking("workflow_runs", *ROCKET, branch="develop"),
    asking("workflow_runs", "jonas-lind", "lexer", branch="trunk"),
    asking("workflow_runs", *EMPTY),
    asking("user", "mira-okafor"),
    asking("user", "Ada-Abara"),
    asking("user", "acme"),
    asking("user_repositories", "mira-okafor"),
    asking("user_repositories", "acme", sort="pushed"),
    asking("user_repositories", "acme", sort="created", direction="asc"),
    asking("user_repositories", "acme", sort="full_name", direction="desc", per_page=2),
    asking("organization", "acme"),
    asking("organization_repositories", "acme"),
    asking("organization_repositories", "acme", sort="updated", per_page=3, page=2),
    asking("organization_members", "acme"),
    asking("organization_members", "acme", page=2),
    asking("search_repositories", "rocket"),
    asking("search_repositories", "flight software language:python"),
    asking("search_repositories", "org:acme", per_page=2, page=2),
    asking("search_repositories", "topic:rust"),
    asking("search_repositories", "nothing-like-it"),
    asking("search_issues", "retry"),
    asking("search_issues", "repo:acme/rocket state:open is:issue label:bug"),
    asking("search_issues", "type:pr state:closed repo:acme/rocket"),
    asking("search_users", "ada"),
    asking("search_users", "type:org"),
    asking("search_users", "hello@acme.example"),
]


@pytest.mark.parametrize("question", QUESTIONS)
async def test_both_answer_the_same(
    question: Question, real_github: GitHubClient, fake_github_of_the_suite: FakeGitHubClient
) -> None:
    assert known(await question(fake_github_of_the_suite)) == known(await question(real_github))


async def test_a_commit_of_an_author_is_found_by_login_and_by_address(github: GitHubClient) -> None:
    newest = (await github.commits(*ROCKET, per_page=1)).items[0]
    assert newest.author is not None
    assert newest.commit.author is not None

    by_login = await github.commits(*ROCKET, author=newest.author.login)
    by_address = await github.commits(*ROCKET, author=newest.commit.author.email)

    assert by_login.items[0].sha == newest.sha
    assert [commit.sha for commit in by_address.items] == [commit.sha for commit in by_login.items]


def named(entries: object) -> list[tuple[str, str]]:
    assert isinstance(entries, tuple)
    return [(entry.type, entry.path) for entry in entries]


async def test_directories_are_listed_and_files_come_decoded(
    real_github: GitHubClient, fake_github_of_the_suite: FakeGitHubClient
) -> None:
    for path in ("", "docs", "src"):
        theirs, ours = [await client.contents(*ROCKET, path) for client in (real_github, fake_github_of_the_suite)]
        assert named(theirs) == named(ours)
    for path in ("README.md", "docs/Überblick und Ziele.md", "assets/logo.png"):
        files = [
            await client.contents(*ROCKET, path, ref="develop") for client in (real_github, fake_github_of_the_suite)
        ]
        first, second = ({**known(file), "content": file.decoded()} for file in files if not isinstance(file, tuple))
        assert first == second


async def test_code_is_found_in_files_of_the_same_repositories(
    real_github: GitHubClient, fake_github_of_the_suite: FakeGitHubClient
) -> None:
    theirs, ours = [
        await client.search_code("one thing repo:acme/rocket") for client in (real_github, fake_github_of_the_suite)
    ]

    def found(page: Any) -> list[tuple[str, str, str]]:
        return [(match.path, match.sha, match.repository.full_name) for match in page.items]

    assert found(ours) == found(theirs) != []
    assert ours.total == theirs.total


async def test_the_quota_is_told_by_resource(github: GitHubClient) -> None:
    quotas = (await github.rate_limit()).resources

    assert quotas["core"].limit == 5_000
    assert quotas["search"].limit == 30
    assert quotas["core"].remaining + quotas["core"].used == 5_000
