"""How often upstream sees a request, on real sockets, with the retry stage above the wire."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.utils import formatdate
from math import ceil

import pytest
from multidict import CIMultiDict

from app.clients.http import PlainDialect
from app.errors import Disconnected, Unreachable, UpstreamTimeout
from app.transport.exchange import Buffered, Request, Streamed
from app.transport.health import Health
from app.transport.retry.allowance import FLOOR, Allowance
from app.transport.retry.rules import RetryRules
from app.transport.retry.stage import Retry
from tests import faulty_upstream as faults
from tests.faulty_upstream import HEALTHY_BODY, Connection, FaultyUpstream, Script, Seen
from tests.integration.transport.rig import LIMITS, NOISE_SECONDS, Rig, a_rig

RULES = RetryRules(attempts=3, backoff_seconds=0.02)


def answering(status: str, fields: str = "", body: bytes = b"") -> Script:
    async def play(connection: Connection, _: Seen) -> None:
        await connection.answer(body, status=status, fields=fields)

    return play


UNAVAILABLE = answering("503 Service Unavailable")


def retrying(rig: Rig, rules: RetryRules = RULES) -> Health:
    """Puts the stage above the rig's, as the pipeline does. What it counts is in the health."""
    health = Health()
    rig.stage = Retry(
        rig.stage,
        "faulty",
        rules,
        Allowance(rules.budget_percent),
        PlainDialect(),
        health,
        clock=time.time,
        monotonic=asyncio.get_running_loop().time,
        random=random.random,
    )
    return health


@asynccontextmanager
async def a_retrying_rig(upstream: FaultyUpstream, rules: RetryRules, connections: int = 5) -> AsyncIterator[Rig]:
    async with a_rig(upstream.url, connections=connections) as rig:
        retrying(rig, rules)
        yield rig
        await rig.comes_to_rest(upstream)


async def test_what_passes_is_not_noticed(upstream: FaultyUpstream, rig: Rig) -> None:
    health = retrying(rig)
    upstream.scripts = [UNAVAILABLE, UNAVAILABLE]

    reply = await rig.whole()

    assert (reply.status, reply.body) == (200, HEALTHY_BODY)
    assert upstream.times_seen("thing") == 3
    assert health.repeated == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (faults.close_before_reply, "upstream_disconnected"),
        (faults.reset_before_reply, "upstream_disconnected"),
        (faults.reset_in_headers, "upstream_disconnected"),
        (faults.reset_after_headers, "upstream_disconnected"),
        (faults.reset_in_chunks, "upstream_disconnected"),
        (faults.cut_by_length, "upstream_disconnected"),
        (faults.stall_before_reply, "upstream_timeout"),
        (faults.stall_in_body, "upstream_timeout"),
        (faults.garbage, "upstream_reply_malformed"),
        (faults.bad_chunk, "upstream_reply_malformed"),
    ],
)
async def test_what_does_not_pass_is_asked_three_times(
    upstream: FaultyUpstream, rig: Rig, fault: Script, error: str
) -> None:
    retrying(rig)
    upstream.script = fault

    failure = await rig.failure()

    assert failure.error.code == error
    assert upstream.times_seen("thing") == 3
    await rig.recovers(upstream)


async def test_the_same_fault_once_costs_one_more_question(upstream: FaultyUpstream, rig: Rig) -> None:
    retrying(rig)
    for at, fault in enumerate([faults.reset_before_reply, faults.stall_in_headers, faults.cut_by_chunks]):
        upstream.scripts = [fault]
        assert (await rig.whole(f"at-{at}")).body == HEALTHY_BODY
        assert upstream.times_seen(f"at-{at}") == 2


async def test_the_last_reply_goes_up_as_it_came(upstream: FaultyUpstream, rig: Rig) -> None:
    retrying(rig)
    upstream.scripts = [UNAVAILABLE, faults.reset_before_reply, answering("502 Bad Gateway", body=b"<html>")]

    reply = await rig.whole()

    assert (reply.status, reply.body) == (502, b"<html>")
    assert upstream.times_seen("thing") == 3


