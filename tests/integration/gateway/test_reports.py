"""Reports over sockets: parts that fail in turn, deadlines, what is counted, streams and those who leave them."""

import asyncio
import json
import time
from hashlib import sha256
from typing import Any

import aiohttp
import pytest

from app.demo.github.callers import caller_with
from app.demo.github.replies import Reply
from tests.report_faults import FAULTS, PART_OF, ROCKET, TABLE, outcome_of, reporting

REPORT = f"/api/v1{ROCKET}/report"
ORGANIZATION = "/api/v1/orgs/acme/report"
NDJSON = {"Accept": "application/x-ndjson"}
KEY = "hg_of_somebody"


def keys(**rules: Any) -> dict[str, Any]:
    """The settings by which callers need a key, and the one there is has these rules."""
    kept = {"hashes": [{"sha256": sha256(KEY.encode()).hexdigest()}], **rules}
    return {"callers": {"key_file": "var/there-is-none.yaml", "keys": {"somebody": kept}}}


async def got(base_url: str, path: str, **fields: str) -> tuple[int, Any, Any]:
    async with aiohttp.ClientSession() as caller, caller.get(base_url + path, headers=fields) as answer:
        raw = await answer.read()
        return answer.status, answer.headers, json.loads(raw) if raw else None


async def events(base_url: str, path: str, **fields: str) -> list[tuple[str, Any]]:
    async with aiohttp.ClientSession() as caller, caller.get(base_url + path, headers={**NDJSON, **fields}) as answer:
        assert answer.headers["Content-Type"] == "application/x-ndjson"
        assert answer.headers["Cache-Control"] == "no-store"
        lines = [json.loads(line) async for line in answer.content if line.strip()]
    return [(line["event"], line["data"]) for line in lines]


@pytest.mark.parametrize("fault", ["404", "500", "nonsense"])
@pytest.mark.parametrize("path", PART_OF)
async def test_a_part_that_fails_is_missing_and_nothing_else(path: str, fault: str) -> None:
    outcome = await outcome_of(path, fault)

    if path == "":
        assert outcome.status == {"404": 404, "500": 502, "nonsense": 502}[fault]
    else:
        parts = {"issues", "responses"} if path == "/issues" else {PART_OF[path]}
        assert (outcome.status, set(outcome.failed)) == (200, parts)
        assert outcome.strict_status == {"404": 404, "500": 502, "nonsense": 502}[fault]


def test_the_table_is_of_all_parts_and_faults() -> None:
    assert TABLE.rows() == [f"`{part}`" for part in PART_OF.values()]
    assert all(fault in TABLE.content() for fault in FAULTS)


async def test_it_costs_eleven_points_and_then_nothing() -> None:
    async with reporting() as (base_url, standin):
        for _ in range(2):  # the statistic is computed when it is first asked for
            await got(base_url, "/api/v1/repos/acme/rocket/activity")
        before = standin.log.counted

        status, fields, _ = await got(base_url, REPORT)
        assert status == 200
        assert standin.log.counted - before == 10  # the statistic is in the cache
        assert "fwd=" in fields["Cache-Status"]
        _, again, _ = await got(base_url, REPORT)
        assert again["Cache-Status"].startswith("headgate; hit")
        assert again["ETag"] == fields["ETag"]
        assert standin.log.counted - before == 10

        _, _, usage = await got(base_url, "/api/v1/usage?by=route")
        (row,) = [row for row in usage["rows"] if row["name"].endswith("/report")]
        assert (row["requests"], row["points"], row["upstream_requests"]) == (2, 10, 10)


async def test_what_upstream_cannot_be_asked_about_is_stale_and_says_so() -> None:
    rules = {"fresh_seconds": 0, "stale_while_revalidate_seconds": 0, "stale_if_error_seconds": 600}
    async with reporting(cache=rules) as (base_url, standin):
        _, _, first = await got(base_url, REPORT)
        for path in PART_OF:
            standin.say_instead(f"{ROCKET}{path}", Reply({"message": "Server Error"}, 500))
        _, _, second = await got(base_url, REPORT)

    assert {first[part]["state"] for part in PART_OF.values()} == {"complete"}
    assert {second[part]["state"] for part in PART_OF.values()} == {"stale"}
    assert second["languages"]["value"] == first["languages"]["value"]
    assert second["languages"]["as_of"] == first["languages"]["as_of"]


async def test_what_is_slow_is_missing_in_time() -> None:
    async with reporting() as (base_url, standin):
        await got(base_url, "/api/v1/repos/acme/rocket")
        standin.delay_seconds = 3.0
        began = time.monotonic()

        status, _, report = await got(base_url, REPORT, **{"X-Request-Timeout": "1"})

        assert time.monotonic() - began < 1.1
    assert status == 200
    assert report["repository"]["state"] == "complete"
    assert report["languages"]["problem"]["code"] == "deadline_exceeded"
    assert {signal["state"] for signal in report["signals"]} > {"unknown"}


