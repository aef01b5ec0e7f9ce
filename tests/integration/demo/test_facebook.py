"""The Graph stand-in on a real socket."""

import hashlib
import hmac
import json
from typing import Any

import pytest

from app.demo.facebook import FacebookKnobs, FacebookStandIn

TOKEN = "EAAG-one"


@pytest.fixture
def facebook(clock: Any) -> FacebookStandIn:
    return FacebookStandIn(clock=clock)


@pytest.fixture
async def graph(facebook: FacebookStandIn, serve: Any) -> Any:
    return await serve(facebook)


async def test_a_page_by_name_or_id_with_the_fields_asked_for(graph: Any) -> None:
    by_name = await graph("/v23.0/acmerockets?fields=fan_count,name", token=TOKEN)
    assert by_name.status == 200
    assert by_name.body == {"fan_count": 48_210, "name": "Acme Rockets", "id": "100200300400501"}
    by_id = await graph(f"/100200300400501?fields=fan_count,name&access_token={TOKEN}")
    assert by_id.body == by_name.body
    assert (await graph("/v22.0/AcmeRockets", token=TOKEN)).body == {"name": "Acme Rockets", "id": "100200300400501"}


async def test_what_a_page_does_not_have_is_left_out(graph: Any) -> None:
    got = await graph("/v23.0/cafeamkai?fields=id,about,website,category", token=TOKEN)
    assert got.body == {"id": "100200300400503", "category": "Café"}


async def test_headers(graph: Any, clock: Any) -> None:
    first = await graph("/v22.0/acmerockets", token=TOKEN)
    assert first.headers["facebook-api-version"] == "v22.0"
    assert first.headers["Content-Type"] == "application/json; charset=UTF-8"
    second = await graph("/acmerockets", token=TOKEN, headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status, second.raw) == (304, b"")
    assert second.headers["facebook-api-version"] == "v23.0"
    usages = [json.loads(got.headers["X-App-Usage"]) for got in (first, second)]
    assert [usage["call_count"] for usage in usages] == [1, 2]
    assert set(usages[0]) == {"call_count", "total_time", "total_cputime"}
    clock.now += 3_600
    third = await graph("/acmerockets", token=TOKEN)
    assert json.loads(third.headers["X-App-Usage"])["call_count"] == 1


@pytest.mark.parametrize(
    ("target", "token", "method", "status", "code", "subcode", "kind"),
    [
        ("/acmerockets", None, "GET", 400, 190, None, "OAuthException"),
        ("/acmerockets", "invalid-1", "GET", 400, 190, None, "OAuthException"),
        ("/acmerockets?access_token=expired-1", None, "GET", 400, 190, 463, "OAuthException"),
        ("/v23.0/nobody", TOKEN, "GET", 404, 803, None, "OAuthException"),
        ("/v23.0/123", TOKEN, "GET", 400, 100, 33, "GraphMethodException"),
        ("/acmerockets?fields=name,shoe_size", TOKEN, "GET", 400, 100, None, "OAuthException"),
        ("/acmerockets", TOKEN, "POST", 400, 100, None, "GraphMethodException"),
    ],
)
async def test_errors_have_graphs_shape(
    graph: Any, target: str, token: str | None, method: str, status: int, code: int, subcode: int | None, kind: str
) -> None:
    got = await graph(target, method, token=token)
    assert got.status == status
    error = got.body["error"]
    assert (error["code"], error.get("error_subcode"), error["type"]) == (code, subcode, kind)
    assert error["message"]
    assert error["fbtrace_id"] == got.headers["x-fb-trace-id"]
    assert "ETag" not in got.headers


async def test_the_alias_is_named(graph: Any) -> None:
    message = (await graph("/v23.0/nobody", token=TOKEN)).body["error"]["message"]
    assert message == "(#803) Some of the aliases you requested do not exist: nobody"


async def test_throttling(serve: Any) -> None:
    graph = await serve(FacebookStandIn(FacebookKnobs(percent_per_call=60, throttled_at_percent=100)))
    assert (await graph("/acmerockets", token=TOKEN)).status == 200
    refused = await graph("/acmerockets", token=TOKEN)
    assert (refused.status, refused.body["error"]["code"]) == (403, 4)


async def test_a_use_case_is_told_and_limited_in_its_own_field(serve: Any, clock: Any) -> None:
    knobs = FacebookKnobs(percent_per_call=60, throttled_at_percent=100, business="77", window_seconds=600)
    graph = await serve(FacebookStandIn(knobs, clock=clock))
    got = [await graph("/acmerockets", token=TOKEN) for _ in range(2)]
    cases = [json.loads(one.headers["X-Business-Use-Case-Usage"])["77"][0] for one in got]
    assert [(case["call_count"], case["estimated_time_to_regain_access"]) for case in cases] == [(60, 0), (120, 10)]
    assert got[1].body["error"]["code"] == 80001
    assert "X-App-Usage" not in got[0].headers


@pytest.mark.parametrize("code", [1, 2, 4, 10, 17, 32, 190, 200, 613, 803, 80001])
async def test_an_error_of_any_code(serve: Any, code: int) -> None:
    graph = await serve(FacebookStandIn(FacebookKnobs(failures={"acmerockets": code})))
    refused = await graph("/acmerockets/posts", token=TOKEN)
    assert refused.status >= 400
    assert refused.body["error"]["code"] == code
    assert (await graph("/cafeamkai", token=TOKEN)).status == 200


async def test_a_proof_is_wanted_where_a_secret_is_set(serve: Any) -> None:
    graph = await serve(FacebookStandIn(FacebookKnobs(app_secret="s")))
    signed = hmac.new(b"s", TOKEN.encode(), hashlib.sha256).hexdigest()
    told = [
        (await graph(f"/acmerockets{query}", token=TOKEN)).status
        for query in ("", "?appsecret_proof=x", f"?appsecret_proof={signed}")
    ]
    assert told == [400, 400, 200]


async def test_posts_are_turned_by_cursors(graph: Any) -> None:
    first = (await graph("/acmerockets/posts?limit=40", token=TOKEN)).body
    assert f"access_token={TOKEN}" in first["paging"]["next"]
    assert "previous" not in first["paging"]
    second = (await graph(f"/acmerockets/posts?limit=40&after={first['paging']['cursors']['after']}", token=TOKEN)).body
    assert (len(first["data"]), len(second["data"])) == (40, 20)
    assert "next" not in second["paging"]
    assert "previous" in second["paging"]
    assert (await graph("/cafeamkai/posts", token=TOKEN)).body == {"data": []}
    for query in ("after=nonsense", "fields=shoe_size"):
        assert (await graph(f"/acmerockets/posts?{query}", token=TOKEN)).body["error"]["code"] == 100


async def test_levers(graph: Any, facebook: FacebookStandIn) -> None:
    assert (await graph("/_standin/tick", "POST")).body["fan_count"] == 48_211
    assert (await graph("/_standin/tick", "POST", sent={"what": "cafeamkai"})).body["fan_count"] == 613
    assert (await graph("/_standin/tick", "POST", sent={"what": "x"})).status == 404
    await graph("/_standin/delay", "POST", sent={"seconds": 0.001})
    await graph("/v23.0/acmerockets?access_token=x", headers={"Via": "1.1 headgate"})
    shown = (await graph("/_standin/log")).body
    assert (shown["total"], shown["without_via"]) == (1, 0)
    assert shown["requests"] == [{"method": "GET", "path": "/v23.0/acmerockets", "count": 1}]
    assert facebook.delay_seconds == 0.001
