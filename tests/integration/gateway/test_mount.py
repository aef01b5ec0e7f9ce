"""A mount of a plain upstream, on real sockets: what is relayed, and what a cache between the two must do."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from app.server import create_app
from tests.faulty_upstream import Connection, FaultyUpstream, Script, Seen
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


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "get", "X" * 40])
async def test_what_is_no_method_for_a_mount_is_refused(upstream: FaultyUpstream, base_url: str, method: str) -> None:
    asked = f"{method} /plain/x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode()

    assert (await sent_raw(base_url, asked)).status == 405
    assert upstream.seen == []


async def test_what_is_no_method_at_all_is_no_request(upstream: FaultyUpstream, base_url: str) -> None:
    assert (await sent_raw(base_url, b"G@T /plain/x HTTP/1.1\r\nHost: a\r\n\r\n")).status == 400
    assert upstream.seen == []


async def test_an_unknown_method_is_still_refused_where_nothing_is_mounted(base_url: str, ask: Ask) -> None:
    assert (await ask("/api/v1/repos/acme/rocket", "M-SEARCH")).status == 405
    assert (await ask("/no/such/thing", "M-SEARCH")).status == 404


def saying(*lines: str, body: bytes = b"{}") -> Script:
    """A reply with these field lines."""

    async def script(connection: Connection, _: Seen) -> None:
        await connection.answer(body, fields="".join(f"{line}\r\n" for line in lines))

    return script


async def test_what_came_before_us_stays_and_we_add_a_line(upstream: FaultyUpstream, ask: Ask) -> None:
    upstream.script = saying(
        "Age: 7", "Via: 1.1 edge", "Cache-Status: edge; hit", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Request-ID: its"
    )
    answer = await ask("/plain/x", X_Request_ID="ours")

    assert answer.headers.getall("Age") == ["7"]
    assert answer.headers.getall("Via") == ["1.1 edge", "1.1 headgate"]
    assert answer.headers.getall("Cache-Status") == ["edge; hit", "headgate; fwd=uri-miss; fwd-status=200"]
    assert answer.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert answer.headers.getall("X-Request-ID") == ["ours"]


async def test_a_stored_reply_has_one_age(upstream: FaultyUpstream, ask: Ask) -> None:
    upstream.script = saying("Age: 7", "Cache-Control: max-age=60", "Via: 1.1 edge")
    first, second = await ask("/plain/x"), await ask("/plain/x")

    for answer in (first, second):
        (age,) = answer.headers.getall("Age")
        assert int(age) in {7, 8}
        assert answer.headers.getall("Via") == ["1.1 edge", "1.1 headgate"]
    assert second.headers.getall("Cache-Status")[-1].startswith("headgate; hit")


async def test_a_stream_keeps_its_repeated_fields(upstream: FaultyUpstream, base_url: str, ask: Ask) -> None:
    upstream.script = saying("Set-Cookie: a=1", "Set-Cookie: b=2", "Via: 1.1 edge", body=b"x" * (9 * 2**20))
    answer = await ask("/plain/large")

    assert (len(answer.raw), answer.headers.getall("Set-Cookie")) == (9 * 2**20, ["a=1", "b=2"])
    assert answer.headers.getall("Via") == ["1.1 edge", "1.1 headgate"]


async def test_the_fields_of_a_connection_stay_on_it_in_both_directions(upstream: FaultyUpstream, ask: Ask) -> None:
    upstream.script = saying(
        "Connection: X-Hop, close", "X-Hop: 1", "Keep-Alive: timeout=5", "Upgrade: h2c", "X-End: 2"
    )
    answer = await ask("/plain/x", Connection="X-Mine, keep-alive", X_Mine="1", TE="trailers", X_Yours="2")

    assert not {"X-Hop", "Keep-Alive", "Upgrade"} & set(answer.headers)
    assert answer.headers["X-End"] == "2"
    (seen,) = upstream.seen
    assert not {"X-Mine", "TE", "Connection"} & set(seen.headers)
    assert seen.headers["X-Yours"] == "2"


async def test_a_stored_reply_answers_a_head_a_condition_and_a_range(upstream: FaultyUpstream, ask: Ask) -> None:
    upstream.script = saying("Cache-Control: max-age=60", 'ETag: "one"', body=b"0123456789")
    await ask("/plain/x")
    head = await ask("/plain/x", "HEAD")
    unchanged = await ask("/plain/x", If_None_Match='"one"')
    part = await ask("/plain/x", Range="bytes=2-3")

    assert (head.status, head.headers["Content-Length"], head.raw) == (200, "10", b"")
    assert (unchanged.status, unchanged.headers["ETag"], unchanged.raw) == (304, '"one"', b"")
    assert (part.status, part.headers["Content-Range"], part.raw) == (206, "bytes 2-3/10", b"23")
    assert len(upstream.seen) == 1


async def test_only_if_cached_is_answered_here(upstream: FaultyUpstream, ask: Ask) -> None:
    assert (await ask("/plain/x", Cache_Control="only-if-cached")).status == 504
    assert upstream.seen == []


async def test_a_write_makes_upstream_be_asked_again_but_a_failed_one_does_not(
    upstream: FaultyUpstream, ask: Ask
) -> None:
    async def failing(connection: Connection, _: Seen) -> None:
        await connection.answer(status="500 Internal Server Error")

    upstream.script = saying("Cache-Control: max-age=60")
    await ask("/plain/x")
    upstream.scripts = [failing]
    await ask("/plain/x", "M-SEARCH")
    assert "; hit" in (await ask("/plain/x")).headers["Cache-Status"]
    await ask("/plain/x", "M-SEARCH")
    assert "; hit" not in (await ask("/plain/x")).headers["Cache-Status"]
