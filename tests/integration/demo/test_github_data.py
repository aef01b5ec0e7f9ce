"""What the stand-in answers, endpoint by endpoint."""

import base64
from typing import Any

import pytest

from app.demo.github import GitHubStandIn, Knobs

TOKEN = "ghp_one"
ROCKET = "/repos/acme/rocket"


@pytest.fixture
def knobs() -> Knobs:
    return Knobs()


async def test_a_repository_has_githubs_fields(get: Any) -> None:
    rocket = (await get(ROCKET, token=TOKEN)).body
    assert rocket["full_name"] == "acme/rocket"
    assert rocket["owner"]["type"] == "Organization"
    assert rocket["organization"]["login"] == "acme"
    assert rocket["license"]["spdx_id"] == "MIT"
    assert rocket["language"] == "Python"
    assert rocket["permissions"]["pull"] is True
    assert rocket["stargazers_count"] == rocket["watchers_count"] == 4_821
    assert rocket["subscribers_count"] == 242
    assert rocket["pushed_at"] == "2026-06-01T11:00:00Z"
    assert (await get(f"/repositories/{rocket['id']}", token=TOKEN)).body == rocket
    assert "permissions" not in (await get(ROCKET)).body


async def test_the_special_repositories(get: Any) -> None:
    archived, bare, fork, blank = [
        (await get(f"/repos/{name}", token=TOKEN)).body
        for name in ("acme/old-faithful", "acme/dossier", "mira-okafor/rocket", "acme/blank")
    ]
    assert (archived["archived"], archived["open_issues_count"], archived["default_branch"]) == (True, 0, "master")
    assert bare["license"] is None
    assert fork["fork"] is True
    assert fork["parent"]["full_name"] == fork["source"]["full_name"] == "acme/rocket"
    assert "organization" not in fork
    assert (blank["size"], blank["language"], blank["description"]) == (0, None, None)


@pytest.mark.parametrize(
    ("rest", "status", "message"),
    [
        ("commits", 409, "Git Repository is empty."),
        ("commits/main", 409, "Git Repository is empty."),
        ("contents", 404, "This repository is empty."),
    ],
)
async def test_an_empty_repository_says_so(get: Any, rest: str, status: int, message: str) -> None:
    got = await get(f"/repos/acme/blank/{rest}", token=TOKEN)
    assert (got.status, got.body["message"]) == (status, message)


async def test_an_empty_repository_has_empty_lists(get: Any) -> None:
    assert (await get("/repos/acme/blank/branches", token=TOKEN)).body == []
    assert (await get("/repos/acme/blank/languages", token=TOKEN)).body == {}
    none = await get("/repos/acme/blank/contributors", token=TOKEN)
    assert (none.status, none.raw) == (204, b"")


async def test_languages_topics_contributors(get: Any) -> None:
    assert (await get(f"{ROCKET}/languages", token=TOKEN)).body["Python"] == 412_331
    assert "asyncio" in (await get(f"{ROCKET}/topics", token=TOKEN)).body["names"]
    contributors = await get(f"{ROCKET}/contributors?per_page=100", token=TOKEN)
    counts = [person["contributions"] for person in contributors.body]
    assert len(counts) == 34
    assert counts == sorted(counts, reverse=True)


async def test_releases_tags_branches(get: Any) -> None:
    releases = (await get(f"{ROCKET}/releases?per_page=100", token=TOKEN)).body
    assert len(releases) == 45
    # The newest is a pre-release, so the latest is another.
    assert releases[0]["prerelease"] is True
    latest = await get(f"{ROCKET}/releases/latest", token=TOKEN)
    assert latest.body == releases[1]
    assert "Last-Modified" in latest.headers
    tags = (await get(f"{ROCKET}/tags?per_page=100", token=TOKEN)).body
    assert [tag["name"] for tag in tags] == [release["tag_name"] for release in releases]
    branches = (await get(f"{ROCKET}/branches", token=TOKEN)).body
    assert "feature/guidance" in {branch["name"] for branch in branches}
    assert {branch["name"]: branch["protected"] for branch in branches}["main"] is True


