"""What other people's clients ask for beyond what our own does, and the levers that set their scene."""

from typing import Any

import pytest

from app.demo.github import GitHubStandIn

TOKEN = "ghp_one"
ROCKET = "/repos/acme/rocket"


async def test_a_credential_has_somebody_behind_it(get: Any) -> None:
    assert (await get("/user")).status == 401
    me = (await get("/user", token=TOKEN)).body
    assert (me["login"], me["url"]) == ("mira-okafor", f"{get.base_url}users/mira-okafor")
    mine = await get("/user/repos?per_page=1", token=TOKEN)
    assert mine.body[0]["owner"]["login"] == "mira-okafor"
    assert "/user/repos?per_page=1&page=2" in mine.links["next"]


async def test_comments_are_as_many_as_the_issue_says(get: Any, github: GitHubStandIn) -> None:
    rocket = github.world.repositories[40_000_000]
    numbers = set()
    for issue in rocket.issues.values():
        assert [comment.id for comment in issue.discussion] == sorted(comment.id for comment in issue.discussion)
        assert all(issue.created_at < comment.created_at < issue.updated_at for comment in issue.discussion)
        numbers |= {comment.id for comment in issue.discussion}
    assert len(numbers) == sum(issue.comments for issue in rocket.issues.values())
    talked_about = max(rocket.issues.values(), key=lambda issue: issue.comments)
    issue = (await get(f"{ROCKET}/issues/{talked_about.number}", token=TOKEN)).body
    comments = (await get(issue["comments_url"], token=TOKEN)).body
    assert len(comments) == issue["comments"] > 5
    assert (await get(comments[0]["url"], token=TOKEN)).body == comments[0]
    assert comments[0]["issue_url"] == issue["url"]


async def test_a_comment_is_made_changed_and_deleted(get: Any, clock: Any) -> None:
    issue = (await get(f"{ROCKET}/issues", "POST", token=TOKEN, sent={"title": "Leak"})).body
    clock.now += 60
    made = await get(issue["comments_url"], "POST", token=TOKEN, sent={"body": "Drips."})
    assert (made.status, made.headers["Location"]) == (201, made.body["url"])
    assert made.body["user"]["login"] == "mira-okafor"
    changed = await get(made.body["url"], "PATCH", token=TOKEN, sent={"body": "Drips no more."})
    assert changed.body["body"] == "Drips no more."
    assert changed.body["updated_at"] > changed.body["created_at"]
    told = (await get(issue["url"], token=TOKEN)).body
    assert (told["comments"], told["updated_at"] > issue["updated_at"]) == (1, True)
    assert (await get(made.body["url"], "DELETE", token=TOKEN)).status == 204
    assert (await get(made.body["url"], token=TOKEN)).status == 404
    assert (await get(issue["comments_url"], token=TOKEN)).body == []


@pytest.mark.parametrize(
    ("method", "rest", "token", "sent", "status"),
    [
        ("POST", "/issues/1/comments", None, {"body": "x"}, 401),
        ("POST", "/issues/1/comments", TOKEN, {}, 422),
        ("POST", "/issues/1/comments", TOKEN, {"body": 3}, 422),
        ("PATCH", "/issues/comments/1", TOKEN, {"body": "x"}, 404),
        ("GET", "/labels/none", TOKEN, None, 404),
        ("GET", "/releases/1", TOKEN, None, 404),
        ("GET", "/releases/tags/none", TOKEN, None, 404),
        ("GET", "/branches/none", TOKEN, None, 404),
        ("GET", f"/git/commits/{'0' * 40}", TOKEN, None, 404),
    ],
)
async def test_what_is_wrong_or_not_there(
    get: Any, method: str, rest: str, token: str | None, sent: Any, status: int
) -> None:
    assert (await get(ROCKET + rest, method, token=token, sent=sent)).status == status


async def test_what_an_answer_names_is_there(serve: Any) -> None:
    get = await serve(GitHubStandIn())
    labels = (await get(f"{ROCKET}/labels", token=TOKEN)).body
    assert {label["name"] for label in labels} > {"bug", "good first issue"}
    for label in labels:
        assert (await get(label["url"], token=TOKEN)).body == label
    labelled = next(one for one in (await get(f"{ROCKET}/issues", token=TOKEN)).body if one["labels"])
    assert (await get(labelled["labels_url"].split("{", 1)[0], token=TOKEN)).body == labelled["labels"]
    release = (await get(f"{ROCKET}/releases/latest", token=TOKEN)).body
    assert (await get(release["url"], token=TOKEN)).body == release
    assert (await get(f"{ROCKET}/releases/tags/{release['tag_name']}", token=TOKEN)).body == release
    assert (await get(release["assets_url"], token=TOKEN)).body == []
    for branch in (await get(f"{ROCKET}/branches", token=TOKEN)).body:
        whole = (await get(f"{ROCKET}/branches/{branch['name']}", token=TOKEN)).body
        assert (whole["commit"]["sha"], whole["protected"]) == (branch["commit"]["sha"], branch["protected"])
        of_git = (await get(whole["commit"]["commit"]["url"], token=TOKEN)).body
        assert of_git["sha"] == branch["commit"]["sha"]
        assert of_git["tree"] == whole["commit"]["commit"]["tree"]


