"""How the stand-in speaks HTTP: quota, validators, Links, redirects, encodings, credentials."""

import base64
import gzip
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

import pytest

from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.github.catalogue import ANCHOR
from app.demo.github.replies import Reply

TOKEN = "ghp_one"
ROCKET = "/repos/acme/rocket"


def quota(headers: Mapping[str, str]) -> tuple[int, int, int]:
    limit, remaining, used = (int(headers[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "used"))
    return limit, remaining, used


async def test_headers_are_those_of_github(get: Any, clock: Any) -> None:
    got = await get(ROCKET, token=TOKEN, headers={"X-GitHub-Api-Version": "2026-03-10"})
    assert got.status == 200
    assert got.headers.getall("Vary") == [
        "Accept, Authorization, Cookie, X-GitHub-OTP",
        "Accept-Encoding, Accept, X-Requested-With",
    ]
    assert got.headers["Cache-Control"] == "private, max-age=60, s-maxage=60"
    assert got.headers["Content-Type"] == "application/json; charset=utf-8"
    assert got.headers["X-GitHub-Media-Type"] == "github.v3; format=json"
    assert got.headers["X-GitHub-Api-Version-Selected"] == "2026-03-10"
    assert got.headers["Last-Modified"].endswith("GMT")
    assert quota(got.headers) == (20, 19, 1)
    # The window opens with its first request and ends at a whole second.
    assert got.headers["x-ratelimit-reset"] == str(int(clock.now + 100.5))
    assert got.headers["x-ratelimit-resource"] == "core"
    anonymous = await get(ROCKET)
    assert anonymous.headers["Cache-Control"] == "public, max-age=60, s-maxage=60"
    assert anonymous.headers["X-GitHub-Api-Version-Selected"] == "2022-11-28"
    assert anonymous.headers["X-GitHub-Request-Id"] != got.headers["X-GitHub-Request-Id"]


async def test_a_304_is_free_with_a_credential_and_only_with_one(get: Any) -> None:
    first = await get(ROCKET, token=TOKEN)
    again = await get(ROCKET, token=TOKEN, headers={"If-None-Match": f'"other", {first.headers["ETag"]}'})
    assert (again.status, again.raw) == (304, b"")
    assert "Content-Type" not in again.headers
    assert again.headers["ETag"] == first.headers["ETag"]
    assert quota(again.headers) == (20, 19, 1)
    anonymous = await get(ROCKET)
    again = await get(ROCKET, headers={"If-None-Match": anonymous.headers["ETag"]})
    assert again.status == 304
    assert quota(again.headers) == (3, 1, 2)


async def test_etags_are_weak_stable_and_differ_per_token(get: Any) -> None:
    mine, mine_again, yours = [await get(ROCKET, token=token) for token in (TOKEN, TOKEN, "ghp_two")]
    assert mine.headers["ETag"].startswith('W/"')
    assert mine.headers["ETag"] == mine_again.headers["ETag"]
    assert mine.raw == yours.raw
    assert mine.headers["ETag"] != yours.headers["ETag"]
    crossed = await get(ROCKET, token="ghp_two", headers={"If-None-Match": mine.headers["ETag"]})
    assert crossed.status == 200
    assert (await get(ROCKET, token=TOKEN, headers={"If-None-Match": "*"})).status == 304


@pytest.mark.parametrize(
    ("since", "status"),
    [
        (formatdate(ANCHOR, usegmt=True), 304),
        (formatdate(ANCHOR), 304),
        (formatdate(ANCHOR - 9_000, usegmt=True), 200),
        ("yesterday", 200),
    ],
)
async def test_if_modified_since_decides_where_no_tag_is_sent(get: Any, since: str, status: int) -> None:
    assert (await get(ROCKET, token=TOKEN, headers={"If-Modified-Since": since})).status == status
    both = {"If-Modified-Since": since, "If-None-Match": '"other"'}
    assert (await get(ROCKET, token=TOKEN, headers=both)).status == 200


async def test_a_list_has_no_last_modified(get: Any) -> None:
    got = await get(f"{ROCKET}/tags", token=TOKEN, headers={"If-Modified-Since": formatdate(ANCHOR, usegmt=True)})
    assert got.status == 200
    assert "Last-Modified" not in got.headers


async def test_exhausted_quota_is_403_until_its_window_ends(get: Any, clock: Any, github: GitHubStandIn) -> None:
    for remaining in (2, 1, 0):
        assert quota((await get("/meta")).headers)[1] == remaining
    refused = await get(ROCKET)
    assert refused.status == 403
    assert quota(refused.headers) == (3, 0, 3)
    assert refused.body["message"].startswith("API rate limit exceeded for 127.0.0.1")
    assert refused.body["documentation_url"].startswith("https://docs.github.com/rest/")
    # Others have their own quota, and so has another resource; asking how much is left is free.
    assert (await get(ROCKET, token=TOKEN)).status == 200
    assert (await get("/search/users?q=ada")).headers["x-ratelimit-resource"] == "search"
    left = await get("/rate_limit")
    assert left.headers["Cache-Control"] == "no-cache"
    left = left.body
    assert (
        left["rate"]
        == left["resources"]["core"]
        == {
            "limit": 3,
            "used": 3,
            "remaining": 0,
            "reset": int(clock.now + 100.5),
            "resource": "core",
        }
    )
    assert left["resources"]["search"]["used"] == 1
    assert github.log.counted == 5
    clock.now += 100
    assert quota((await get(ROCKET)).headers) == (3, 2, 1)


async def test_exhausted_search_quota_names_the_credential_and_lasts_a_minute(get: Any, clock: Any) -> None:
    for _ in range(4):
        assert (await get("/search/users?q=ada", token=TOKEN)).status == 200
    refused = await get("/search/users?q=ada", token=TOKEN)
    assert refused.status == 403
    assert refused.body["message"].startswith("API rate limit exceeded for user ID")
    clock.now += 60
    assert (await get("/search/users?q=ada", token=TOKEN)).status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        f"token {TOKEN}",
        "Basic " + base64.b64encode(f"somebody:{TOKEN}".encode()).decode(),
        "Basic " + base64.b64encode(f"{TOKEN}:x-oauth-basic".encode()).decode(),
    ],
)
async def test_one_token_is_one_caller_however_it_is_sent(get: Any, authorization: str) -> None:
    await get("/meta", token=TOKEN)
    assert quota((await get("/meta", headers={"Authorization": authorization})).headers) == (20, 18, 2)


