"""One stored reply in the form that each caller of a mount asks for, over a socket: fields and bytes fit together."""

import gzip
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.server import create_app
from tests.gateway import Ask, asking, container_of, sent_raw, serving_gateway

BODY = b"0123456789" * 100
PACKED = gzip.compress(BODY, mtime=0)
PLAIN = {"Accept-Encoding": "identity"}


class Upstream:
    """Sends gzip to who takes it; counts what it is asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request)
        headers = {"Cache-Control": "max-age=60", "ETag": '"one"', "Vary": "Accept-Encoding"}
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return web.Response(body=BODY, headers=headers)
        return web.Response(body=PACKED, headers={**headers, "Content-Encoding": "gzip"})


@pytest.fixture
def upstream() -> Upstream:
    return Upstream()


@pytest.fixture
async def ask(upstream: Upstream) -> AsyncIterator[Ask]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", upstream.answer)
    async with TestServer(application) as server:
        container = container_of(plain={"kind": "http", "base_url": str(server.make_url("/")), "mount": "/plain"})
        async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
            yield ask


async def test_each_range_has_its_own_fields(ask: Ask, upstream: Upstream) -> None:
    await ask("/plain/thing", **PLAIN)
    for first in (0, 10, 25, 10):
        part = await ask("/plain/thing", Range=f"bytes={first}-{first + 4}", **PLAIN)
        assert (part.status, part.raw) == (206, BODY[first : first + 5])
        assert part.headers["Content-Range"] == f"bytes {first}-{first + 4}/1000"
        assert part.headers["Content-Length"] == "5"
    beyond = await ask("/plain/thing", Range="bytes=5000-", **PLAIN)
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, "bytes */1000")
    assert len(upstream.asked) == 1


async def test_each_coding_has_its_own_tag(ask: Ask, upstream: Upstream) -> None:
    for _ in range(2):
        packed = await ask("/plain/thing", Accept_Encoding="gzip")
        plain = await ask("/plain/thing", **PLAIN)
        assert packed.raw == plain.raw == BODY  # aiohttp has unpacked the first
        assert (packed.headers["ETag"], packed.headers["Content-Encoding"]) == ('"one"', "gzip")
        assert plain.headers["ETag"] == 'W/"one"'
        assert (packed.headers["Content-Length"], plain.headers["Content-Length"]) == (str(len(PACKED)), "1000")
    assert len(upstream.asked) == 1


async def test_so_it_is_in_a_304(ask: Ask) -> None:
    await ask("/plain/thing", **PLAIN)
    for _ in range(2):
        packed = await ask("/plain/thing", Accept_Encoding="gzip", If_None_Match='"one"')
        plain = await ask("/plain/thing", If_None_Match='W/"one"', **PLAIN)
        assert (packed.status, plain.status) == (304, 304)
        assert (packed.headers["ETag"], plain.headers["ETag"]) == ('"one"', 'W/"one"')


@pytest.mark.parametrize("stored", [False, True])
async def test_a_head_of_a_packed_thing(ask: Ask, stored: bool) -> None:
    if stored:
        await ask("/plain/thing")
    head = await ask("/plain/thing", "HEAD", **PLAIN)
    assert (head.status, head.raw) == (200, b"")
    assert "Content-Encoding" not in head.headers


async def test_what_a_write_is_answered(ask: Ask) -> None:
    assert (await ask("/plain/thing", "POST", **PLAIN)).raw == BODY


async def test_the_absolute_form_of_a_target_means_the_same(upstream: Upstream) -> None:
    """RFC 9112 section 3.2.2."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", upstream.answer)
    async with TestServer(application) as server:
        container = container_of(plain={"kind": "http", "base_url": str(server.make_url("/")), "mount": "/plain"})
        async with serving_gateway(create_app(container)) as base_url:
            request = f"GET {base_url}/plain/a//b?c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            assert (await sent_raw(base_url, request.encode())).status == 200
    assert [request.raw_path for request in upstream.asked] == ["/a//b?c"]