async def test_commits_by_time_path_author_and_branch(get: Any) -> None:
    everything = (await get(f"{ROCKET}/commits?per_page=100", token=TOKEN)).body
    assert len(everything) == 70
    assert everything[-1]["parents"] == []
    dates = [commit["commit"]["author"]["date"] for commit in everything]
    assert dates == sorted(dates, reverse=True)
    middle = dates[30]
    newer = (await get(f"{ROCKET}/commits?since={middle}&per_page=100", token=TOKEN)).body
    older = (await get(f"{ROCKET}/commits?until={middle.rstrip('Z')}&per_page=100", token=TOKEN)).body
    assert (len(newer), len(older)) == (31, 40)
    assert len((await get(f"{ROCKET}/commits?since=soon&per_page=100", token=TOKEN)).body) == 70
    author = everything[0]["author"]["login"]
    own = (await get(f"{ROCKET}/commits?author={author}&per_page=100", token=TOKEN)).body
    assert {commit["author"]["login"] for commit in own} == {author}
    docs = (await get(f"{ROCKET}/commits?path=docs&per_page=100", token=TOKEN)).body
    assert 0 < len(docs) < 70
    branch = (await get(f"{ROCKET}/commits?sha=feature/guidance&per_page=100", token=TOKEN)).body
    assert branch == everything[3:]


async def test_one_commit_by_sha_branch_and_tag(get: Any) -> None:
    by_branch = (await get(f"{ROCKET}/commits/feature/guidance", token=TOKEN)).body
    by_sha = (await get(f"{ROCKET}/commits/{by_branch['sha'][:7]}", token=TOKEN)).body
    assert by_sha == by_branch
    assert by_branch["stats"]["total"] == sum(file["changes"] for file in by_branch["files"])
    tag = (await get(f"{ROCKET}/tags", token=TOKEN)).body[0]
    assert (await get(f"{ROCKET}/commits/{tag['name']}", token=TOKEN)).body["sha"] == tag["commit"]["sha"]
    assert (await get(f"{ROCKET}/commits/HEAD", token=TOKEN)).status == 200
    unknown = await get(f"{ROCKET}/commits/no/such", token=TOKEN)
    assert (unknown.status, unknown.body["message"]) == (422, "No commit found for SHA: no/such")


async def test_issues_by_state_label_time_and_order(get: Any) -> None:
    every = (await get(f"{ROCKET}/issues?state=all&per_page=100", token=TOKEN)).body
    open_ones = (await get(f"{ROCKET}/issues?per_page=100", token=TOKEN)).body
    closed = (await get(f"{ROCKET}/issues?state=closed&per_page=100", token=TOKEN)).body
    assert len(every) == len(open_ones) + len(closed) == 95
    assert len(open_ones) == (await get(ROCKET, token=TOKEN)).body["open_issues_count"] >= 30
    assert all(issue["closed_at"] for issue in closed)
    assert sum("pull_request" in issue for issue in every) == 19
    bugs = (await get(f"{ROCKET}/issues?state=all&labels=bug&per_page=100", token=TOKEN)).body
    assert 0 < len(bugs) < 95
    assert all("bug" in {label["name"] for label in issue["labels"]} for issue in bugs)
    recent = (await get(f"{ROCKET}/issues?state=all&since={every[10]['updated_at']}", token=TOKEN)).body
    assert 0 < len(recent) < 30
    oldest = (await get(f"{ROCKET}/issues?state=all&direction=asc", token=TOKEN)).body
    assert oldest[0]["number"] == 1
    talked = (await get(f"{ROCKET}/issues?state=all&sort=comments", token=TOKEN)).body
    assert talked[0]["comments"] >= talked[-1]["comments"]
    creator = every[0]["user"]["login"]
    own = (await get(f"{ROCKET}/issues?state=all&creator={creator}", token=TOKEN)).body
    assert {issue["user"]["login"] for issue in own} == {creator}
    one = await get(f"{ROCKET}/issues/{closed[0]['number']}", token=TOKEN)
    assert one.body.pop("closed_by", None) is not None
    assert "Last-Modified" in one.headers


async def test_pulls(get: Any) -> None:
    pulls = (await get(f"{ROCKET}/pulls?state=all&sort=updated&per_page=100", token=TOKEN)).body
    assert len(pulls) == 19
    merged = next(pull for pull in pulls if pull["merged_at"])
    one = (await get(f"{ROCKET}/pulls/{merged['number']}", token=TOKEN)).body
    assert (one["merged"], one["mergeable"], one["merged_by"]["type"]) == (True, None, "User")
    assert one["_links"]["self"]["href"] == one["url"] == merged["url"]
    waiting = next(pull for pull in pulls if pull["state"] == "open")
    one = (await get(f"{ROCKET}/pulls/{waiting['number']}", token=TOKEN)).body
    assert (one["merged"], one["mergeable"], one["merged_by"]) == (False, True, None)


