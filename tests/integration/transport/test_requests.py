"""What upstream sees of a request: never another origin, never another base path, never a second request inside one."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from multidict import CIMultiDict

from app.clients.http import PlainDialect
from app.errors import InvalidRequest
from app.identity import Identity
from app.journal.journal import Journal
from app.transport.budget.ledger import Ledger
from app.transport.caching.memory import MemoryStore
from app.transport.caching.policy import Freshness, FreshnessPolicy
from app.transport.exchange import Request
from app.transport.health import Health
from app.transport.pipeline import build_pipeline
from tests.faulty_upstream import Connection, FaultyUpstream, Seen
from tests.integration.transport.rig import LIMITS, SECRET, Rig, a_rig, keeps_the_secret
from tests.weather import ONCE

BASE = "/api/v3/"


@pytest.fixture
async def enterprise(upstream: FaultyUpstream) -> AsyncIterator[Rig]:
    """The same upstream with a base path, as GitHub Enterprise Server has it."""
    async with a_rig(upstream.url.rstrip("/") + BASE) as rig:
        yield rig
        await rig.comes_to_rest(upstream)


@pytest.mark.parametrize(
    "target",
    [
        "repos/acme/rocket",
        "repos/acme/rocket/issues?page=2&per_page=100",
        "repos/acme/rocket/contents/a%20b%2Fc",
        "repos/acme/rocket/compare/v1...v2",
        "repos/acme/rocket/contents/.github/workflows",
        "search/code?q=path%3A..%2Fx+repo:a/b/../c",
        "search/code?q=/../",
        "",
        "?page=2",
        "//evil.example/x",
        "/evil.example/x",
        "@evil.example/x",
        ":80/x",
        ":pass@evil.example/x",
        "http://evil.example/x",
        "https:evil.example",
        r"\\evil.example\x",
        "x;param=1",
        "%zz",
        '{"|^`}',
    ],
)
async def test_a_target_arrives_as_it_is_under_the_base_path_of_the_origin(
    upstream: FaultyUpstream, enterprise: Rig, target: str
) -> None:
    assert (await enterprise.whole(target)).status == 200
    (seen,) = upstream.seen
    assert seen.target == BASE + target
    assert seen.headers["Host"] == f"127.0.0.1:{upstream.port}"


@pytest.mark.parametrize(
    "target",
    [
        "..",
        "../",
        "../x",
        "../../login",
        "repos/../../../login",
        "repos/..",
        "repos/..?x=1",
        "./x",
        "%2e%2e/x",
        "%2E%2E/x",
        ".%2e/x",
        "x/%2e%2E",
        "x/..%2fy",
        "x%2F..%2Fy",
        r"..\x",
        r"x\..\y",
        "x%5c..%5cy",
    ],
)
async def test_a_target_that_climbs_out_of_the_base_path_is_refused_and_not_sent(
    upstream: FaultyUpstream, enterprise: Rig, target: str
) -> None:
    failure = await enterprise.failure(target)
    assert type(failure.error) is InvalidRequest
    assert upstream.connections == []
    await enterprise.recovers(upstream)


@pytest.mark.parametrize(
    "target",
    [
        "a b",
        "x HTTP/1.1\r\nHost: evil.example\r\n\r\nGET /y",
        "x\r\nX-Injected: 1",
        "x\nX-Injected: 1",
        "x\rX-Injected: 1",
        "x\x00y",
        "x\ty",
        "x\x7fy",
        "\n//evil.example",
        "x#fragment",
        "käse",
        "x\u2028y",
        "x\u010a\u010dy",
        "x\udc80y",
    ],
)
async def test_a_target_that_does_not_fit_a_request_line_is_refused_and_not_sent(
    upstream: FaultyUpstream, enterprise: Rig, target: str
) -> None:
    failure = await enterprise.failure(target)
    assert type(failure.error) is InvalidRequest
    assert failure.error.__context__ is None
    assert upstream.connections == []
    await enterprise.recovers(upstream)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Thing", "a\r\nX-Injected: 1"),
        ("X-Thing", "a\nX-Injected: 1"),
        ("X-Thing", "a\rX-Injected: 1"),
        ("X-Thing", "a\x00b"),
        ("X-Thing\r\nX-Injected", "1"),
        ("X-Thing: 1\nX-Injected", "1"),
        ("X-Thing:", "1"),
        ("X Thing", "1"),
        ("Transfer-Encoding ", "chunked"),
        (" Host", "evil.example"),
        ("", "1"),
        ("X-Kä", "1"),
        ("X-\udc80", "1"),
        # aiohttp would leave the byte out, and say nothing of it.
        ("X-Thing", "a\udcfcb"),
        ("Accept", "a\udcfcb"),
        # What belongs to the connection or frames the message is the wire's own.
        ("Host", "evil.example"),
        ("hOST", "evil.example"),
        ("Connection", "close"),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Expect", "100-continue"),
        ("Transfer-Encoding", "chunked"),
        ("TE", "trailers"),
        ("Trailer", "X"),
        ("Keep-Alive", "timeout=5"),
        ("Proxy-Authorization", "Basic eDp5"),
        ("Proxy-Connection", "close"),
        ("Content-Length", "5"),
        ("Content-Length", "-1"),
        ("Content-Length", "0, 5"),
    ],
)
async def test_a_field_that_could_change_the_message_is_refused_and_not_sent(
    upstream: FaultyUpstream, rig: Rig, name: str, value: str
) -> None:
    failure = await rig.failure(headers={name: value})
    assert type(failure.error) is InvalidRequest
    assert failure.error.__context__ is None
    assert failure.error.faults[0].place == "header"
    assert upstream.seen == []
    await rig.recovers(upstream)


async def test_utf8_arrives_as_it_is(upstream: FaultyUpstream, rig: Rig) -> None:
    await rig.ask("thing", headers={"X-Odd": "a\u00fcb"})
    assert b"a\xc3\xbcb" in upstream.seen[0].head


async def test_a_refused_credential_is_not_quoted(upstream: FaultyUpstream, rig: Rig) -> None:
    failure = await rig.failure(headers={"X-Token": f"{SECRET}\n"})
    assert type(failure.error) is InvalidRequest
    assert SECRET not in failure.error.detail


@pytest.mark.parametrize("method", ["GET /evil HTTP/1.1\r\nX: ", "GE T", "", "GET\x00"])
async def test_a_method_that_is_none_is_refused(upstream: FaultyUpstream, rig: Rig, method: str) -> None:
    failure = await rig.failure(method=method)
    assert type(failure.error) is InvalidRequest
    assert failure.error.__context__ is None
    assert upstream.seen == []
    await rig.recovers(upstream)


@pytest.mark.parametrize(("length", "body"), [("0", None), ("4", b"body")])
async def test_a_content_length_that_is_true_may_stay(
    upstream: FaultyUpstream, rig: Rig, length: str, body: bytes | None
) -> None:
    await rig.ask(method="POST", headers={"Content-Length": length}, body=body)
    assert upstream.seen[0].headers.getall("Content-Length") == [length]


async def test_two_content_lengths_are_refused(upstream: FaultyUpstream, rig: Rig) -> None:
    headers = CIMultiDict([("Content-Length", "4"), ("Content-Length", "4")])
    with pytest.raises(InvalidRequest):
        await rig.stage.send(Request("POST", "thing", headers, b"body"))
    assert upstream.seen == []


@pytest.mark.parametrize("length", [None, "10"])
async def test_a_body_may_be_a_stream_with_or_without_a_known_length(
    upstream: FaultyUpstream, rig: Rig, length: str | None
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"hello"
        await asyncio.sleep(0.01)
        yield b"world"

    headers = CIMultiDict({"Content-Length": length} if length else {})
    await rig.stage.send(Request("POST", "thing", headers, body()))
    (seen,) = upstream.seen
    assert seen.body == b"helloworld"
    assert ("Transfer-Encoding" in seen.headers) is (length is None)


async def test_cookies_are_neither_kept_nor_sent_back(upstream: FaultyUpstream, rig: Rig) -> None:
    async def baking(connection: Connection, _: Seen) -> None:
        await connection.answer(fields="Set-Cookie: session=of-somebody; Path=/\r\n")

    upstream.script = baking
    for _ in range(2):
        reply = await rig.whole()
        assert reply.headers["Set-Cookie"].startswith("session=")
    assert all("Cookie" not in request.headers for request in upstream.seen)
    assert len(rig.session.client.cookie_jar) == 0


async def test_only_gzip_is_asked_for_unless_the_request_says_otherwise(upstream: FaultyUpstream, rig: Rig) -> None:
    await rig.ask()
    await rig.ask(headers={"Accept-Encoding": "identity", "User-Agent": "somebody"})
    first, second = upstream.seen
    assert first.headers.getall("Accept-Encoding") == ["gzip"]
    assert first.headers["User-Agent"] == "headgate-test"
    assert second.headers.getall("Accept-Encoding") == ["identity"]
    assert second.headers["User-Agent"] == "somebody"


async def test_a_request_without_a_body_brings_no_content_type(upstream: FaultyUpstream, rig: Rig) -> None:
    for method in ("GET", "HEAD", "DELETE"):
        await rig.ask(method=method)
    assert all("Content-Type" not in request.headers for request in upstream.seen)


async def test_a_large_body_arrives_whole(upstream: FaultyUpstream, rig: Rig) -> None:
    body = bytes(range(256)) * 8 * 1024
    await rig.ask(method="PUT", body=body)
    (seen,) = upstream.seen
    assert seen.body == body
    assert seen.headers["Content-Length"] == str(len(body))


async def test_redirects_are_not_followed_by_the_wire(upstream: FaultyUpstream, rig: Rig) -> None:
    async def elsewhere(connection: Connection, _: Seen) -> None:
        await connection.answer(b"", status="301 Moved", fields="Location: http://evil.example/\r\n")

    upstream.script = elsewhere
    reply = await rig.whole()
    assert (reply.status, reply.headers["Location"]) == (301, "http://evil.example/")
    assert len(upstream.seen) == 1


async def test_a_request_that_cannot_be_sent_says_nothing_about_the_upstream(
    upstream: FaultyUpstream, rig: Rig
) -> None:
    health, own = Health(), Identity("gateway")
    policy, store = FreshnessPolicy(Freshness()), MemoryStore(1_000)
    pipeline = build_pipeline(
        rig.session, upstream.url, LIMITS, PlainDialect(), own, health, store, policy, Ledger(), Journal(), ONCE
    )
    with pytest.raises(InvalidRequest):
        await pipeline.entrance.send(Request("GET", "../x"))
    assert (health.reachable, health.last_failure) == (None, None)


def test_a_request_does_not_show_its_headers() -> None:
    request = Request("GET", "thing", CIMultiDict({"Authorization": f"Bearer {SECRET}"}))
    assert SECRET not in repr(request)
    keeps_the_secret(ValueError(request))
