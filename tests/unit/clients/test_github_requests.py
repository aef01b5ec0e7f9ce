"""Request out: which URL each method asks, and with which header fields."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import aiohttp
import pytest
from yarl import URL

from app.clients.github import GitHubClient
from app.errors import NotFound
from tests.aioresponses_shim import Answers
from tests.unit.clients.asked import headers, urls

API = "https://api.github.example"
REPO = f"{API}/repos/acme/rocket"
WHEN = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
SINCE = "2026-01-02T03%3A04%3A05Z"
PAGED = "page=1&per_page=30"

REQUESTS = [
    ("repository", ("acme", "rocket"), {}, REPO),
    ("repository_by_id", (42,), {}, f"{API}/repositories/42"),
    ("languages", ("acme", "rocket"), {}, f"{REPO}/languages"),
    ("topics", ("acme", "rocket"), {}, f"{REPO}/topics"),
    ("contributors", ("acme", "rocket"), {}, f"{REPO}/contributors?{PAGED}"),
    ("releases", ("acme", "rocket"), {"page": 3, "per_page": 7}, f"{REPO}/releases?page=3&per_page=7"),
    ("latest_release", ("acme", "rocket"), {}, f"{REPO}/releases/latest"),
    ("tags", ("acme", "rocket"), {}, f"{REPO}/tags?{PAGED}"),
    ("branches", ("acme", "rocket"), {}, f"{REPO}/branches?{PAGED}"),
    ("commits", ("acme", "rocket"), {}, f"{REPO}/commits?{PAGED}"),
    (
        "commits",
        ("acme", "rocket"),
        {"since": WHEN, "path": "src/a b.py", "author": "ada@x.example", "sha": "fix/x"},
        f"{REPO}/commits?author=ada%40x.example&{PAGED}&path=src%2Fa%20b.py&sha=fix%2Fx&since=2026-01-02T03%3A04%3A05Z",
    ),
    (
        "commits",
        ("acme", "rocket"),
        {"until": WHEN.astimezone(timezone(timedelta(hours=2)))},
        f"{REPO}/commits?{PAGED}&until=2026-01-02T03%3A04%3A05Z",
    ),
    ("commit", ("acme", "rocket", "feature/guidance #1"), {}, f"{REPO}/commits/feature/guidance%20%231"),
    (
        "issues",
        ("acme", "rocket"),
        {},
        f"{REPO}/issues?direction=desc&{PAGED}&sort=created&state=open",
    ),
    (
        "issues",
        ("acme", "rocket"),
        {"state": "all", "labels": "bug,good first issue", "since": WHEN, "sort": "updated", "direction": "asc"},
        f"{REPO}/issues?direction=asc&labels=bug%2Cgood%20first%20issue&{PAGED}&since={SINCE}&sort=updated&state=all",
    ),
    ("issue", ("acme", "rocket", 7), {}, f"{REPO}/issues/7"),
    (
        "comments",
        ("acme", "rocket"),
        {"direction": "desc"},
        f"{REPO}/issues/comments?direction=desc&{PAGED}&sort=created",
    ),
    (
        "pulls",
        ("acme", "rocket"),
        {"sort": "long-running"},
        f"{REPO}/pulls?direction=desc&{PAGED}&sort=long-running&state=open",
    ),
    ("pull", ("acme", "rocket", 7), {}, f"{REPO}/pulls/7"),
    ("readme", ("acme", "rocket"), {}, f"{REPO}/readme"),
    ("readme", ("acme", "rocket"), {"ref": "v1.0"}, f"{REPO}/readme?ref=v1.0"),
    ("contents", ("acme", "rocket"), {}, f"{REPO}/contents"),
    ("contents", ("acme", "rocket", "docs/a?b.md"), {"ref": "x"}, f"{REPO}/contents/docs/a%3Fb.md?ref=x"),
    ("community_profile", ("acme", "rocket"), {}, f"{REPO}/community/profile"),
    ("commit_activity", ("acme", "rocket"), {}, f"{REPO}/stats/commit_activity"),
    ("participation", ("acme", "rocket"), {}, f"{REPO}/stats/participation"),
    ("workflow_runs", ("acme", "rocket"), {"branch": "fix/x"}, f"{REPO}/actions/runs?branch=fix%2Fx&{PAGED}"),
    ("user", ("ada",), {}, f"{API}/users/ada"),
    ("user_repositories", ("ada",), {}, f"{API}/users/ada/repos?{PAGED}&sort=full_name"),
    ("organization", ("acme",), {}, f"{API}/orgs/acme"),
    (
        "organization_repositories",
        ("acme",),
        {"direction": "asc"},
        f"{API}/orgs/acme/repos?direction=asc&{PAGED}&sort=created",
    ),
    ("organization_members", ("acme",), {}, f"{API}/orgs/acme/members?{PAGED}"),
    (
        "search_repositories",
        ("a b+c language:c++",),
        {},
        f"{API}/search/repositories?{PAGED}&q=a%20b%2Bc%20language%3Ac%2B%2B",
    ),
    ("search_issues", ("x&y",), {"page": 2}, f"{API}/search/issues?page=2&per_page=30&q=x%26y"),
    ("search_code", ("x",), {}, f"{API}/search/code?{PAGED}&q=x"),
    ("search_users", ("ädá",), {}, f"{API}/search/users?{PAGED}&q=%C3%A4d%C3%A1"),
    ("rate_limit", (), {}, f"{API}/rate_limit"),
]


class Wire(Answers):
    """Writes each URL down as it is sent: aioresponses itself would sort the query and unquote some of it."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[str] = []

    async def _request_mock(
        self, orig_self: aiohttp.ClientSession, method: str, url: URL | str, *args: Any, **kwargs: Any
    ) -> aiohttp.ClientResponse:
        self.sent.append(f"{method} {url}")
        return await super()._request_mock(orig_self, method, url, *args, **kwargs)


