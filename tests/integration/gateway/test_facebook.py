"""Facebook behind the whole gateway, on real sockets: its posts, its credentials, its limits, and a session of its own."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from app.clients.facebook.proof import proof
from app.clients.facebook.usage import BELIEVED_SECONDS
from app.demo.facebook import FacebookKnobs, FacebookStandIn
from app.demo.serving import running
from app.server import create_app
from tests.gateway import Ask, asking, container_of, serving_gateway

TOKEN = "EAAmarked0of0the0gateway"
THEIRS = "EAAmarked0of0a0caller"
SECRET = "an-invented-app-secret"
POSTS = "/api/v1/pages/acmerockets/posts"


@asynccontextmanager
async def graph(app: web.Application, **more: Any) -> AsyncIterator[Ask]:
    """The gateway in front of what answers as Graph does."""
    async with running(app) as url:
        settings = {"kind": "facebook", "base_url": f"{url}v23.0/", "mount": "/facebook", "token": TOKEN, **more}
        app_of_gateway = create_app(container_of(facebook=settings))
        async with serving_gateway(app_of_gateway) as base_url, asking(base_url) as ask:
            yield ask


class Repeating:
    """Graph, as far as it repeats the token in the URLs of a list's neighbours. Packs what it says where that is taken."""

    def __init__(self, size: int = 0) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self._filling = [f"{number:032x}" for number in range(size)]
        self.app = web.Application()
        self.app.router.add_route("*", "/{path:.*}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        authorization = request.headers.get("Authorization")
        self.asked.append((request.raw_path, authorization))
        token = request.query.get("access_token") or (authorization or "").removeprefix("Bearer ")
        url = f"https://graph.example/v23.0/1/posts?access_token={token}&after=x"
        body = json.dumps({"data": self._filling, "paging": {"next": url}}).encode()
        fields = {"Content-Type": "application/json", "Cache-Control": "max-age=60"}
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=gzip.compress(body), headers={**fields, "Content-Encoding": "gzip"})
        return web.Response(body=body, headers=fields)


class TestPosts:
    async def test_they_are_walked_by_the_urls_that_each_page_gives(self) -> None:
        seen: list[str] = []
        async with graph(FacebookStandIn().app) as ask:
            path: str | None = f"{POSTS}?limit=25"
            while path is not None:
                got = await ask(path)
                assert got.status == 200
                assert TOKEN not in got.raw.decode() + str(got.headers)
                seen += [post["id"] for post in got.body["items"]]
                following = got.body["next"]
                assert (f'<{following}>; rel="next"' in got.headers.get("Link", "")) == (following is not None)
                path = None if following is None else following.removeprefix(f"http://{urlsplit(following).netloc}")

        assert len(seen) == len(set(seen)) == 60

    async def test_the_way_back_leads_to_the_first(self) -> None:
        async with graph(FacebookStandIn().app) as ask:
            first = await ask(f"{POSTS}?limit=10")
            second = await ask(f"{POSTS}?{urlsplit(first.body['next']).query}")
            again = await ask(f"{POSTS}?{urlsplit(second.body['previous']).query}")

        assert first.body["previous"] is None
        assert again.body["items"] == first.body["items"]

    @pytest.mark.parametrize(
        "query", ["limit=0", "limit=101", "after=", "after=a%20b", f"after={'x' * 2049}", "cursor=x"]
    )
    async def test_what_cannot_be_asked_never_goes_out(self, query: str) -> None:
        standin = FacebookStandIn()
        async with graph(standin.app) as ask:
            assert (await ask(f"{POSTS}?{query}")).status == 400

        assert standin.log.total == 0

    async def test_a_long_cursor_is_passed_on_as_it_is(self) -> None:
        cursor = "QVFIU" * 120 + "=="
        upstream = Repeating()
        async with graph(upstream.app) as ask:
            await ask(f"{POSTS}?after={cursor}")

        assert f"after={cursor.replace('=', '%3D')}" in upstream.asked[0][0]