async def test_an_upstream_that_is_away_is_knocked_at_until_it_is_back(upstream: FaultyUpstream) -> None:
    async with a_retrying_rig(upstream, RetryRules(backoff_seconds=0.2)) as rig:
        await upstream.stop()
        question = asyncio.create_task(rig.whole())
        await asyncio.sleep(0.05)
        assert not question.done()
        await upstream.listen()

        assert (await question).status == 200
        assert upstream.times_seen("thing") == 1


async def test_a_port_that_stays_closed_is_an_error_after_the_last_attempt(upstream: FaultyUpstream, rig: Rig) -> None:
    health = retrying(rig)
    await upstream.stop()

    failure = await rig.failure()

    assert type(failure.error) is Unreachable
    assert health.repeated == 2


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("fault", [faults.reset_before_reply, UNAVAILABLE])
async def test_a_write_is_seen_once(upstream: FaultyUpstream, rig: Rig, method: str, fault: Script) -> None:
    retrying(rig)
    upstream.scripts = [fault, faults.healthy, faults.healthy]

    if fault is UNAVAILABLE:
        assert (await rig.whole(method=method, body=b"{}")).status == 503
    else:
        assert type((await rig.failure(method=method, body=b"{}")).error) is Disconnected
    assert upstream.times_seen("thing") == 1


async def test_a_write_that_the_settings_name_is_sent_again_whole(upstream: FaultyUpstream) -> None:
    body = bytes(range(256)) * 8192  # more than is written at one go
    async with a_retrying_rig(upstream, RetryRules(backoff_seconds=0.02, methods=frozenset({"PUT"}))) as rig:
        upstream.scripts = [faults.reset_before_reply, UNAVAILABLE]

        assert (await rig.whole(method="PUT", body=body)).status == 200
        assert [request.body for request in upstream.seen] == [body] * 3


async def test_a_body_that_is_a_stream_is_seen_once(upstream: FaultyUpstream) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a piece"

    async with a_retrying_rig(upstream, RetryRules(methods=frozenset({"PUT"}))) as rig:
        upstream.script = faults.reset_before_reply

        with pytest.raises(Disconnected):
            await rig.stage.send(Request("PUT", "thing", CIMultiDict(), body()))
        assert upstream.times_seen("thing") == 1


async def test_a_mounts_request_is_seen_once(upstream: FaultyUpstream, rig: Rig) -> None:
    retrying(rig)
    upstream.scripts = [UNAVAILABLE]

    assert (await rig.ask(may_stream=True)).status == 503
    assert upstream.times_seen("thing") == 1


async def test_a_stream_that_is_given_up_gives_its_connection_back(upstream: FaultyUpstream) -> None:
    async def endless(connection: Connection, _: Seen) -> None:
        await connection.send(faults.CHUNKED.replace(b"200 OK", b"503 Service Unavailable"))
        while True:
            await connection.send(faults.chunk(faults.BLOCK))

    async with a_retrying_rig(upstream, RetryRules(mount_attempts=3, backoff_seconds=0.02), connections=1) as rig:
        upstream.scripts = [endless, endless]
        reply = await rig.ask(may_stream=True)
        assert isinstance(reply, Buffered)
        assert (reply.status, upstream.times_seen("thing")) == (200, 3)

        upstream.scripts = [endless, endless, endless]
        last = await rig.ask("again", may_stream=True)
        assert isinstance(last, Streamed)
        assert (last.status, upstream.times_seen("again")) == (503, 3)
        last.close()


@pytest.mark.parametrize(("attempts", "sightings"), [(1, 1), (3, 2)])
async def test_a_kept_connection_that_upstream_gave_up_costs_what_the_settings_allow(
    upstream: FaultyUpstream, attempts: int, sightings: int
) -> None:
    """With one attempt it would be seen twice, too, if aiohttp sent it again behind our back (test_connections.py)."""
    async with a_retrying_rig(upstream, RetryRules(attempts=attempts, backoff_seconds=0.02)) as rig:
        await rig.whole("before")
        upstream.scripts = [faults.close_before_reply]

        if attempts == 1:
            assert type((await rig.failure()).error) is Disconnected
        else:
            assert (await rig.whole()).body == HEALTHY_BODY
        assert upstream.times_seen("thing") == sightings
        assert upstream.seen[1].connection == upstream.seen[0].connection


