"""A breaker above a real wire: what an upstream is spared while it is down, and how it is found again."""

import asyncio
import time
from collections import Counter

import pytest

from app.errors import CircuitOpen, DeadlineExceeded, Disconnected, HeadgateError, Unreachable, UpstreamTimeout
from app.transport.breaker.circuit import BreakerRules, Circuit
from app.transport.breaker.stage import Breaker
from app.transport.exchange import Reply, Streamed
from tests import faulty_upstream as faults
from tests.faulty_upstream import HEALTHY_BODY, Connection, FaultyUpstream, Seen, healthy
from tests.integration.transport.rig import Rig

MINIMUM = 5
OPEN_SECONDS = 0.3
RULES = BreakerRules(failure_percent=50, minimum_requests=MINIMUM, window_seconds=60, open_seconds=OPEN_SECONDS)


class Clock:
    """The breaker's: goes on when it is told to, so that no test depends on how busy the machine is."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def circuit(rig: Rig, clock: Clock) -> Circuit:
    """That of the breaker which now stands above the rig's credentials and wire."""
    circuit = Circuit(RULES)
    rig.stage = Breaker(rig.stage, "faulty", circuit, clock=clock)
    return circuit


def state(circuit: Circuit, clock: Clock) -> str:
    return circuit.snapshot(clock()).state


async def outcome(rig: Rig, target: str = "thing") -> Reply | HeadgateError:
    try:
        return await rig.ask(target)
    except HeadgateError as error:
        return error


async def goes_down(rig: Rig, upstream: FaultyUpstream) -> None:
    """Upstream is gone, and as many have noticed as it takes."""
    await upstream.stop()
    for _ in range(MINIMUM):
        assert isinstance((await rig.failure()).error, Unreachable)


class Held:
    """A script that answers when it is released."""

    def __init__(self) -> None:
        self._released = asyncio.Event()

    async def __call__(self, connection: Connection, request: Seen) -> None:
        await self._released.wait()
        await healthy(connection, request)

    def release(self) -> None:
        self._released.set()