class TestCredentials:
    async def test_what_the_gateway_asks_is_signed(self) -> None:
        standin = FacebookStandIn(FacebookKnobs(app_secret=SECRET))
        async with graph(standin.app, app_secret=SECRET) as ask:
            assert (await ask(POSTS)).status == 200
            assert (await ask("/facebook/acmerockets")).status == 200

    @pytest.mark.parametrize("mine", [{}, {"app_secret": SECRET}])
    async def test_a_callers_token_in_the_query_is_sent_alone(self, mine: dict[str, str]) -> None:
        upstream = Repeating()
        async with graph(upstream.app, **mine) as ask:
            await ask(f"/facebook/acme/posts?access_token={THEIRS}&limit=3&appsecret_proof=theirs")

        assert upstream.asked == [
            (f"/v23.0/acme/posts?limit=3&access_token={THEIRS}&appsecret_proof=theirs", None),
        ]

    async def test_nor_is_it_signed_in_its_field(self) -> None:
        upstream = Repeating()
        async with graph(upstream.app, app_secret=SECRET) as ask:
            await ask("/facebook/acme/posts", Authorization=f"Bearer {THEIRS}")

        assert upstream.asked == [("/v23.0/acme/posts", f"Bearer {THEIRS}")]

    async def test_nobody_is_answered_from_what_another_token_has_got(self) -> None:
        upstream = Repeating()
        async with graph(upstream.app) as ask:
            for token in ("EAAone0of0them0all", "EAAother0of0them0all"):
                got = await ask(f"/facebook/acme/posts?access_token={token}")
                assert token in got.raw.decode()

        assert len(upstream.asked) == 2

    @pytest.mark.parametrize("size", [0, 5_000])
    @pytest.mark.parametrize("mine", [{}, {"app_secret": SECRET}])
    async def test_the_gateways_own_is_not_told_in_the_urls_of_a_list(self, size: int, mine: dict[str, str]) -> None:
        async with graph(Repeating(size).app, **mine) as ask:
            for _ in range(2):
                got = await ask("/facebook/acme/posts", Accept_Encoding="gzip")
                assert got.status == 200
                for secret in (TOKEN, proof(TOKEN, SECRET), SECRET):
                    assert secret not in got.raw.decode()
                assert f"access_token={'*' * len(TOKEN)}&" in got.raw.decode()

    @pytest.mark.parametrize("size", [0, 5_000])
    async def test_a_callers_own_is_told_to_the_caller_and_kept_nowhere(self, size: int) -> None:
        upstream = Repeating(size)
        async with graph(upstream.app) as ask:
            for _ in range(2):
                got = await ask("/facebook/acme/posts", Authorization=f"Bearer {THEIRS}", Accept_Encoding="gzip")
                assert THEIRS in got.raw.decode()

        assert len(upstream.asked) == 2

    async def test_who_follows_a_masked_link_goes_on_as_before(self) -> None:
        upstream = Repeating()
        async with graph(upstream.app) as ask:
            await ask(f"/facebook/acme/posts?access_token={'*' * len(TOKEN)}&after=x")

        assert upstream.asked == [("/v23.0/acme/posts?after=x", f"Bearer {TOKEN}")]


class TestLimits:
    async def test_a_spent_hour_is_not_asked_into(self) -> None:
        standin = FacebookStandIn(FacebookKnobs(percent_per_call=50))
        async with graph(standin.app) as ask:
            assert [(await ask(f"{POSTS}?limit={limit}")).status for limit in (1, 2)] == [200, 200]
            refused = await ask(f"{POSTS}?limit=3")

        assert standin.log.total == 2
        assert refused.body["code"] == "upstream_quota_spent"
        assert 0 < int(refused.headers["Retry-After"]) <= BELIEVED_SECONDS

    async def test_a_use_case_says_when_it_may_go_on(self) -> None:
        knobs = FacebookKnobs(percent_per_call=60, throttled_at_percent=100, business="77", window_seconds=1_500)
        standin = FacebookStandIn(knobs)
        async with graph(standin.app) as ask:
            got = [await ask(f"{POSTS}?limit={limit}") for limit in (1, 2, 3)]

        assert [one.status for one in got] == [200, 429, 429]
        assert standin.log.total == 2
        assert 1_400 < int(got[2].headers["Retry-After"]) <= 1_500

    @pytest.mark.parametrize(
        ("code", "problem"),
        [
            (1, "upstream_failed"),
            (2, "upstream_failed"),
            (4, "upstream_quota_spent"),
            (17, "upstream_quota_spent"),
            (32, "upstream_quota_spent"),
            (613, "upstream_quota_spent"),
            (80001, "upstream_quota_spent"),
            (10, "upstream_forbidden"),
            (200, "upstream_forbidden"),
            (190, "upstream_credential_rejected"),
            (803, "not_found"),
        ],
    )
    async def test_each_code_becomes_the_problem_that_it_means(self, code: int, problem: str) -> None:
        standin = FacebookStandIn(FacebookKnobs(failures={"acmerockets": code}))
        async with graph(standin.app) as ask:
            got = await ask(POSTS)

        assert got.body["code"] == problem
        assert standin.log.total == (3 if problem == "upstream_failed" else 1)  # what may pass is asked again
        assert TOKEN not in got.raw.decode()


async def test_a_session_of_its_own() -> None:
    """All connections to GitHub are taken by what hangs: Facebook answers as if nothing were."""
    arrived, facebook, github = asyncio.Event(), FacebookStandIn(), web.Application()

    async def hang(_: web.Request) -> web.Response:
        arrived.set()
        await asyncio.Event().wait()
        raise AssertionError

    github.router.add_get("/{path:.*}", hang)
    async with running(github) as github_url, running(facebook.app) as facebook_url:
        container = container_of(
            github={"kind": "github", "base_url": github_url, "token": "ghp_invented", "pool": {"connections": 1}},
            facebook={"kind": "facebook", "base_url": facebook_url, "token": TOKEN, "pool": {"connections": 1}},
        )
        async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
            hanging = [asyncio.ensure_future(ask(f"/api/v1/repos/acme/{name}")) for name in ("rocket", "booster")]
            await arrived.wait()
            got = await ask(POSTS)
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)

    assert got.status == 200
    assert {seen.headers.get("Authorization") for seen in facebook.log.recent} == {f"Bearer {TOKEN}"}