def sorted_query(url: str) -> str:
    path, _, query = url.partition("?")
    return f"{path}?{'&'.join(sorted(query.split('&')))}" if query else path


@pytest.mark.parametrize(
    ("method", "arguments", "keywords", "url"),
    REQUESTS,
    ids=[f"{row[0]}-{place}" for place, row in enumerate(REQUESTS)],
)
async def test_each_method_asks_its_address(
    github: GitHubClient, method: str, arguments: tuple[object, ...], keywords: dict[str, object], url: str
) -> None:
    wire = Wire()
    with wire:
        wire.get(re.compile(".*"), status=404)

        with pytest.raises(NotFound):
            await getattr(github, method)(*arguments, **keywords)

    assert [sorted_query(sent) for sent in wire.sent] == [sorted_query(f"GET {url}")]


def test_every_method_is_in_the_table() -> None:
    public = {name for name, member in vars(GitHubClient).items() if callable(member) and not name.startswith("_")}
    assert public == {row[0] for row in REQUESTS}


async def test_every_request_names_the_media_type_and_the_version(github: GitHubClient, answers: Answers) -> None:
    answers.get(f"{API}/rate_limit", payload={"resources": {}})

    await github.rate_limit()

    sent = headers(answers)
    assert sent["Accept"] == "application/vnd.github+json"
    assert sent["X-GitHub-Api-Version"] == "2022-11-28"
    assert sent["Authorization"] == "Bearer ghp_invented"
    assert sent["User-Agent"] == "headgate-tests"
    assert sent["Accept-Encoding"] == "gzip"


async def test_without_a_token_nothing_authorises(enterprise: GitHubClient, answers: Answers) -> None:
    answers.get("https://ghe.example/api/v3/rate_limit", payload={"resources": {}})

    await enterprise.rate_limit()

    assert "Authorization" not in headers(answers)


async def test_the_path_of_an_enterprise_server_is_kept(enterprise: GitHubClient, answers: Answers) -> None:
    answers.get("https://ghe.example/api/v3/repos/acme/rocket/topics", payload={"names": ["a"]})

    assert await enterprise.topics("acme", "rocket") == ("a",)
    assert urls(answers) == ["GET https://ghe.example/api/v3/repos/acme/rocket/topics"]