@pytest.mark.parametrize(
    "authorization", ["Bearer revoked-1", "Bearer gone", "Bearer", "Basic !", "Basic /w==", "Digest x"]
)
async def test_bad_credentials_are_401(serve: Any, authorization: str) -> None:
    standin = GitHubStandIn(Knobs(revoked_tokens=frozenset({"gone"})))
    get = await serve(standin)
    refused = await get(ROCKET, headers={"Authorization": authorization})
    assert refused.status == 401
    assert refused.body == {
        "message": "Bad credentials",
        "documentation_url": "https://docs.github.com/rest",
        "status": "401",
    }
    assert standin.log.counted == 0


async def test_pages_link_to_one_another_through_the_number(get: Any, github: GitHubStandIn) -> None:
    number = github.world.repositories[40_000_000].id
    got = await get(f"{ROCKET}/issues?state=all&page=1&labels=", token=TOKEN)
    assert set(got.links) == {"next", "last"}
    seen = [issue["number"] for issue in got.body]
    assert len(seen) == 30
    while "next" in got.links:
        assert f"/repositories/{number}/issues?state=all&labels=&page=" in got.links["next"]
        got = await get(got.links["next"], token=TOKEN)
        seen += [issue["number"] for issue in got.body]
    assert seen == list(range(95, 0, -1))
    assert set(got.links) == {"prev", "first"}
    back = await get(got.links["prev"], token=TOKEN)
    assert set(back.links) == {"prev", "next", "last", "first"}


@pytest.mark.parametrize(
    ("query", "length", "links"),
    [
        ("per_page=1000", 70, set()),
        ("per_page=0&page=0", 30, {"next", "last"}),
        ("per_page=x&page=-1", 30, {"next", "last"}),
        ("page=9", 0, {"prev", "first"}),
    ],
)
async def test_pages_are_bounded(get: Any, query: str, length: int, links: set[str]) -> None:
    got = await get(f"{ROCKET}/commits?{query}", token=TOKEN)
    assert len(got.body) == length
    assert set(got.links) == links


async def test_a_renamed_repository_is_elsewhere(get: Any, github: GitHubStandIn) -> None:
    booster = github.world.repository("acme", "thruster")
    assert booster
    assert booster.name == "booster"
    moved = await get("/repos/Acme/Thruster/issues?state=all&per_page=5", token=TOKEN)
    assert moved.status == 301
    assert moved.headers["Location"].endswith(f"/repositories/{booster.id}/issues?state=all&per_page=5")
    assert moved.body["message"] == "Moved Permanently"
    assert moved.body["url"] == moved.headers["Location"]
    assert "documentation_url" in moved.body
    assert moved.headers["Cache-Control"].startswith("private")
    followed = await get(moved.headers["Location"], token=TOKEN)
    assert len(followed.body) == 5
    plain = await get("/repos/acme/thruster", token=TOKEN)
    assert (await get(plain.headers["Location"], token=TOKEN)).body["full_name"] == "acme/booster"
    # A write must not become a GET.
    assert (await get("/repos/acme/thruster", "PATCH", token=TOKEN, sent={})).status == 307