async def test_an_upstream_that_is_down_is_left_alone(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    await goes_down(rig, upstream)
    assert circuit.snapshot(clock()).failures == MINIMUM
    await upstream.listen()  # it would answer now, and is not asked

    clock.now += OPEN_SECONDS / 2
    failures = [await rig.failure() for _ in range(50)]

    assert {type(failure.error) for failure in failures} == {CircuitOpen}
    assert max(failure.seconds for failure in failures) < 0.2
    assert (upstream.seen, upstream.connections) == ([], [])


async def test_of_fifty_at_once_one_is_let_through_and_its_answer_lets_in_all(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    await goes_down(rig, upstream)
    held = upstream.script = Held()
    await upstream.listen()
    clock.now += OPEN_SECONDS

    first = [asyncio.create_task(outcome(rig)) for _ in range(50)]
    await upstream.is_asked()
    while_it_is_pending = await asyncio.gather(*(outcome(rig) for _ in range(50)))

    assert (len(upstream.seen), len(upstream.connections)) == (1, 1)
    assert {type(one) for one in while_it_is_pending} == {CircuitOpen}
    assert state(circuit, clock) == "half_open"
    held.release()
    answers = await asyncio.gather(*first)
    assert Counter(isinstance(one, CircuitOpen) for one in answers) == {True: 49, False: 1}
    assert len(upstream.seen) == 1
    assert state(circuit, clock) == "closed"
    assert [(await rig.whole()).body for _ in range(10)] == [HEALTHY_BODY] * 10


async def test_a_caller_who_leaves_hands_the_probe_to_the_next(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    await goes_down(rig, upstream)
    held = upstream.script = Held()
    await upstream.listen()
    clock.now += OPEN_SECONDS
    leaving = asyncio.create_task(outcome(rig, "leaving"))
    await upstream.is_asked()

    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving

    held.release()
    assert (await rig.whole("staying")).body == HEALTHY_BODY
    assert (upstream.times_seen("leaving"), upstream.times_seen("staying")) == (1, 1)
    assert state(circuit, clock) == "closed"


async def test_a_probe_that_is_never_answered_ends_and_upstream_is_left_alone_again(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    await goes_down(rig, upstream)
    upstream.script = faults.stall_before_reply
    await upstream.listen()
    clock.now += OPEN_SECONDS

    assert isinstance((await rig.failure()).error, UpstreamTimeout)
    assert isinstance((await rig.failure()).error, CircuitOpen)

    clock.now += OPEN_SECONDS
    upstream.script = healthy
    assert (await rig.whole()).body == HEALTHY_BODY
    assert len(upstream.seen) == 2
    assert circuit.snapshot(clock()).opened_times == 1


async def test_the_short_deadlines_of_callers_are_not_upstreams_failures(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    upstream.script = faults.stall_before_reply
    for _ in range(2 * MINIMUM):
        assert isinstance((await rig.failure(within_seconds=0.03)).error, DeadlineExceeded)
    assert circuit.snapshot(clock()) == ("closed", None, None, 0, 0, 0)

    await goes_down(rig, upstream)
    await upstream.listen()
    clock.now += OPEN_SECONDS
    assert isinstance((await rig.failure(within_seconds=0.03)).error, DeadlineExceeded)
    assert state(circuit, clock) == "half_open"
    upstream.script = healthy
    assert (await rig.whole()).body == HEALTHY_BODY
    assert state(circuit, clock) == "closed"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("503 Service Unavailable", "open"),
        ("500 Internal Server Error", "open"),
        ("403 Forbidden", "closed"),
        ("429 Too Many Requests", "closed"),
        ("404 Not Found", "closed"),
    ],
)
async def test_errors_of_upstreams_own_open_it_and_refusals_do_not(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock, status: str, expected: str
) -> None:
    async def answering(connection: Connection, _: Seen) -> None:
        await connection.answer(status=status)

    upstream.script = answering
    for _ in range(MINIMUM):
        assert (await rig.whole()).status == int(status[:3])

    assert state(circuit, clock) == expected


async def over_cap_and_cut(connection: Connection, _: Seen) -> None:
    await connection.send(faults.declaring(10_000_000) + bytes(200_000))
    connection.close()


async def test_bodies_that_break_off_open_it_and_callers_who_hang_up_do_not(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    upstream.script = faults.endless_chunks
    for _ in range(MINIMUM):
        reply = await rig.stream()
        async for _piece in reply.chunks():
            break
        reply.close()
    seen = circuit.snapshot(clock())
    assert (seen.state, seen.requests, seen.failures) == ("closed", MINIMUM, 0)

    upstream.script = over_cap_and_cut
    for _ in range(MINIMUM):
        reply = await rig.stream()
        with pytest.raises(Disconnected):
            await _read(reply)
    assert state(circuit, clock) == "open"


async def test_a_probe_that_streams_lets_the_others_in_while_it_goes_on(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    await goes_down(rig, upstream)
    upstream.scripts = [faults.endless_chunks]
    await upstream.listen()
    clock.now += OPEN_SECONDS

    download = await rig.stream("download")

    assert (await rig.whole()).body == HEALTHY_BODY
    download.close()


async def _read(reply: Streamed) -> int:
    return sum([len(piece) async for piece in reply.chunks()])


async def test_each_time_it_flaps_it_costs_the_minimum_and_one_probe_per_pause(
    upstream: FaultyUpstream, rig: Rig, circuit: Circuit, clock: Clock
) -> None:
    async def failing(connection: Connection, _: Seen) -> None:
        await connection.answer(b"<html>bad gateway</html>", status="502 Bad Gateway")

    async def asked(times: int) -> int:
        """How many of so many requests upstream sees."""
        before = len(upstream.seen)
        for _ in range(times):
            await outcome(rig)
        return len(upstream.seen) - before

    for round_ in range(1, 5):
        upstream.script = failing
        assert await asked(50) == MINIMUM
        for _ in range(3):
            clock.now += OPEN_SECONDS
            assert await asked(50) == 1
        upstream.script = healthy
        assert await asked(50) == 0, "the pause is not over"
        clock.now += OPEN_SECONDS
        assert await asked(50) == 50
        assert state(circuit, clock) == "closed"
        assert circuit.snapshot(clock()).opened_times == round_
        clock.now += RULES.window_seconds  # or the successes just now would outweigh the next outage's failures


async def test_who_comes_again_when_told_finds_it_back(upstream: FaultyUpstream, rig: Rig) -> None:
    rig.stage = Breaker(rig.stage, "faulty", Circuit(RULES), clock=time.monotonic)
    await goes_down(rig, upstream)
    await asyncio.sleep(OPEN_SECONDS)
    assert isinstance((await rig.failure()).error, Unreachable), "a probe, while it is down"
    await upstream.listen()

    refusal = (await rig.failure()).error

    assert isinstance(refusal, CircuitOpen)
    assert 0 < refusal.retry_after_seconds <= OPEN_SECONDS
    await asyncio.sleep(refusal.retry_after_seconds)
    assert [(await rig.whole()).body for _ in range(2)] == [HEALTHY_BODY] * 2
    assert len(upstream.seen) == 2