async def test_a_comparison_over_sockets() -> None:
    async with reporting() as (base_url, _):
        status, _, found = await got(base_url, "/api/v1/compare?repos=acme/rocket,acme/thruster,acme/nope")

    assert status == 200
    assert [one["name"] for one in found["repositories"]] == ["acme/rocket", "acme/thruster", "acme/nope"]
    assert found["repositories"][1]["report"]["full_name"] == "acme/booster"
    assert found["repositories"][2]["problem"]["code"] == "not_found"


class TestOrganization:
    async def test_it_is_told_as_it_goes(self) -> None:
        async with reporting() as (base_url, standin):
            told = await events(base_url, ORGANIZATION)
            counted = standin.log.counted
            again = await events(base_url, ORGANIZATION)

        names = [name for name, _ in told]
        assert names == ["progress"] * (len(names) - 1) + ["report"]
        done = [data["done"] for name, data in told if name == "progress"]
        assert done == sorted(done)
        assert done[-1] == 13
        spent = [data["points_spent"] for name, data in told if name == "progress"][-1]
        assert spent == counted
        assert [data["points_spent"] for name, data in again if name == "progress"][-1] == 0
        assert told[-1][1]["totals"]["repositories"] == 13

    async def test_server_sent_events(self) -> None:
        async with (
            reporting() as (base_url, _),
            aiohttp.ClientSession() as caller,
            caller.get(base_url + ORGANIZATION, headers={"Accept": "text/event-stream"}) as answer,
        ):
            assert answer.headers["Content-Type"] == "text/event-stream; charset=utf-8"
            text = (await answer.read()).decode()

        blocks = [block for block in text.split("\n\n") if block]
        assert blocks[0].startswith("event: progress\ndata: {")
        assert blocks[-1].startswith("event: report\ndata: {")

    async def test_as_one_answer(self) -> None:
        async with reporting() as (base_url, _):
            status, fields, report = await got(base_url, ORGANIZATION)

        assert (status, fields["Content-Type"], report["login"]) == (200, "application/json", "acme")
        assert fields["Vary"] == "Accept"

    async def test_who_hangs_up_ends_it_and_the_next_goes_on(self) -> None:
        async with reporting() as (base_url, standin):
            standin.delay_seconds = 0.15
            async with aiohttp.ClientSession() as caller:
                answer = await caller.get(base_url + ORGANIZATION, headers=NDJSON)
                await answer.content.readline()
                answer.close()
            await asyncio.sleep(0.6)  # what was sent already comes in
            before = standin.log.total
            await asyncio.sleep(0.5)
            assert standin.log.total == before
            standin.delay_seconds = 0.0

            told = await events(base_url, ORGANIZATION)

        assert told[-1][0] == "report"
        assert told[-1][1]["incomplete"] == 0

    async def test_a_head_asks_only_whether_it_could_be_had(self) -> None:
        async with reporting() as (base_url, standin), aiohttp.ClientSession() as caller:
            async with caller.head(base_url + ORGANIZATION) as answer:
                assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
                assert "Content-Length" not in answer.headers
            async with caller.head(base_url + "/api/v1/orgs/mira-okafor/report") as refused:
                assert refused.status == 404
            async with caller.get(base_url + "/health/live") as answer:
                assert answer.status == 200  # the connection is still good

            paths = {path for _, path in standin.log.requests}
        assert paths <= {
            "/orgs/acme",
            "/orgs/acme/repos",
            "/rate_limit",
            "/orgs/mira-okafor",
            "/orgs/mira-okafor/repos",
        }

    async def test_a_problem_before_the_first_event_is_an_answer(self) -> None:
        async with reporting() as (base_url, _):
            status, fields, problem = await got(base_url, "/api/v1/orgs/mira-okafor/report", **NDJSON)

        assert (status, fields["Content-Type"]) == (404, "application/problem+json")
        assert problem["detail"].startswith("there is no organization mira-okafor")

    async def test_what_the_quota_cannot_bear_is_refused_with_an_estimate(self) -> None:
        async with reporting() as (base_url, standin):
            standin.quota.leave(caller_with("any"), "core", 10, None)
            status, fields, problem = await got(base_url, ORGANIZATION, **NDJSON)

        assert (status, problem["code"]) == (429, "report_not_affordable")
        assert int(fields["Retry-After"]) > 0
        assert problem["estimate"]["points_expected"] > problem["estimate"]["points_left"]
        assert problem["estimate"]["possible_at"] == problem["estimate"]["resets_at"]

    async def test_what_is_kept_for_others_is_not_there_for_it_unless_its_caller_says_so(self) -> None:
        async with reporting() as (base_url, standin):
            standin.quota.leave(caller_with("any"), "core", 900, None)  # of 5,000, of which a fifth is kept from batch
            status, _, problem = await got(base_url, ORGANIZATION)
            told = await events(base_url, ORGANIZATION, **{"X-Request-Class": "normal"})

        assert (status, problem["code"], problem["estimate"]["points_left"]) == (429, "report_not_affordable", 0)
        assert "898 more are kept for callers of a higher class" in problem["detail"]
        assert (told[-1][0], told[-1][1]["incomplete"]) == ("report", 0)

    async def test_the_estimate_is_what_it_costs_where_github_has_to_compute(self) -> None:
        async with reporting() as (base_url, standin):
            standin.quota.leave(caller_with("any"), "core", 10, None)
            _, _, problem = await got(base_url, ORGANIZATION)
        async with reporting() as (base_url, _):
            told = await events(base_url, ORGANIZATION)

        listed = 2  # before it is estimated
        spent = [data["points_spent"] for name, data in told if name == "progress"][-1]
        assert problem["estimate"]["points_expected"] == spent - listed

    @pytest.mark.parametrize(
        ("rules", "status", "code"),
        [
            ({}, 200, None),
            ({"deny": ["/api/v1/orgs/**"]}, 403, "not_for_this_key"),
            ({"daily_points": 5}, 429, "report_not_affordable"),
        ],
    )
    async def test_keys_rules_hold(self, rules: dict[str, Any], status: int, code: str | None) -> None:
        async with reporting(**keys(**rules)) as (base_url, _):
            nobody, _, _ = await got(base_url, ORGANIZATION, **NDJSON)
            if code is None:
                assert (await events(base_url, ORGANIZATION, **{"X-API-Key": KEY}))[-1][0] == "report"
            else:
                found, _, problem = await got(base_url, ORGANIZATION, **NDJSON, **{"X-API-Key": KEY})
                assert (found, problem["code"]) == (status, code)

        assert nobody == 401

    async def test_what_a_key_may_still_spend_is_told(self) -> None:
        async with reporting(**keys(daily_points=5)) as (base_url, standin):
            _, fields, problem = await got(base_url, ORGANIZATION, **NDJSON, **{"X-API-Key": KEY})
            asked = standin.log.counted

        estimate = problem["estimate"]
        assert (asked, estimate["points_left"]) == (2, 3)  # the organization, and a page of its repositories
        assert estimate["points_expected"] > 5
        assert estimate["resets_at"].endswith("T00:00:00Z")
        assert "possible_at" not in estimate  # it never has as many in a day
        assert int(fields["Retry-After"]) <= 86_400

    async def test_a_part_that_fails_makes_a_row_partial(self) -> None:
        async with reporting({f"{ROCKET}/languages": Reply({"message": "Server Error"}, 500)}) as (base_url, _):
            _, _, report = await got(base_url, ORGANIZATION)

        rows = {row["full_name"]: row for row in report["repositories"]}
        assert report["incomplete"] == 1
        assert rows["acme/rocket"]["state"] == "partial"
        assert rows["acme/rocket"]["problems"]["languages"]["code"] == "upstream_failed"

    async def test_head_has_no_body(self) -> None:
        async with (
            reporting() as (base_url, _),
            aiohttp.ClientSession() as caller,
            caller.head(base_url + ORGANIZATION, headers=NDJSON) as answer,
        ):
            assert (answer.status, await answer.read()) == (200, b"")


async def test_the_overview_comes_again_and_again() -> None:
    async with (
        reporting() as (base_url, _),
        aiohttp.ClientSession() as caller,
        caller.get(f"{base_url}/api/v1/overview", headers=NDJSON) as answer,
    ):
        first = json.loads(await answer.content.readline())
        second = json.loads(await answer.content.readline())

    assert first["event"] == second["event"] == "overview"
    assert first["data"]["at"] < second["data"]["at"]
    assert [upstream["name"] for upstream in first["data"]["upstreams"]] == ["github"]


async def test_the_overview_tells_each_upstream_apart() -> None:
    async with reporting() as (base_url, _):
        for _ in range(4):
            await got(base_url, f"/api/v1{ROCKET}")
        _, _, overview = await got(base_url, "/api/v1/overview")

    (github,) = overview["upstreams_last_day"]
    assert (github["name"], github["requests"], github["points"], github["saved_points"]) == ("github", 4, 1, 3)
    assert github["hit_ratio"] == 0.75
    assert overview["last_day"]["saved_points"] == 3
