"""Clients that think they speak to a GitHub Enterprise Server, and what any client of GitHub is told of our own errors."""

import asyncio
from collections.abc import AsyncIterator
from time import time
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.serving import running
from app.server import create_app
from tests.gateway import NOWHERE, Ask, asking, container_of, serving_gateway

OURS = "ghp_of_the_gateway"


@pytest.fixture
def github() -> GitHubStandIn:
    return GitHubStandIn(Knobs(limits=Limits.alike(3)))


@pytest.fixture
async def ask(github: GitHubStandIn) -> AsyncIterator[Ask]:
    async with running(github.app) as upstream_url:
        settings = {"kind": "github", "base_url": upstream_url, "token": OURS, "mount": "/github"}
        async with serving_gateway(create_app(container_of(github=settings))) as url, asking(url) as ask:
            yield ask


class TestAliases:
    async def test_the_rest_api_is_under_api_v3_and_the_same(self, github: GitHubStandIn, ask: Ask) -> None:
        mounted = await ask("/github/repos/acme/rocket")
        enterprise = await ask("/api/v3/repos/acme/rocket")
        assert enterprise.status == mounted.status == 200
        assert enterprise.body["id"] == mounted.body["id"]
        assert len(github.log.recent) == 1, "one cache for both"

    async def test_a_version_is_told(self, ask: Ask) -> None:
        answer = await ask("/api/v3/meta")
        assert answer.status == 200
        assert answer.body["installed_version"].count(".") == 2

    async def test_without_a_mount_there_are_none(self) -> None:
        container = container_of(github={"kind": "github", "base_url": NOWHERE})
        async with serving_gateway(create_app(container)) as url, asking(url) as ask:
            assert (await ask("/api/v3/meta")).status == 404
            assert (await ask("/api/graphql")).status == 404


class TestErrors:
    async def test_a_spent_quota_is_told_as_github_tells_it(self, github: GitHubStandIn, ask: Ask) -> None:
        for page in range(1, 4):
            assert (await ask(f"/github/repos/acme/rocket/issues?page={page}")).status == 200
        refused = await ask("/github/repos/acme/rocket/tags")
        assert len(github.log.recent) == 3, "it was not asked"
        assert refused.status == 403
        assert refused.body["message"].startswith("API rate limit exceeded")
        assert (refused.body["status"], refused.body["code"]) == ("403", "upstream_quota_spent")
        assert "rate-limits" in refused.body["documentation_url"]
        fields = refused.headers
        assert fields["x-ratelimit-remaining"] == "0"
        assert (fields["x-ratelimit-limit"], fields["x-ratelimit-resource"]) == ("3", "core")
        wait = int(fields["x-ratelimit-reset"]) - time()
        assert abs(wait - int(fields["Retry-After"])) <= 2
        assert fields["X-Request-ID"]
        assert fields["Content-Type"] == "application/json; charset=utf-8"

    async def test_the_typed_api_keeps_its_own(self, ask: Ask) -> None:
        for page in range(1, 4):
            assert (await ask(f"/github/repos/acme/rocket/issues?page={page}")).status == 200
        refused = await ask("/api/v1/repos/acme/rocket/tags")
        assert (refused.status, refused.body["code"]) == (429, "upstream_quota_spent")
        assert refused.headers["Content-Type"] == "application/problem+json"

    @pytest.mark.parametrize("path", ["/github/repos/acme/rocket", "/api/v3/repos/acme/rocket", "/api/graphql"])
    async def test_an_upstream_that_is_down(self, path: str) -> None:
        container = container_of(github={"kind": "github", "base_url": NOWHERE, "mount": "/github"})
        async with serving_gateway(create_app(container)) as url, asking(url) as ask:
            answer = await ask(path)
        assert answer.status == 502
        assert answer.body["code"] == "upstream_unreachable"
        assert {"message", "documentation_url", "status"} <= answer.body.keys()

    async def test_what_is_refused_before_it_is_routed(self, ask: Ask) -> None:
        refused = await ask("/github/repos/acme/rocket", X_Request_Timeout="soon")
        assert refused.status == 400
        assert "X-Request-Timeout" in refused.body["message"]

    async def test_an_upstream_of_another_kind_has_problem_json(self) -> None:
        container = container_of(plain={"kind": "http", "base_url": NOWHERE, "mount": "/plain"})
        async with serving_gateway(create_app(container)) as url, asking(url) as ask:
            answer = await ask("/plain/thing")
        assert (answer.status, answer.headers["Content-Type"]) == (502, "application/problem+json")


class GraphQL:
    """Answers when it is told to, and counts."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str | None]] = []
        self.gate = asyncio.Event()
        self.both_asked = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        body: dict[str, Any] = await request.json()
        self.asked.append((body["query"], request.headers.get("Authorization")))
        if len(self.asked) == 2:
            await asyncio.sleep(0.1)  # for others to come who should not
            self.both_asked.set()
        await self.gate.wait()
        return web.json_response({"data": {"viewer": {"login": "ann"}}})


async def test_graphql_through_the_alias() -> None:
    """Queries that are the same are asked once; a mutation always; and our own token only reads."""
    upstream = GraphQL()
    application = web.Application()
    application.router.add_post("/graphql", upstream.answer)
    query = {"query": "{ viewer { login } }"}
    mutation = {"query": 'mutation { addStar(input: {starrableId: "x"}) { clientMutationId } }'}
    async with TestServer(application) as server:
        settings = {"kind": "github", "base_url": str(server.make_url("/")), "token": OURS, "mount": "/github"}
        async with (
            serving_gateway(create_app(container_of(github=settings))) as url,
            aiohttp.ClientSession(url) as caller,
        ):

            async def ask(path: str, body: dict[str, str], who: str | None) -> int:
                headers = {} if who is None else {"Authorization": f"Bearer {who}"}
                async with caller.post(path, json=body, headers=headers) as answer:
                    return answer.status

            asking_once = [
                asyncio.create_task(ask(path, query, who))
                for path in ("/api/graphql", "/github/graphql")
                for who in ("ann", "ann", "bob")
            ]
            async with asyncio.timeout(5):
                await upstream.both_asked.wait()
            upstream.gate.set()
            assert await asyncio.gather(*asking_once) == [200] * 6
            assert sorted(who or "" for _, who in upstream.asked) == ["Bearer ann", "Bearer bob"]
            await ask("/api/graphql", query, None)
            await ask("/api/graphql", mutation, None)
    assert [who for _, who in upstream.asked[2:]] == [f"Bearer {OURS}", None]
