"""A mount of a plain upstream, on real sockets: what is relayed, and what a cache between the two must do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.server import create_app
from tests.faulty_upstream import FaultyUpstream
from tests.gateway import Ask, asking, container_of, sent_raw, serving_gateway


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as upstream:
        yield upstream


@pytest.fixture
async def base_url(upstream: FaultyUpstream) -> AsyncIterator[str]:
    settings: dict[str, Any] = {"kind": "http", "base_url": upstream.url, "mount": "/plain"}
    async with serving_gateway(create_app(container_of(plain=settings))) as url:
        yield url


@pytest.fixture
async def ask(base_url: str) -> AsyncIterator[Ask]:
    async with asking(base_url) as ask:
        yield ask


@pytest.mark.parametrize("method", ["M-SEARCH", "PURGE", "QUERY", "REPORT", "PATCH"])
async def test_any_method_is_relayed(upstream: FaultyUpstream, ask: Ask, method: str) -> None:
    answer = await ask("/plain/things?a=1", method)

    assert answer.status == 200
    assert [(seen.method, seen.target) for seen in upstream.seen] == [(method, "/things?a=1")]


async def test_the_root_of_a_mount_takes_any_method_too(upstream: FaultyUpstream, ask: Ask) -> None:
    assert (await ask("/plain/", "M-SEARCH")).status == 200
    assert [(seen.method, seen.target) for seen in upstream.seen] == [("M-SEARCH", "/")]


async def test_the_body_of_an_unknown_method_is_relayed(upstream: FaultyUpstream, base_url: str) -> None:
    asked = b"M-SEARCH /plain/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc"

    assert (await sent_raw(base_url, asked)).status == 200
    assert [seen.body for seen in upstream.seen] == [b"abc"]


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "get", "G@T", "X" * 40])
async def test_what_is_no_method_for_a_mount_is_refused(upstream: FaultyUpstream, base_url: str, method: str) -> None:
    asked = f"{method} /plain/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()

    assert (await sent_raw(base_url, asked)).status == 405
    assert upstream.seen == []


async def test_an_unknown_method_is_still_refused_where_nothing_is_mounted(base_url: str, ask: Ask) -> None:
    assert (await ask("/api/v1/repos/acme/rocket", "M-SEARCH")).status == 405
    assert (await ask("/no/such/thing", "M-SEARCH")).status == 404