async def test_readme_files_and_directories(get: Any) -> None:
    readme = (await get(f"{ROCKET}/readme", token=TOKEN)).body
    assert readme["encoding"] == "base64"
    assert max(map(len, readme["content"].splitlines())) == 60
    text = base64.b64decode(readme["content"])
    assert text.startswith(b"# rocket\n")
    assert len(text) == readme["size"]
    raw = await get(f"{ROCKET}/readme", token=TOKEN, headers={"Accept": "application/vnd.github.raw+json"})
    assert raw.raw == text
    assert raw.headers["Content-Type"].startswith("application/vnd.github.raw")
    root = (await get(f"{ROCKET}/contents/", token=TOKEN)).body
    assert root == (await get(f"{ROCKET}/contents", token=TOKEN)).body
    kinds = {entry["name"]: entry["type"] for entry in root}
    assert (kinds["README.md"], kinds["docs"]) == ("file", "dir")
    docs = (await get(f"{ROCKET}/contents/docs?ref=develop", token=TOKEN)).body
    assert {entry["name"] for entry in docs} == {"guide.md", "Überblick und Ziele.md"}
    for entry in docs:
        file = (await get(entry["url"], token=TOKEN)).body
        assert (file["path"], file["sha"]) == (entry["path"], entry["sha"])
    logo = (await get(f"{ROCKET}/contents/assets/logo.png", token=TOKEN)).body
    assert base64.b64decode(logo["content"]).startswith(b"\x89PNG")
    wrong = await get(f"{ROCKET}/contents/README.md?ref=nope", token=TOKEN)
    assert (wrong.status, wrong.body["message"]) == (404, "No commit found for the ref nope")


async def test_community_profile(get: Any) -> None:
    profile = (await get(f"{ROCKET}/community/profile", token=TOKEN)).body
    assert profile["files"]["license"]["spdx_id"] == "MIT"
    assert profile["files"]["contributing"]["html_url"].endswith("/blob/main/CONTRIBUTING.md")
    poor = (await get("/repos/acme/dossier/community/profile", token=TOKEN)).body
    assert poor["files"]["license"] is poor["files"]["code_of_conduct"] is None
    assert poor["health_percentage"] < profile["health_percentage"]


async def test_statistics_are_computed_when_first_asked_for(get: Any) -> None:
    first = await get(f"{ROCKET}/stats/commit_activity", token=TOKEN)
    assert (first.status, first.raw) == (202, b"{}")
    assert "ETag" not in first.headers
    weeks = (await get(f"{ROCKET}/stats/commit_activity", token=TOKEN)).body
    assert len(weeks) == 52
    assert sum(week["total"] for week in weeks) == 70
    assert all(sum(week["days"]) == week["total"] for week in weeks)
    assert (await get("/repos/acme/telemetry/stats/participation", token=TOKEN)).status == 202
    assert (await get(f"{ROCKET}/stats/participation", token=TOKEN)).status == 202
    shares = (await get(f"{ROCKET}/stats/participation", token=TOKEN)).body
    assert shares["all"] == [week["total"] for week in weeks]
    assert len(shares["owner"]) == 52


async def test_statistics_may_take_their_time(serve: Any, clock: Any) -> None:
    get = await serve(GitHubStandIn(Knobs(stats_ready_after_asks=1, stats_ready_after_seconds=5), clock=clock))
    statuses = []
    for _ in range(3):
        statuses.append((await get("/repos/acme/old-faithful/stats/commit_activity")).status)
        clock.now += 2.5
    assert statuses == [202, 202, 200]


async def test_workflow_runs(get: Any) -> None:
    runs = (await get(f"{ROCKET}/actions/runs", token=TOKEN)).body
    assert (runs["total_count"], len(runs["workflow_runs"])) == (35, 30)
    assert (runs["workflow_runs"][0]["status"], runs["workflow_runs"][0]["conclusion"]) == ("in_progress", None)
    failed = (await get(f"{ROCKET}/actions/runs?status=failure&branch=main", token=TOKEN)).body
    assert 0 < failed["total_count"] < 35
    assert (await get(f"{ROCKET}/actions/runs?event=pull_request", token=TOKEN)).body["total_count"] > 0
    assert (await get(f"{ROCKET}/actions/runs?branch=other", token=TOKEN)).body["total_count"] == 0


async def test_users_and_organizations(get: Any) -> None:
    mira = (await get("/users/Mira-Okafor", token=TOKEN)).body
    assert (mira["name"], mira["public_repos"], mira["type"]) == ("Mira Okafor", 2, "User")
    assert (await get("/users/acme", token=TOKEN)).body["type"] == "Organization"
    assert (await get(f"/user/{mira['id']}", token=TOKEN)).body == mira
    acme = await get("/orgs/acme", token=TOKEN)
    assert acme.body["public_repos"] == 13
    assert "Last-Modified" in acme.headers
    assert (await get(f"/organizations/{acme.body['id']}", token=TOKEN)).body == acme.body
    members = await get("/orgs/acme/members", token=TOKEN)
    assert len(members.body) == 30
    assert f"/organizations/{acme.body['id']}/members?page=2" in members.links["next"]
    assert len((await get(members.links["next"], token=TOKEN)).body) == 5


