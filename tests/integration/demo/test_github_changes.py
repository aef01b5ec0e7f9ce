"""What makes the data change: writes, ticks, and the levers under /_standin/."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from app.demo.github import GitHubStandIn, Knobs
from app.demo.log import fingerprint
from app.demo.serving import running

TOKEN = "ghp_one"
ROCKET = "/repos/acme/rocket"


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110  the stand-in has no event for what it does by itself
            await asyncio.sleep(0.005)


async def test_a_new_issue_is_seen_by_the_next_reader(get: Any) -> None:
    before = await get(f"{ROCKET}/issues", token=TOKEN)
    sent = {"title": "Leak", "body": "Drips.", "labels": ["bug", "wet"], "assignees": ["ada-abara", "nobody"]}
    made = await get(f"{ROCKET}/issues", "POST", token=TOKEN, sent=sent)
    assert made.status == 201
    assert made.headers["Location"] == made.body["url"]
    assert "ETag" not in made.headers
    assert made.body["number"] == 96
    assert [label["name"] for label in made.body["labels"]] == ["bug", "wet"]
    assert [account["login"] for account in made.body["assignees"]] == ["ada-abara"]
    after = await get(f"{ROCKET}/issues", token=TOKEN, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status == 200
    assert after.body[0]["number"] == 96


async def test_an_issue_is_closed_and_opened_again(get: Any, clock: Any) -> None:
    url = (await get(f"{ROCKET}/issues", "POST", token=TOKEN, sent={"title": "Leak"})).body["url"]
    clock.now += 60
    changes = {"state": "closed", "labels": [{"name": "bug"}], "assignees": [], "title": "Leak, fixed"}
    closed = (await get(url, "PATCH", token=TOKEN, sent=changes)).body
    assert (closed["state"], closed["state_reason"], closed["title"]) == ("closed", "completed", "Leak, fixed")
    assert closed["closed_at"] > closed["created_at"]
    opened = (await get(url, "PATCH", token=TOKEN, sent={"state": "open"})).body
    assert (opened["closed_at"], opened["closed_by"], opened["state_reason"]) == (None, None, "reopened")
    same = (await get(url, "PATCH", token=TOKEN, sent={"state": "open", "body": "x"})).body
    assert (same["body"], same["title"]) == ("x", "Leak, fixed")


async def test_a_repository_is_changed_and_renamed(get: Any) -> None:
    changed = await get(
        "/repos/acme/telemetry",
        "PATCH",
        token=TOKEN,
        sent={"name": "signals", "description": "New", "homepage": "https://x.example", "private": True},
    )
    assert changed.status == 200
    got = (await get("/repos/acme/signals", token=TOKEN)).body
    assert (got["description"], got["homepage"], got["private"]) == ("New", "https://x.example", False)
    assert (await get("/repos/acme/telemetry", token=TOKEN)).status == 301
    assert (await get("/repos/acme/signals", "PATCH", token=TOKEN, sent={"name": ""})).status == 422


@pytest.mark.parametrize(
    ("method", "target", "token", "sent", "status"),
    [
        ("POST", f"{ROCKET}/issues", None, {"title": "x"}, 401),
        ("PATCH", f"{ROCKET}/issues/1", None, {}, 401),
        ("PATCH", ROCKET, None, {}, 401),
        ("POST", f"{ROCKET}/issues", TOKEN, {}, 422),
        ("POST", f"{ROCKET}/issues", TOKEN, {"title": 3}, 422),
        ("POST", f"{ROCKET}/issues", TOKEN, [], 400),
        ("PATCH", f"{ROCKET}/issues/1", TOKEN, {"state": "ajar"}, 422),
        ("POST", "/repos/acme/old-faithful/issues", TOKEN, {"title": "x"}, 403),
    ],
)
async def test_writes_are_refused_as_github_refuses_them(
    get: Any, method: str, target: str, token: str | None, sent: Any, status: int
) -> None:
    refused = await get(target, method, token=token, sent=sent)
    assert (refused.status, refused.body["status"]) == (status, str(status))


async def test_a_write_that_is_no_json_is_400(get: Any) -> None:
    refused = await get(f"{ROCKET}/issues", "POST", token=TOKEN, data=b"{")
    assert (refused.status, refused.body["message"]) == (400, "Problems parsing JSON")


async def test_a_tick_changes_stars_issues_and_push(get: Any, github: GitHubStandIn) -> None:
    before = (await get(ROCKET, token=TOKEN)).body
    told = await get("/_standin/tick", "POST")
    assert told.body["repository"] == "acme/rocket"
    after = (await get(ROCKET, token=TOKEN)).body
    assert after["stargazers_count"] == before["stargazers_count"] + 1
    assert after["open_issues_count"] == before["open_issues_count"] + 1
    assert after["pushed_at"] > before["pushed_at"]
    newest = (await get(f"{ROCKET}/issues", token=TOKEN)).body[0]
    assert newest["number"] == told.body["issue"] == 96
    assert (await get("/_standin/tick", "POST", sent={"what": "acme/blank"})).body["issue"] == 1
    for unknown in ("acme/none", "rocket", "a/b/c"):
        assert (await get("/_standin/tick", "POST", sent={"what": unknown})).status == 404
    # Levers are no requests to GitHub.
    assert github.log.total == 3


async def test_data_may_change_by_itself() -> None:
    standin = GitHubStandIn(Knobs(tick_seconds=0.01))
    rocket = standin.world.repositories[40_000_000]
    async with running(standin.app):
        await until(lambda: rocket.stars >= 4_823)
    stars = rocket.stars
    await asyncio.sleep(0.03)
    assert rocket.stars == stars


async def test_every_answer_may_be_slow(get: Any, github: GitHubStandIn) -> None:
    assert (await get("/_standin/delay", "POST", sent={"seconds": 0.05})).body == {"seconds": 0.05}
    began = time.perf_counter()
    await get("/meta")
    assert time.perf_counter() - began >= 0.05
    senseless: tuple[Any, ...] = ({"seconds": -1}, {"seconds": "x"}, [], None)
    for wrong in senseless:
        assert (await get("/_standin/delay", "POST", sent=wrong)).status == 400
    assert github.delay_seconds == 0.05


async def test_the_end_waits_for_no_slow_answer() -> None:
    standin = GitHubStandIn(Knobs(delay_seconds=60))
    began = time.perf_counter()
    async with running(standin.app) as base_url:
        _, writer = await asyncio.open_connection("127.0.0.1", int(base_url.rstrip("/").rsplit(":", 1)[1]))
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(lambda: standin.log.total > 0)
    writer.close()
    await writer.wait_closed()
    assert time.perf_counter() - began < 2


async def test_the_log_counts_what_came(get: Any, github: GitHubStandIn) -> None:
    assert github.log.last_headers == {}
    await get(ROCKET, token=TOKEN, headers={"Via": "1.1 headgate"})
    tag = (await get(f"{ROCKET}?x=1", token=TOKEN)).headers["ETag"]
    await get(ROCKET, token=TOKEN, headers={"If-None-Match": tag, "X-Mine": "1"})
    assert github.log.requests["GET", ROCKET] == 3
    assert github.log.recent[1].target == f"{ROCKET}?x=1"
    assert github.log.last_headers["authorization"] == f"Bearer {TOKEN}"
    shown = (await get("/_standin/log")).body
    assert (shown["total"], shown["counted"], shown["without_via"]) == (3, 2, 2)
    assert shown["statuses"] == {"200": 2, "304": 1}
    assert shown["requests"] == [{"method": "GET", "path": ROCKET, "count": 3}]
    assert shown["last_headers"]["X-Mine"] == "1"
    assert shown["last_headers"]["Authorization"] == fingerprint(f"Bearer {TOKEN}")
    assert (await get("/_standin/log", "DELETE")).status == 204
    assert (await get("/_standin/log")).body["total"] == 0
