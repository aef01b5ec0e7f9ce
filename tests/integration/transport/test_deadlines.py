"""The caller's own time: told apart from the upstream's slowness, and nothing is sent when it is over."""

import asyncio

import pytest

from app.errors import DeadlineExceeded
from tests import faulty_upstream as faults
from tests.faulty_upstream import FaultyUpstream, Script
from tests.integration.transport.rig import NOISE_SECONDS, Rig, a_rig


@pytest.mark.parametrize(
    "fault", [faults.stall_before_reply, faults.stall_in_headers, faults.stall_in_body, faults.drip_body]
)
async def test_a_deadline_before_every_time_out_is_the_callers(
    upstream: FaultyUpstream, rig: Rig, fault: Script
) -> None:
    upstream.script = fault
    failure = await rig.failure(within_seconds=0.05)
    assert type(failure.error) is DeadlineExceeded
    assert failure.error.__context__ is None
    assert 0.045 <= failure.seconds < 0.05 + NOISE_SECONDS
    assert upstream.times_seen("thing") == 1
    await rig.recovers(upstream)


async def test_a_deadline_while_waiting_for_the_pool_is_the_callers(upstream: FaultyUpstream) -> None:
    upstream.script = faults.stall_before_reply
    async with a_rig(upstream.url, connections=1) as rig:
        first = asyncio.create_task(rig.failure("first"))
        await upstream.is_asked()
        failure = await rig.failure("second", within_seconds=0.05)
        assert type(failure.error) is DeadlineExceeded
        await first
        assert upstream.times_seen("second") == 0
        await rig.recovers(upstream)


async def test_with_a_deadline_that_is_past_nothing_is_sent(upstream: FaultyUpstream, rig: Rig) -> None:
    failure = await rig.failure(within_seconds=-0.01)
    assert type(failure.error) is DeadlineExceeded
    assert upstream.connections == []


async def test_a_deadline_far_off_does_not_lengthen_the_upstreams_time(upstream: FaultyUpstream, rig: Rig) -> None:
    upstream.script = faults.drip_body
    failure = await rig.failure(within_seconds=60)
    assert failure.error.code == "upstream_timeout"


@pytest.mark.parametrize(
    "fault", [faults.stall_before_reply, faults.stall_in_headers, faults.stall_after_headers, faults.stall_in_body]
)
async def test_a_caller_who_leaves_takes_the_half_read_connection_along(
    upstream: FaultyUpstream, rig: Rig, fault: Script
) -> None:
    upstream.script = fault
    question = asyncio.create_task(rig.ask())
    await upstream.is_asked()
    await asyncio.sleep(0.03)
    question.cancel()
    with pytest.raises(asyncio.CancelledError):
        await question
    assert (rig.acquired, rig.idle) == (0, 0)
    await rig.recovers(upstream)
    assert len(upstream.connections) == 2


async def test_a_caller_who_leaves_the_queue_of_the_pool_holds_nobody_up(upstream: FaultyUpstream) -> None:
    async def slow(connection: faults.Connection, _: faults.Seen) -> None:
        await asyncio.sleep(0.05)
        await connection.answer()

    upstream.script = slow
    async with a_rig(upstream.url, connections=1) as rig:
        first, second, third = (asyncio.create_task(rig.whole(name)) for name in ("first", "second", "third"))
        await asyncio.sleep(0.02)
        second.cancel()
        assert (await first).status == (await third).status == 200
        with pytest.raises(asyncio.CancelledError):
            await second
        assert upstream.times_seen("second") == 0
        await rig.recovers(upstream)
