"""GET /metrics of a gateway on a socket."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client.parser import text_string_to_metric_families

from app.container import Container
from app.server import create_app
from app.settings import Settings
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.gateway import Ask, asking, serving_gateway

USER = "/github/users/octocat"
OWN = "ghp_the_gateways_own"
QUOTA = (
    "X-RateLimit-Limit: 5000\r\nX-RateLimit-Remaining: 4000\r\nX-RateLimit-Used: 1000\r\n"
    "X-RateLimit-Reset: 4102444800\r\nX-RateLimit-Resource: core\r\n"
)
FRESH = "Content-Type: application/json\r\nCache-Control: private, max-age=60\r\n"
IN_USE = "headgate_pool_connections_in_use"
QUOTA_LABELS = {"upstream": "github", "resource": "core", "credential": "gateway"}
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def replying(connection: Connection, seen: Seen) -> None:
    await connection.answer(b'{"id": 1}', fields=FRESH + QUOTA)


@asynccontextmanager
async def gateway(upstream: FaultyUpstream, **settings: Any) -> AsyncIterator[Ask]:
    github = {"kind": "github", "base_url": upstream.url, "token": OWN, "mount": "/github"}
    container = Container(
        settings=Settings.model_validate(
            {
                "cache": {"store": "memory"},
                "usage": {"path": None},
                "upstreams": {"github": github},
                **settings,
            }
        )
    )
    async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
        yield ask


def numbers(page: bytes) -> Numbers:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
    }


def one(found: Numbers, name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


async def told(ask: Ask, is_there: Callable[[Numbers], bool]) -> Numbers:
    """The page, once it is as wanted: the journal is read four times a second, and gauges are looked at once."""
    async with asyncio.timeout(10):
        async for found in pages(ask):
            if is_there(found):
                break
    return found


async def pages(ask: Ask) -> AsyncIterator[Numbers]:
    while True:
        yield numbers((await ask("/metrics")).raw)
        await asyncio.sleep(0.05)


async def test_what_was_asked_is_counted() -> None:
    async with FaultyUpstream() as upstream:
        upstream.script = replying
        async with gateway(upstream) as ask:
            for _ in range(3):
                assert (await ask(USER + "?page=in-a-query")).status == 200
            assert (await ask("/nothing/here/secret-in-a-path")).status == 404
            found = await told(ask, lambda found: one(found, "headgate_quota_limit", **QUOTA_LABELS) is not None)
            page = (await ask("/metrics")).raw
    mount = {"route": "/github/*"}
    assert one(found, "headgate_requests_total", method="GET", status_class="2xx", caller="local", **mount) == 3
    assert one(found, "headgate_requests_total", method="GET", status_class="4xx", caller="local", route="-") == 1
    assert one(found, "headgate_cache_outcomes_total", outcome="miss", **mount) == 1
    assert one(found, "headgate_cache_outcomes_total", outcome="hit", **mount) == 2
    assert one(found, "headgate_points_saved_total", caller="local") == 2
    assert one(found, "headgate_request_seconds_count", **mount) == 3
    assert one(found, "headgate_problems_total", code="no_such_resource") == 1
    assert one(found, "headgate_upstream_requests_total", upstream="github", status="200", resource="core") == 1
    assert one(found, "headgate_upstream_points_total", upstream="github", resource="core") == 1
    assert one(found, "headgate_quota_remaining", **QUOTA_LABELS) == 4000
    assert one(found, "headgate_breaker_state", upstream="github") == 0
    assert one(found, "headgate_workers") == 1
    assert one(found, "headgate_memory_entries") == 1
    for secret in (OWN, "in-a-query", "secret-in-a-path", "octocat"):
        assert secret.encode() not in page


async def test_its_forms() -> None:
    async with FaultyUpstream() as upstream, gateway(upstream) as ask:
        plain = await ask("/metrics")
        assert plain.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert plain.headers["X-Request-ID"]
        assert plain.headers["Cache-Control"] == "no-store"
        prometheus = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
        openmetrics = await ask("/metrics", Accept=prometheus)
        assert openmetrics.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
        assert openmetrics.raw.endswith(b"# EOF\n")
        nothing = await ask("/metrics", method="HEAD")
        assert (nothing.status, nothing.raw) == (200, b"")
        assert (await ask("/metrics", method="POST")).status == 405


async def test_only_operators_may_read_them() -> None:
    async with FaultyUpstream() as upstream, gateway(upstream) as ask:
        for field in ("X-Forwarded-For", "Forwarded"):
            refused = await ask("/metrics", **{field: "for=192.0.2.1"})
            assert (refused.status, refused.body["code"]) == (403, "operators_only")


async def test_or_anyone_where_the_settings_say_so() -> None:
    async with FaultyUpstream() as upstream, gateway(upstream, metrics={"access": "anyone"}) as ask:
        assert (await ask("/metrics", X_Forwarded_For="192.0.2.1")).status == 200


async def test_connections_in_use_are_those_that_carry_a_request() -> None:
    """Pins a private name of aiohttp's: `BaseConnector._acquired`."""
    release = asyncio.Event()

    async def slow(connection: Connection, seen: Seen) -> None:
        await release.wait()
        await replying(connection, seen)

    async with FaultyUpstream() as upstream:
        upstream.script = slow
        async with gateway(upstream) as ask:
            asked = asyncio.gather(*(ask(f"/github/users/{number}") for number in range(3)))
            await told(ask, lambda found: one(found, IN_USE, upstream="github") == 3)
            release.set()
            assert {answer.status for answer in await asked} == {200}
            await told(ask, lambda found: one(found, IN_USE, upstream="github") == 0)
