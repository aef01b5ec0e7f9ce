"""/api/v1/cache: anybody may look, only who runs the gateway may make it forget."""

import json
from collections.abc import AsyncIterator

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from app.container import Container
from app.server import create_app
from app.transport.caching.entry import Content, Entry, Key
from tests.gateway import Ask, asking, container_of, sent_raw, serving_gateway

CACHE = "/api/v1/cache"


@pytest.fixture
def container() -> Container:
    return container_of()


@pytest.fixture
async def ask(container: Container) -> AsyncIterator[Ask]:
    async with serving_gateway(create_app(container)) as url, asking(url) as ask:
        store = container.store()
        for target in ("repos/acme/rocket", "repos/acme/rocket/tags", "users/mira"):
            entry = Entry(
                200, CIMultiDictProxy(CIMultiDict()), Content(b"body"), requested_at=0, born_at=0, fresh_seconds=60
            )
            store.keep(Key("github", "anonymous", target), entry)
        yield ask


async def entries(ask: Ask) -> int:
    answer = await ask(CACHE)
    count: int = answer.body["entries"]
    return count


async def test_the_state(ask: Ask) -> None:
    answer = await ask(CACHE)

    assert answer.status == 200
    assert answer.body["store"] == "memory"
    assert answer.body["scope"] == "worker", "each of the other workers has its own"
    assert (answer.body["entries"], answer.body["max_bytes"]) == (3, 512 * 2**20)
    assert (await ask(f"{CACHE}/")).status == (await ask(CACHE, "HEAD")).status == 200


async def test_the_state_is_never_remembered(ask: Ask) -> None:
    assert await entries(ask) == 3
    await ask(f"{CACHE}?pattern=github/users/*", "DELETE")
    assert await entries(ask) == 2


@pytest.mark.parametrize(
    ("query", "pattern", "removed"),
    [
        ("", "*", 3),
        ("?pattern=github/repos/acme/*", "github/repos/acme/*", 2),
        ("?pattern=github%2Fusers%2F%2A", "github/users/*", 1),
        ("?pattern=http://127.0.0.1:9/users/mira", "http://127.0.0.1:9/users/mira", 1),
    ],
)
async def test_what_matches_is_forgotten(ask: Ask, query: str, pattern: str, removed: int) -> None:
    answer = await ask(CACHE + query, "DELETE")

    assert answer.status == 200
    assert answer.body == {"pattern": pattern, "scope": "worker", "removed": removed}
    assert await entries(ask) == 3 - removed


@pytest.mark.parametrize(
    "query", ["?pattern=", "?pattern=gitlab/*", "?patern=*", "?pattern=*&pattern=*", "?pattern=" + "x" * 2049]
)
async def test_a_pattern_that_cannot_be_meant_is_refused(ask: Ask, query: str) -> None:
    answer = await ask(CACHE + query, "DELETE")

    assert (answer.status, answer.body["code"]) == (400, "invalid_request")
    assert await entries(ask) == 3


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"X_Forwarded_For": "127.0.0.1"}, "operators_only"),
        ({"Forwarded": "for=10.0.0.1"}, "operators_only"),
        ({"Host": "headgate.example"}, "operators_only"),
        ({"Origin": "https://evil.example"}, "cross_site_write"),
        ({"Sec_Fetch_Site": "cross-site"}, "cross_site_write"),
        ({"Host": "evil.example:8000", "Origin": "http://evil.example:8000", "Sec_Fetch_Site": "same-origin"}, "operators_only"),
    ],
)  # fmt: skip
async def test_nobody_else_makes_it_forget(ask: Ask, headers: dict[str, str], code: str) -> None:
    answer = await ask(CACHE, "DELETE", **headers)

    assert (answer.status, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert answer.body["code"] == code
    assert await entries(ask) == 3


async def test_other_methods_are_told_what_is_offered(ask: Ask) -> None:
    answer = await ask(CACHE, "POST")

    assert (answer.status, answer.headers["Allow"]) == (405, "DELETE, GET, HEAD, OPTIONS")


async def test_a_caller_without_a_host_is_no_operator(container: Container) -> None:
    async with serving_gateway(create_app(container)) as url:
        answer = await sent_raw(url, b"DELETE /api/v1/cache HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.status == 400
    assert json.loads(answer.body)["code"] == "invalid_request"