@pytest.mark.parametrize(("api", "uploads"), [("", "/uploads"), ("/api/v3", "/api/uploads")])
async def test_an_asset_is_uploaded_read_and_deleted(get: Any, api: str, uploads: str) -> None:
    release = (await get(f"{api}{ROCKET}/releases/latest", token=TOKEN)).body
    address, _, template = release["upload_url"].partition("{")
    assert template == "?name,label}"
    assert address == f"{get.base_url}{uploads[1:]}{ROCKET}/releases/{release['id']}/assets"
    file = bytes(range(256)) * 1_000
    headers = {"Content-Type": "application/zip"}
    made = await get(f"{address}?name=a.zip", "POST", token=TOKEN, data=file, headers=headers)
    assert made.status == 201
    assert (made.body["size"], made.body["content_type"]) == (len(file), "application/zip")
    assert (await get(release["url"], token=TOKEN)).body["assets"] == [made.body]
    assert (await get(release["assets_url"], token=TOKEN)).body == [made.body]
    assert (await get(made.body["url"], token=TOKEN)).body == made.body
    raw = await get(made.body["url"], token=TOKEN, headers={"Accept": "application/octet-stream"})
    assert (raw.raw, raw.headers["Content-Type"]) == (file, "application/zip")
    assert (await get(f"{address}?name=a.zip", "POST", token=TOKEN, data=b"{")).status == 422
    assert (await get(address, "POST", token=TOKEN, data=b"x")).status == 422
    assert (await get(f"{address}?name=b", "POST", data=b"x")).status == 401
    assert (await get(made.body["url"], "DELETE", token=TOKEN)).status == 204
    assert (await get(made.body["url"], token=TOKEN)).status == 404


@pytest.mark.parametrize("path", [f"{ROCKET}/issues/7", f"{ROCKET}/releases/latest", f"{ROCKET}/pulls/10"])
async def test_a_text_comes_in_the_form_that_is_asked_for(get: Any, path: str) -> None:
    async def forms(accept: str) -> dict[str, str]:
        body = (await get(path, token=TOKEN, headers={"Accept": accept})).body
        return {name: value for name, value in body.items() if name.startswith("body")}

    plain = await forms("application/vnd.github+json")
    assert plain.keys() == {"body"}
    full = await forms("application/vnd.github.v3.full+json")
    assert full == {
        **plain,
        **await forms("application/vnd.github.html+json"),
        **await forms("application/vnd.github.text+json"),
    }
    assert full["body_html"].startswith("<p>")


async def test_only_an_enterprise_server_says_its_version(get: Any) -> None:
    assert "installed_version" not in (await get("/meta", token=TOKEN)).body
    assert (await get("/api/v3/meta", token=TOKEN)).body["installed_version"] == "3.19.0"


async def test_a_credential_is_left_as_many_points_as_wanted(get: Any, clock: Any) -> None:
    left = await get("/_standin/quota", "POST", sent={"token": TOKEN, "remaining": 1, "seconds": 5})
    assert left.body == {"limit": 20, "remaining": 1, "reset": int(clock.now + 5.5)}
    assert [(await get(ROCKET, token=TOKEN)).status for _ in range(2)] == [200, 403]
    assert (await get(ROCKET, token="ghp_two")).status == 200
    clock.now += 5
    assert (await get(ROCKET, token=TOKEN)).headers["x-ratelimit-remaining"] == "19"
    assert (await get("/_standin/quota", "POST", sent={"remaining": 0, "resource": "search"})).status == 200
    assert (await get("/search/users?q=ada")).status == 403


async def test_another_answer_is_said_and_taken_back(get: Any) -> None:
    wish = {"path": ROCKET, "status": 403, "headers": {"Retry-After": 1}, "body": {"message": "later"}}
    assert (await get("/_standin/instead", "POST", sent=wish)).status == 204
    got = await get(ROCKET, token=TOKEN)
    assert (got.status, got.headers["Retry-After"], got.body) == (403, "1", {"message": "later"})
    assert (await get("/_standin/instead", "POST", sent={"path": ROCKET})).status == 204
    assert (await get(ROCKET, token=TOKEN)).status == 200
    await get("/_standin/instead", "POST", sent={**wish, "times": 2})
    assert [(await get(ROCKET, token=TOKEN)).status for _ in range(3)] == [403, 403, 200]


@pytest.mark.parametrize(
    ("lever", "sent"),
    [
        ("quota", {}),
        ("quota", {"remaining": -1}),
        ("quota", {"remaining": 0, "resource": "none"}),
        ("quota", {"remaining": 0, "token": 3}),
        ("quota", {"remaining": 0, "seconds": 0}),
        ("instead", {}),
        ("instead", {"path": ROCKET, "status": 99}),
        ("instead", {"path": ROCKET, "status": 403, "times": "x"}),
        ("instead", {"path": ROCKET, "status": 200, "headers": [1]}),
    ],
)
async def test_senseless_wishes_are_refused(get: Any, lever: str, sent: Any) -> None:
    assert (await get(f"/_standin/{lever}", "POST", sent=sent)).status == 400
