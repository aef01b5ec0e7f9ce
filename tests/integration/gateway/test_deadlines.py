"""The caller's time, on real sockets: whatever upstream does, and whatever a handler forgets, the answer is there."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from dependency_injector import providers
from sanic import HTTPResponse

from app.api.edge import EdgeRequest
from app.server import create_app
from app.transport.caching.entry import Key
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Lease, Variants
from tests import faulty_upstream as faults
from tests.faulty_upstream import BLOCK, Connection, FaultyUpstream, Script, Seen
from tests.gateway import Ask, Got, asking, container_of, serving_gateway

SECONDS = 0.5
LATEST_SECONDS = SECONDS + 0.25
CAP_BYTES = 100_000
TYPED = "/api/v1/repos/acme/rocket"
MOUNT = "/github/repos/acme/lander"
STALLS = [
    *(faults.stall_before_reply, faults.stall_in_headers, faults.drip_headers, faults.stall_after_headers),
    *(faults.stall_in_body, faults.drip_body),
]


def name(script: Script) -> str:
    return getattr(script, "__name__", "")


def settings(upstream: FaultyUpstream, **more: Any) -> dict[str, Any]:
    github = {"kind": "github", "base_url": upstream.url, "mount": "/github", "limits": {"buffered_bytes": CAP_BYTES}}
    return {"github": github | more}


@asynccontextmanager
async def gateway(upstream: FaultyUpstream, **more: Any) -> AsyncIterator[Ask]:
    app = create_app(container_of(**settings(upstream, **more)))
    async with serving_gateway(app) as base_url, asking(base_url) as ask:
        yield ask


@pytest.fixture
async def upstream() -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream() as upstream:
        yield upstream


@pytest.fixture
async def ask(upstream: FaultyUpstream) -> AsyncIterator[Ask]:
    async with gateway(upstream) as ask:
        yield ask


async def timed(asking: Awaitable[Got]) -> tuple[Got, float]:
    """The answer, and after how many seconds it was there."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    return await asking, loop.time() - began


async def is_late(asking: Awaitable[Got]) -> None:
    """It is answered 504, when the caller's time is over and not much later."""
    answer, seconds = await timed(asking)
    assert answer.status == 504
    assert answer.body["code"] == "deadline_exceeded"
    assert answer.headers["X-Request-ID"]
    assert SECONDS - 0.01 <= seconds < LATEST_SECONDS


async def both_are_late(ask: Ask) -> None:
    """The typed API and the mount."""
    await asyncio.gather(*(is_late(ask(path, X_Request_Timeout=str(SECONDS))) for path in (TYPED, MOUNT)))


@pytest.mark.parametrize("fault", STALLS, ids=name)
async def test_an_upstream_that_stalls(upstream: FaultyUpstream, ask: Ask, fault: Script) -> None:
    upstream.script = fault
    await both_are_late(ask)
    assert max(Counter(seen.target for seen in upstream.seen).values()) == 1


async def test_an_upstream_that_accepts_and_says_nothing(upstream: FaultyUpstream, ask: Ask) -> None:
    upstream.greeting = faults.stall_on_accept
    await both_are_late(ask)


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE"])
async def test_what_is_asked_past_the_cache(upstream: FaultyUpstream, ask: Ask, method: str) -> None:
    upstream.script = faults.stall_before_reply
    answer, seconds = await timed(ask(MOUNT, method, X_Request_Timeout=str(SECONDS)))
    assert answer.status == 504
    assert SECONDS - 0.01 <= seconds < LATEST_SECONDS
    assert len(upstream.seen) == 1


async def test_a_handler_that_asks_one_after_the_other_has_one_deadline(upstream: FaultyUpstream, ask: Ask) -> None:
    async def elsewhere(connection: Connection, _: Seen) -> None:
        await asyncio.sleep(0.15)
        where = f"/repositories/{len(upstream.seen)}"
        await connection.answer(status="301 Moved Permanently", fields=f"Location: {where}\r\n")

    upstream.script = elsewhere
    await is_late(ask(TYPED, X_Request_Timeout=str(SECONDS)))
    assert [seen.target for seen in upstream.seen][1:] == ["/repositories/1", "/repositories/2", "/repositories/3"]


async def test_nor_has_one_that_asks_for_two_things_at_once_more(upstream: FaultyUpstream, ask: Ask) -> None:
    upstream.script = faults.stall_before_reply
    await is_late(ask(f"{TYPED}/activity", X_Request_Timeout=str(SECONDS)))
    # While nothing is known of the quota, the second asks for that first, and soon goes without.
    statistics = [seen.target for seen in upstream.seen if seen.target != "/rate_limit"]
    assert len(statistics) == len({*statistics}) == 2


async def test_two_who_ask_for_the_same_have_each_their_own(upstream: FaultyUpstream, ask: Ask) -> None:
    async def slow(connection: Connection, _: Seen) -> None:
        await asyncio.sleep(SECONDS + 0.3)
        await connection.answer()

    upstream.script = slow
    async with asyncio.TaskGroup() as group:
        patient = group.create_task(timed(ask(MOUNT, X_Request_Timeout="10")))
        await upstream.is_asked()
        await is_late(ask(MOUNT, X_Request_Timeout=str(SECONDS)))
    answer, _ = patient.result()
    assert (answer.status, len(upstream.seen)) == (200, 1)


