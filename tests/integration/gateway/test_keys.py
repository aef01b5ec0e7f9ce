"""Callers with keys, over sockets: what they may ask for, what goes on to upstream of them, and what others are told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pytest

from app.container import Container
from app.server import create_app
from app.settings import Settings
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.gateway import Ask, asking, serving_gateway

OWN = "ghp_the_gateways_own"
READER, WRITER, ACME, OPERATOR, SLOW, POOR = (
    f"hg_of_the_{who}" for who in ["reader", "writer", "acme", "operator", "slow", "poor"]
)


async def replying(connection: Connection, seen: Seen) -> None:
    """A list, and what GitHub says to pages of elsewhere."""
    fields = "Content-Type: application/json\r\nCache-Control: max-age=60\r\nAccess-Control-Allow-Origin: *\r\n"
    body = b"[]" if "tags" in seen.target else b"{}"
    await connection.answer(body, fields=fields)


def kept(key: str, **more: Any) -> dict[str, Any]:
    return {"hashes": [{"sha256": sha256(key.encode()).hexdigest()}], **more}


KEYS = {
    "reader": kept(READER),
    "writer": kept(WRITER, allow=["* /github/**"]),
    "acme": kept(ACME, allow=["repos/acme/**"], deny=["repos/acme/secret/**", "repos/acme/secret"]),
    "operator": kept(OPERATOR, operator=True),
    "slow": kept(SLOW, rate="2/min"),
    "poor": kept(POOR, daily_points=1),
}


@dataclass
class Scene:
    ask: Ask
    upstream: FaultyUpstream

    @property
    def authorised_by(self) -> str | None:
        """What upstream was last sent."""
        return self.upstream.seen[-1].headers.get("Authorization")


@asynccontextmanager
async def gateway(upstream: FaultyUpstream, keys: dict[str, Any] | None = None, **server: Any) -> AsyncIterator[Ask]:
    settings = Settings.model_validate(
        {
            "server": server,
            "cache": {"store": "memory"},
            "usage": {"path": None},
            "callers": {"key_file": "var/there-is-none.yaml", "keys": KEYS if keys is None else keys},
            "upstreams": {"github": {"kind": "github", "base_url": upstream.url, "token": OWN, "mount": "/github"}},
        }
    )
    async with serving_gateway(create_app(Container(settings=settings))) as base_url, asking(base_url) as ask:
        yield ask


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with FaultyUpstream() as upstream:
        upstream.script = replying
        async with gateway(upstream) as ask:
            yield Scene(ask, upstream)


TAGS = "/api/v1/repos/acme/rocket/tags"
RAW = "/github/repos/acme/rocket"


class TestWithoutOne:
    @pytest.mark.parametrize("path", [TAGS, RAW, "/api/v3/repos/acme/rocket", "/api/v1/usage", "/metrics", "/nothing"])
    async def test_nobody_is_served(self, scene: Scene, path: str) -> None:
        for fields in ({}, {"X_API_Key": "hg_wrong"}, {"Authorization": "Bearer ghp_theirs"}):
            answer = await scene.ask(path, **fields)
            assert answer.status == 401
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="headgate"'
            assert b"unknown" not in answer.raw
        assert scene.upstream.seen == []

    @pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/docs", "/openapi.json"])
    async def test_but_what_is_the_same_for_everybody_is_read(self, scene: Scene, path: str) -> None:
        assert (await scene.ask(path)).status == 200

    async def test_a_remembered_answer_is_not_given_either(self, scene: Scene) -> None:
        assert (await scene.ask(TAGS, X_API_Key=READER)).status == 200
        assert (await scene.ask(TAGS, X_API_Key=READER)).headers["Cache-Status"].startswith("headgate; hit")
        assert (await scene.ask(TAGS)).status == 401
        assert (await scene.ask(TAGS, X_API_Key=ACME)).status == 200

    async def test_in_the_form_of_the_upstream(self, scene: Scene) -> None:
        assert (await scene.ask(RAW)).body["message"]
        assert (await scene.ask(TAGS)).body["code"] == "key_rejected"


class TestTheGatewaysCredential:
    async def test_reads_for_a_key_and_the_key_goes_no_further(self, scene: Scene) -> None:
        for fields in (
            {"Authorization": f"token {READER}"},
            {"X_API_Key": READER},
            {"Authorization": f"Bearer {READER}"},
        ):
            assert (await scene.ask(RAW, **fields, Cache_Control="no-cache")).status == 200
            assert scene.authorised_by == f"Bearer {OWN}"
        assert all(b"hg_" not in seen.head for seen in scene.upstream.seen)

    async def test_writes_only_where_the_key_says_so(self, scene: Scene) -> None:
        assert (await scene.ask(f"{RAW}/issues", "POST", X_API_Key=READER)).status == 200
        assert scene.authorised_by is None, "anonymously, as whoever brings nothing"
        assert (await scene.ask(f"{RAW}/issues", "POST", X_API_Key=WRITER)).status == 200
        assert scene.authorised_by == f"Bearer {OWN}"

    async def test_a_callers_own_goes_on_beside_a_key(self, scene: Scene) -> None:
        await scene.ask(RAW, X_API_Key=READER, Authorization="Bearer ghp_theirs")
        assert scene.authorised_by == "Bearer ghp_theirs"

    async def test_a_second_key_is_not_sent_on(self, scene: Scene) -> None:
        for fields in ({"Authorization": f"token {WRITER}"}, {"X_Token": READER}, {"Cookie": READER}):
            assert (await scene.ask(RAW, X_API_Key=READER, **fields)).status == 401
        assert (await scene.ask(f"{RAW}?access_token={READER}", X_API_Key=READER)).status == 401
        assert scene.upstream.seen == []


class TestScope:
    @pytest.mark.parametrize("path", [TAGS, RAW, "/api/v3/repos/acme/rocket", "/github//repos/acme/rocket"])
    async def test_holds_on_typed_and_mounted_paths_alike(self, scene: Scene, path: str) -> None:
        assert (await scene.ask(path, X_API_Key=ACME)).status == 200

    @pytest.mark.parametrize(
        "path",
        [
            "/api/v1/repos/other/x/tags",
            "/github/repos/other/x",
            "/github/repos/acme/../other/x",
            "/github/user",
            "/github/repos/acme/secret",
            "/api/v1/repos/acme/secret/tags",
            "/github/repos/ACME/Secret",
            "/api/v1/upstreams",
            "/github/repos/acme/%73ecret",
            "/github/repos/acme%2fsecret",
            "/github/repositories/7",
            "/metrics",
        ],
    )
    async def test_nothing_else_is_for_it(self, scene: Scene, path: str) -> None:
        assert (await scene.ask(path, X_API_Key=ACME)).status == 403
        assert scene.upstream.seen == []

    async def test_nor_another_method(self, scene: Scene) -> None:
        answer = await scene.ask(f"{RAW}/issues", "POST", X_API_Key=ACME)
        assert answer.status == 403


class TestLimits:
    async def test_a_rate_is_told_and_kept_on_answers_from_memory_too(self, scene: Scene) -> None:
        await scene.ask(TAGS, X_API_Key=READER)
        answers = [await scene.ask(TAGS, X_API_Key=SLOW) for _ in range(3)]
        assert [answer.status for answer in answers] == [200, 200, 429]
        assert [answer.headers["RateLimit"].partition(";t=")[0] for answer in answers] == [
            '"requests";r=1',
            '"requests";r=0',
            '"requests";r=0',
        ]
        assert answers[0].headers["RateLimit-Policy"] == '"requests";q=2;w=60'
        assert 1 <= int(answers[2].headers["Retry-After"]) <= 60
        assert answers[2].body["code"] == "caller_limited"

    async def test_what_a_key_may_spend_in_a_day(self, scene: Scene) -> None:
        assert (await scene.ask(TAGS, X_API_Key=POOR)).status == 200
        assert (await scene.ask(TAGS, X_API_Key=POOR)).status == 200, "from the cache, which costs nothing"
        spent = await scene.ask("/api/v1/repos/acme/other/tags", X_API_Key=POOR)
        assert (spent.status, spent.body["code"]) == (429, "caller_points_spent")
        assert int(spent.headers["Retry-After"]) <= 86_400
        assert (await scene.ask("/api/v1/repos/acme/other/tags", X_API_Key=READER)).status == 200
        raw = await scene.ask("/github/repos/acme/third", X_API_Key=POOR)
        assert raw.status == 403, "as GitHub tells a limit that its clients know"


class TestOperators:
    async def test_only_they_make_it_forget_and_read_metrics(self, scene: Scene) -> None:
        for path, method in (("/api/v1/cache", "DELETE"), ("/metrics", "GET")):
            assert (await scene.ask(path, method, X_API_Key=READER)).status == 403
            assert (await scene.ask(path, method, X_API_Key=OPERATOR)).status == 200

    async def test_to_ask_on_this_machine_is_not_enough_where_there_are_keys(self, scene: Scene) -> None:
        assert (await scene.ask("/api/v1/cache", "DELETE")).status == 401


class TestPagesOfElsewhere:
    async def test_none_reads_unless_it_is_named(self, scene: Scene) -> None:
        answer = await scene.ask(RAW, X_API_Key=READER, Origin="https://dash.example")
        assert "Access-Control-Allow-Origin" not in answer.headers

    async def test_one_that_is_named_asks_first_and_reads(self) -> None:
        async with FaultyUpstream() as upstream:
            upstream.script = replying
            async with gateway(upstream, cors_origins=["https://dash.example"]) as ask:
                dash = {"Origin": "https://dash.example"}
                preflight = await ask(TAGS, "OPTIONS", **dash, Access_Control_Request_Method="GET")
                assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (204, dash["Origin"])
                assert "X-API-Key" in preflight.headers["Access-Control-Allow-Headers"]
                for path in (TAGS, TAGS, RAW, RAW, "/nothing"):
                    answer = await ask(path, **dash, X_API_Key=READER)
                    assert answer.headers.getall("Access-Control-Allow-Origin") == [dash["Origin"]]
                    assert "Origin" in answer.headers["Vary"]
                other = await ask(TAGS, Origin="https://evil.example", X_API_Key=READER)
                assert "Access-Control-Allow-Origin" not in other.headers
                refused = await ask(TAGS, **dash)
                assert refused.status == 401
                assert refused.headers["Access-Control-Allow-Origin"] == dash["Origin"]

    async def test_without_keys_a_page_of_elsewhere_writes_nothing(self) -> None:
        async with FaultyUpstream() as upstream:
            upstream.script = replying
            async with gateway(upstream, keys={}) as ask:
                answer = await ask(f"{RAW}/issues", "POST", Origin="https://evil.example")
                assert answer.status == 403
                assert (await ask(RAW, Host="evil.example")).status == 421
                assert upstream.seen == []