@pytest.mark.parametrize("fault", [UNAVAILABLE, faults.reset_before_reply])
async def test_an_outage_is_not_multiplied(upstream: FaultyUpstream, fault: Script) -> None:
    async with a_rig(upstream.url, connections=20) as rig:
        health = retrying(rig)
        upstream.script = fault

        outcomes = await asyncio.gather(*(rig.ask(f"at-{at}") for at in range(300)), return_exceptions=True)

        # Some may have waited for a connection for too long, and were never seen.
        assert all(isinstance(outcome, Buffered | Disconnected | UpstreamTimeout) for outcome in outcomes)
        assert len(upstream.seen) <= 300 + max(FLOOR, 30)
        assert FLOOR < health.repeated <= 30
        await rig.recovers(upstream)


async def test_an_outage_that_a_quiet_gateway_meets_is_asked_again_ten_times(
    upstream: FaultyUpstream, rig: Rig
) -> None:
    retrying(rig)
    upstream.script = UNAVAILABLE

    for at in range(20):
        await rig.whole(f"at-{at}")

    assert len(upstream.seen) == 20 + FLOOR


def in_seconds() -> str:
    return "1"


def as_date() -> str:
    return formatdate(ceil(time.time()) + 1, usegmt=True)  # a date has no parts of a second: between one and two


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
@pytest.mark.parametrize("written", [in_seconds, as_date])
async def test_retry_after_is_waited_for(
    upstream: FaultyUpstream, rig: Rig, status: str, written: Callable[[], str]
) -> None:
    retrying(rig)
    asked_at: list[float] = []

    async def refuse(connection: Connection, request: Seen) -> None:
        asked_at.append(time.time())
        await connection.answer(b"", status=status, fields=f"Retry-After: {written()}\r\n")

    async def answer(connection: Connection, request: Seen) -> None:
        asked_at.append(time.time())
        await connection.answer()

    upstream.scripts = [refuse, answer]

    assert (await rig.whole()).status == 200
    assert upstream.times_seen("thing") == 2
    assert 1 <= asked_at[1] - asked_at[0] < 2.1 + NOISE_SECONDS


@pytest.mark.parametrize("status", ["503 Service Unavailable", "429 Too Many Requests"])
async def test_a_long_retry_after_goes_up_at_once(upstream: FaultyUpstream, rig: Rig, status: str) -> None:
    retrying(rig)
    upstream.script = answering(status, "Retry-After: 30\r\n")

    started = time.monotonic()
    reply = await rig.whole()

    assert time.monotonic() - started < NOISE_SECONDS
    assert (reply.status, reply.headers["Retry-After"]) == (int(status[:3]), "30")
    assert upstream.times_seen("thing") == 1


async def test_a_wait_beyond_the_callers_deadline_is_not_begun(upstream: FaultyUpstream, rig: Rig) -> None:
    retrying(rig)
    upstream.script = answering("503 Service Unavailable", "Retry-After: 1\r\n")

    reply = await rig.ask(within_seconds=0.3)

    assert reply.status == 503  # at once: when the time is over, there would be an error
    assert upstream.times_seen("thing") == 1


async def test_repeating_ends_at_the_callers_deadline(upstream: FaultyUpstream) -> None:
    """Ten attempts would take ten times the read time-out, and the waits between."""
    async with a_retrying_rig(upstream, RetryRules(attempts=10, backoff_seconds=0.05)) as rig:
        upstream.script = faults.stall_before_reply
        seconds = 4 * LIMITS.read_seconds

        failure = await rig.failure(within_seconds=seconds)

        assert failure.error.code in {"upstream_timeout", "deadline_exceeded"}
        assert failure.seconds < seconds + NOISE_SECONDS
        assert 2 <= upstream.times_seen("thing") <= 4


async def test_a_caller_who_leaves_while_we_wait_is_not_asked_for(upstream: FaultyUpstream, rig: Rig) -> None:
    retrying(rig)
    upstream.script = answering("503 Service Unavailable", "Retry-After: 1\r\n")
    question = asyncio.create_task(rig.whole())
    await upstream.is_asked()
    await asyncio.sleep(0.05)

    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question

    await rig.recovers(upstream)
    assert upstream.times_seen("thing") == 1