async def test_repositories_of_an_account(get: Any) -> None:
    listed = await get("/users/acme/repos?per_page=8", token=TOKEN)
    rest = await get(listed.links["next"], token=TOKEN)
    assert "/user/1001/repos?" in listed.links["next"]
    names = [repository["name"] for repository in listed.body + rest.body]
    assert names == sorted(names)
    assert len(names) == 13
    created = (await get("/orgs/acme/repos", token=TOKEN)).body
    assert created[0]["name"] == "blank"
    assert (await get("/orgs/acme/repos?sort=pushed&direction=asc", token=TOKEN)).body[0]["name"] == "old-faithful"
    assert (await get("/orgs/acme/repos?sort=odd", token=TOKEN)).body == created
    page = await get("/orgs/acme/repos?per_page=3", token=TOKEN)
    assert len((await get(page.links["next"], token=TOKEN)).body) == 3
    forks = (await get("/users/mira-okafor/repos?type=forks", token=TOKEN)).body
    assert [repository["full_name"] for repository in forks] == ["mira-okafor/rocket"]


@pytest.mark.parametrize(
    ("target", "names"),
    [
        ("/search/repositories?q=rust", ["acme/booster", "tidewater/harbor-master"]),
        ("/search/repositories?q=rust&order=desc&sort=stars", ["tidewater/harbor-master", "acme/booster"]),
        ("/search/repositories?q=flight+software+user:mira-okafor", ["mira-okafor/rocket"]),
        ("/search/repositories?q=language:go+topic:metrics", ["acme/telemetry"]),
        ("/search/repositories?q=nothing-like-it", []),
    ],
)
async def test_repository_search(get: Any, target: str, names: list[str]) -> None:
    got = (await get(target, token=TOKEN)).body
    assert got["incomplete_results"] is False
    assert got["total_count"] == len(names)
    assert sorted(item["full_name"] for item in got["items"]) == sorted(names)
    if "sort" in target:
        assert [item["full_name"] for item in got["items"]] == names


async def test_issue_code_and_user_search(get: Any) -> None:
    issues = await get("/search/issues?q=repo:acme/rocket+is:issue+state:open+the&per_page=2", token=TOKEN)
    assert issues.headers["x-ratelimit-resource"] == "search"
    assert len(issues.body["items"]) == 2
    assert "/search/issues?q=repo:acme/rocket+is:issue" in issues.links["next"]
    assert (await get(issues.links["next"], token=TOKEN)).body["total_count"] == issues.body["total_count"]
    pulls = (await get("/search/issues?q=type:pr+repo:acme/rocket", token=TOKEN)).body
    assert pulls["total_count"] == 19
    code = await get("/search/code?q=engine+repo:acme/rocket", token=TOKEN)
    assert code.headers["x-ratelimit-resource"] == "code_search"
    assert [item["path"] for item in code.body["items"]] == ["src/core/engine.py"]
    assert code.body["items"][0]["repository"]["full_name"] == "acme/rocket"
    people = (await get("/search/users?q=ada&order=asc", token=TOKEN)).body
    assert "ada-abara" in {item["login"] for item in people["items"]}
    assert (await get("/search/users?q=type:org", token=TOKEN)).body["total_count"] == 2


async def test_search_refuses_in_githubs_shape(get: Any) -> None:
    for target in ("/search/users", "/search/code?q="):
        got = await get(target)
        assert got.status == 422
        assert got.body["errors"] == [{"resource": "Search", "field": "q", "code": "missing"}]
    assert (await get("/search/code?q=engine")).status == 401


async def test_the_same_seed_is_the_same_world_and_another_is_not() -> None:
    one, same, other = (GitHubStandIn(Knobs(seed=seed)).world for seed in (1, 1, 2))

    def titles(world: Any) -> list[str]:
        return [issue.title for issue in world.repository("acme", "rocket").issues.values()]

    assert titles(one) == titles(same) != titles(other)


async def test_a_qualifier_given_twice_must_hold_both_times(get: Any) -> None:
    found = (await get("/search/issues?q=is:open+is:pr+repo:acme/rocket", token=TOKEN)).body["items"]
    assert found
    assert {issue["state"] for issue in found} == {"open"}
    assert all("pull_request" in issue for issue in found)