async def test_what_is_stale_is_there_when_the_time_is_over(upstream: FaultyUpstream) -> None:
    async def soon_stale(connection: Connection, _: Seen) -> None:
        await connection.answer(b'{"old": true}', fields="Cache-Control: max-age=0, stale-if-error=600\r\n")

    upstream.scripts = [soon_stale]
    upstream.script = faults.stall_before_reply
    async with gateway(upstream, cache={"stale_while_revalidate_seconds": 0}) as ask:
        await ask(MOUNT)
        answer, seconds = await timed(ask(MOUNT, X_Request_Timeout=str(SECONDS)))
    assert (answer.status, answer.body) == (200, {"old": True})
    assert "; fwd=stale; detail=deadline_exceeded; ttl=-" in answer.headers["Cache-Status"]
    assert SECONDS - 0.1 <= seconds < LATEST_SECONDS


async def test_of_a_body_that_streams_the_head_must_be_in_time(upstream: FaultyUpstream, ask: Ask) -> None:
    async def long(connection: Connection, _: Seen) -> None:
        await connection.send(faults.declaring(8 * len(BLOCK)))
        for _at in range(8):
            await connection.send(BLOCK)
            await asyncio.sleep(0.15)

    upstream.script = long
    answer, seconds = await timed(ask(MOUNT, X_Request_Timeout=str(SECONDS)))
    assert (answer.status, len(answer.raw)) == (200, 8 * len(BLOCK))
    assert seconds > LATEST_SECONDS


# What upstream does not see.


async def test_what_is_said_to_the_gateway_stays_there(upstream: FaultyUpstream) -> None:
    async with gateway(upstream, token="the-gateways-own") as ask:
        answer = await ask(MOUNT, X_Request_Timeout="5", X_Request_Class="batch", X_Request_Other="theirs")
    (seen,) = upstream.seen
    assert answer.status == 200
    assert not {"X-Request-Timeout", "X-Request-Class"} & set(seen.headers)
    assert seen.headers["X-Request-Other"] == "theirs"
    assert "the-gateways-own" in seen.headers["Authorization"]  # to say it makes nobody a stranger


async def test_of_a_known_answer_nobody_looks_at_it(upstream: FaultyUpstream, ask: Ask) -> None:
    async def fresh(connection: Connection, _: Seen) -> None:
        await connection.answer(fields="Cache-Control: max-age=60\r\n")

    upstream.script = fresh
    assert (await ask("/api/v1/upstreams", X_Request_Timeout="soon")).status == 400
    for _ in range(2):
        assert (await ask(MOUNT, X_Request_Timeout="5")).status == 200
    assert len(upstream.seen) == 1


# Where nobody looks at the time.


class Stuck(MemoryStore):
    """A disk that does not answer."""

    def __init__(self) -> None:
        super().__init__(1_000_000)

    async def find(self, key: Key) -> Variants:
        await asyncio.Event().wait()
        return await super().find(key)


class HeldElsewhere(MemoryStore):
    """Another worker asks for the same, and does not end."""

    def __init__(self) -> None:
        super().__init__(1_000_000)

    def lease(self, key: Key) -> Lease | None:
        return None


@pytest.mark.parametrize("store", [Stuck, HeldElsewhere])
async def test_a_store_that_keeps_us_waiting(upstream: FaultyUpstream, store: Callable[[], MemoryStore]) -> None:
    container = container_of(**settings(upstream))
    with container.store.override(providers.Object(store())):
        async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
            for answer, seconds in await asyncio.gather(
                *(timed(ask(path, X_Request_Timeout=str(SECONDS))) for path in (TYPED, MOUNT))
            ):
                assert (answer.status, answer.body["code"]) == (504, "deadline_exceeded")
                assert seconds < LATEST_SECONDS
    assert upstream.seen == []


@asynccontextmanager
async def handled_by(handler: Any, **server: Any) -> AsyncIterator[tuple[Ask, str]]:
    """A gateway with a handler of the test's own at /own."""
    app = create_app(container_of(server))
    app.add_route(handler, "/own", methods=["GET", "POST"])
    async with serving_gateway(app) as base_url, asking(base_url) as ask:
        yield ask, base_url


async def test_a_handler_that_never_answers(upstream: FaultyUpstream) -> None:
    ends: list[str] = []

    async def sleeps(_: EdgeRequest) -> HTTPResponse:
        try:
            await asyncio.Event().wait()
        finally:
            ends.append("cancelled")
        raise AssertionError("nobody sets it")

    async with handled_by(sleeps) as (ask, _):
        await is_late(ask("/own", X_Request_Timeout=str(SECONDS)))
        assert ends == ["cancelled"]
        assert (await ask("/health/live", X_Request_Timeout=str(SECONDS))).status == 200
    async with handled_by(sleeps, deadline_seconds=SECONDS) as (ask, _):
        await is_late(ask("/own"))
    assert upstream.seen == []


async def test_a_body_that_never_arrives() -> None:
    async def waits(request: EdgeRequest) -> HTTPResponse:
        raise AssertionError(request.body)

    async with handled_by(waits) as (_, base_url):
        host, port = base_url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        asked = f"POST /own HTTP/1.1\r\nHost: localhost\r\nX-Request-Timeout: {SECONDS}\r\nContent-Length: 5\r\n\r\nab"
        writer.write(asked.encode())
        async with asyncio.timeout(LATEST_SECONDS):
            head = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await writer.wait_closed()
    assert head.startswith(b"HTTP/1.1 504 ")


async def test_what_has_begun_in_time_is_sent_to_its_end() -> None:
    async def streams(request: EdgeRequest) -> None:
        answer = await request.respond(content_type="text/plain")
        for piece in ("in", " the", " end"):
            await answer.send(piece)
            await asyncio.sleep(0.2)
        await answer.eof()

    async with handled_by(streams) as (ask, _):
        answer, seconds = await timed(ask("/own", X_Request_Timeout="0.1"))
    assert (answer.status, answer.raw) == (200, b"in the end")
    assert seconds > 0.1 + 0.25