async def test_ghes_prefix_is_kept_in_links_and_addresses(get: Any) -> None:
    root = (await get("/api/v3", token=TOKEN)).body
    assert root == (await get("/api/v3/", token=TOKEN)).body
    assert root["user_url"] == f"{get.base_url}api/v3/users/{{user}}"
    repository = (await get(f"/api/v3{ROCKET}", token=TOKEN)).body
    assert repository["url"] == f"{get.base_url}api/v3/repos/acme/rocket"
    assert repository["html_url"] == "https://github.com/acme/rocket"
    assert repository["issues_url"].endswith("/api/v3/repos/acme/rocket/issues{/number}")
    page = await get(f"/api/v3{ROCKET}/issues", token=TOKEN)
    assert page.links["next"].startswith(f"{get.base_url}api/v3/repositories/")
    assert (await get(page.links["next"], token=TOKEN)).status == 200
    moved = await get("/api/v3/repos/acme/thruster", token=TOKEN)
    assert moved.headers["Location"].startswith(f"{get.base_url}api/v3/repositories/")
    assert (await get("/api/v3/nowhere", token=TOKEN)).status == 404


async def test_addresses_are_those_that_the_caller_used(get: Any) -> None:
    got = await get(ROCKET, headers={"Host": "github.local:81"})
    assert got.body["url"] == "http://github.local:81/repos/acme/rocket"


async def test_large_bodies_are_compressed_for_who_wants_it(get: Any) -> None:
    plain = await get(ROCKET, token=TOKEN)
    assert "Content-Encoding" not in plain.headers
    packed = await get(ROCKET, token=TOKEN, headers={"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.raw) == plain.raw
    assert packed.headers["ETag"] == plain.headers["ETag"]
    small = await get(f"{ROCKET}/languages", token=TOKEN, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in small.headers


async def test_head_is_a_get_without_the_body(get: Any) -> None:
    whole, head = [await get(ROCKET, method, token=TOKEN) for method in ("GET", "HEAD")]
    assert (head.status, head.raw) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(whole.raw))
    assert (await get("/repos/acme/thruster", "HEAD", token=TOKEN)).status == 301


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", "/repos/acme/nothing"),
        ("GET", "/repositories/1"),
        ("GET", "/nowhere/at/all"),
        ("DELETE", ROCKET),
        ("GET", f"{ROCKET}/issues/9999"),
        ("GET", f"{ROCKET}/pulls/1"),
        ("GET", "/users/nobody"),
        ("GET", "/orgs/mira-okafor"),
        ("GET", "/user/1"),
        ("GET", f"{ROCKET}/commits?sha=nope"),
        ("GET", f"{ROCKET}/contents/nope.txt"),
        ("GET", "/repos/acme/dossier/releases/latest"),
        ("GET", "/repos/acme/blank/readme"),
    ],
)
async def test_what_is_not_there_is_404_in_githubs_shape(get: Any, method: str, target: str) -> None:
    got = await get(target, method, token=TOKEN)
    assert got.status == 404
    assert got.body == {
        "message": "Not Found",
        "documentation_url": "https://docs.github.com/rest",
        "status": "404",
    }
    assert quota(got.headers)[2] == 1
    assert "ETag" not in got.headers
    assert "Cache-Control" not in got.headers


async def test_a_get_with_a_body_is_forgiven(get: Any) -> None:
    assert (await get(ROCKET, data=b"{not json")).status == 200


async def test_limits_may_all_be_alike() -> None:
    assert Limits.alike(7) == Limits(7, 7, 7, 7, 7, 7, 7, 7)


async def test_it_says_what_it_is_told_to_in_the_place_of_what_it_knows(serve: Any) -> None:
    page = Reply(b"<h1>Unicorn!</h1>", 502, {"Retry-After": "1"}, raw_type="text/html")
    get = await serve(GitHubStandIn(Knobs(instead={ROCKET: page})))

    for target in (ROCKET, f"/api/v3{ROCKET}?page=1"):
        got = await get(target)
        assert (got.status, got.raw, got.headers["Retry-After"]) == (502, b"<h1>Unicorn!</h1>", "1")
    assert (await get(f"{ROCKET}/languages")).status == 200
