"""A flight's own call: until when it is wanted, how urgent it is, and whom its refusals are about."""

import asyncio
from math import inf

import pytest

from app.call import Call, Urgency, current_call, serving
from app.errors import (
    CallerPointsSpent,
    CircuitOpen,
    DeadlineExceeded,
    Disconnected,
    HeadgateError,
    PrimaryLimit,
    QueueFull,
    QuotaReserved,
    SecondaryLimit,
)
from app.transport.caching.coalescing import LAST_LOOK_SECONDS
from app.transport.caching.entry import Key
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Lease
from app.transport.exchange import Buffered, Reply, Request
from tests.unit.loop_time import LoopTime
from tests.unit.transport.caching.cache import ALICE, Answer, Cache, ok

BATCH, NORMAL, INTERACTIVE = Urgency
FLIGHT_SECONDS = 30.0

Asking = asyncio.Task[Reply]

OF_A_CLASS = [
    PrimaryLimit("up", "spent", status=None, retry_after_seconds=60),
    QuotaReserved("up", "kept for others", status=None, retry_after_seconds=60),
    SecondaryLimit("up", "too much at once", status=None, retry_after_seconds=60),
    QueueFull("up", "too many wait", retry_after_seconds=1),
    DeadlineExceeded("no turn in time"),
]
OF_ALL = [CircuitOpen("up", "left alone", retry_after_seconds=5), Disconnected("up", "cut off")]
KEPT = OF_A_CLASS[1]
LATE = OF_A_CLASS[-1]


def code(error: HeadgateError) -> str:
    return error.code


class Flights(Cache):
    """Notes what each flight is when upstream is asked.

    Attributes:
        calls: Their own calls, which may change after that.
        began_as: Their classes and callers then.
    """

    def __init__(self, *answers: Answer, store: MemoryStore | None = None) -> None:
        super().__init__(*answers, store=store, flight_seconds=FLIGHT_SECONDS)
        self.calls: list[Call] = []
        self.began_as: list[tuple[Urgency, str]] = []
        self._ask = self.upstream.send
        self.upstream.send = self._noted  # type: ignore[method-assign]

    async def _noted(self, request: Request) -> Reply:
        call = current_call()
        self.calls.append(call)
        self.began_as.append((call.urgency, call.caller))
        return await self._ask(request)

    def asks(self, urgency: Urgency = NORMAL, seconds: float = 20, caller: str = "") -> Asking:
        """Somebody asks, in a task of their own."""
        loop = asyncio.get_running_loop()
        with serving(Call(identity=ALICE, deadline=loop.time() + seconds, urgency=urgency, caller=caller)):
            return loop.create_task(self.lookup.send(Request("GET", "thing", may_stream=True)))

    async def wait(self) -> Call:
        """Upstream thinks, and whoever has asked waits. The call of the flight that waits longest."""
        self.upstream.gate.clear()
        await self.settled()
        return self.calls[-1]

    def goes_on(self) -> None:
        self.upstream.gate.set()


async def outcomes(*tasks: Asking) -> list[object]:
    """Of each the body that came, or the kind of its error."""
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    return [end.body if isinstance(end, Buffered) else type(end) for end in ends]


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    return LoopTime(monkeypatch)


# Until when it is wanted.


async def test_a_flight_is_wanted_for_as_long_as_the_most_patient_waits(time: LoopTime) -> None:
    cache = Flights(ok("first"))
    came = time.now
    tasks = [cache.asks(seconds=2)]
    call = await cache.wait()
    assert call.begin_until == came + 2
    await time.passes(1)
    tasks += [cache.asks(seconds=10), cache.asks(seconds=3)]
    await cache.settled()
    assert call.begin_until == came + 11
    tasks[1].cancel()
    await cache.settled()
    assert call.begin_until == came + 11  # another one may come, and what is begun for nobody has an end all the same
    cache.goes_on()
    assert await outcomes(tasks[0], tasks[2]) == [b"first"] * 2


@pytest.mark.parametrize("seconds", [FLIGHT_SECONDS + 1, inf])
async def test_but_never_for_longer_than_it_may_take(time: LoopTime, seconds: float) -> None:
    cache = Flights(ok("first"))
    task = cache.asks(seconds=seconds)
    call = await cache.wait()
    assert call.begin_until == call.deadline == time.now + FLIGHT_SECONDS
    cache.goes_on()
    assert await outcomes(task) == [b"first"]


async def test_who_joins_late_makes_it_wanted_again(time: LoopTime) -> None:
    cache = Flights(ok("first"))
    hasty = cache.asks(seconds=1)
    call = await cache.wait()
    await time.passes(2)
    assert await outcomes(hasty) == [DeadlineExceeded]
    assert call.begin_until < time.now
    late = cache.asks(seconds=1)
    await cache.settled()
    assert call.begin_until == time.now + 1
    cache.goes_on()
    assert await outcomes(late) == [b"first"]
    assert cache.upstream.times == 1


async def test_what_is_asked_in_the_background_is_wanted_to_its_end(time: LoopTime) -> None:
    cache = Flights(ok("first", age="max-age=60, stale-while-revalidate=60"))
    await cache.asks()
    cache.now += 61
    assert await outcomes(cache.asks(seconds=1)) == [b"first"]
    call = await cache.wait()
    assert cache.upstream.times == 2
    assert call.begin_until == time.now + FLIGHT_SECONDS
    cache.goes_on()


async def test_also_where_somebody_hasty_asks_for_it_already(time: LoopTime) -> None:
    cache = Flights(ok("first", age="max-age=60, stale-while-revalidate=60"))
    await cache.asks()
    cache.now += 121
    hasty = cache.asks(seconds=1)
    call = await cache.wait()
    assert call.begin_until == time.now + 1
    cache.now -= 30
    assert await outcomes(cache.asks(seconds=1)) == [b"first"]
    assert call.begin_until == time.now + FLIGHT_SECONDS
    cache.goes_on()
    assert await outcomes(hasty) == [b"first"]
    assert cache.upstream.times == 2


@pytest.mark.parametrize("seconds", [0, -1])
async def test_what_nobody_has_time_for_is_not_begun(time: LoopTime, seconds: float) -> None:
    cache = Flights(ok("first"))
    assert await outcomes(cache.asks(seconds=seconds)) == [DeadlineExceeded]
    await time.passes(1)
    assert cache.upstream.times == 0


async def test_nor_is_a_flight_joined_then(time: LoopTime) -> None:
    cache = Flights(ok("first"))
    patient = cache.asks(seconds=5)
    await cache.wait()
    assert await outcomes(cache.asks(INTERACTIVE, seconds=0)) == [DeadlineExceeded]
    cache.goes_on()
    assert await outcomes(patient) == [b"first"]
    assert (cache.upstream.times, time.now < cache.calls[0].deadline) == (1, True)


class HeldElsewhere(MemoryStore):
    """Another worker asks for the same, and does not end."""

    def __init__(self) -> None:
        super().__init__(1_000_000)
        self.is_held = True

    def lease(self, key: Key) -> Lease | None:
        return None if self.is_held else super().lease(key)


async def test_nobody_waits_for_another_worker_for_nobody(time: LoopTime) -> None:
    store = HeldElsewhere()
    cache = Flights(ok("first"), store=store)
    hasty = cache.asks(seconds=1)
    await time.passes(1 - LAST_LOOK_SECONDS)
    patient = cache.asks(seconds=2)
    await time.passes(1)
    assert await outcomes(hasty) == [DeadlineExceeded]
    store.is_held = False
    assert await outcomes(patient) == [b"first"]

    store.is_held = True
    cache.now += 61
    left = cache.asks(seconds=1)
    await time.passes(2)
    assert await outcomes(left) == [DeadlineExceeded]
    store.is_held = False
    await time.passes(1)
    assert cache.upstream.times == 1


# How urgent it is, and whose.


async def test_a_flight_is_as_urgent_as_the_most_urgent_who_wait(time: LoopTime) -> None:
    cache = Flights(ok("first"))
    tasks = [cache.asks(NORMAL, caller="10.0.0.1")]
    call = await cache.wait()
    assert (call.urgency, call.caller, call.identity) == (NORMAL, "10.0.0.1", ALICE)
    tasks.append(cache.asks(BATCH, caller="10.0.0.2"))
    await cache.settled()
    assert call.urgency is NORMAL
    tasks.append(cache.asks(INTERACTIVE, caller="10.0.0.3"))
    await cache.settled()
    assert call.urgency is INTERACTIVE
    tasks.pop().cancel()
    await time.passes(1)
    assert (call.urgency, call.caller) == (INTERACTIVE, "10.0.0.1")
    cache.goes_on()
    assert await outcomes(*tasks) == [b"first"] * 2


# Whom a refusal is about.


@pytest.mark.parametrize("error", OF_A_CLASS, ids=code)
async def test_a_refusal_of_a_lower_class_is_not_shared_and_a_hundred_ask_once_more(error: HeadgateError) -> None:
    cache = Flights(error, ok("second"))
    first = cache.asks(BATCH)
    await cache.wait()
    higher = [cache.asks(NORMAL) for _ in range(100)]
    lower = [cache.asks(BATCH) for _ in range(10)]
    await cache.settled()
    cache.goes_on()
    assert set(await outcomes(first, *lower)) == {type(error)}
    assert set(await outcomes(*higher)) == {b"second"}
    assert cache.upstream.times == 2


@pytest.mark.parametrize("error", OF_A_CLASS, ids=code)
async def test_it_is_shared_by_the_same_class_and_those_below(error: HeadgateError) -> None:
    cache = Flights(error, ok("second"))
    tasks = [cache.asks(NORMAL)]
    await cache.wait()
    tasks += [cache.asks(urgency) for urgency in (NORMAL, BATCH)]
    await cache.settled()
    cache.goes_on()
    assert set(await outcomes(*tasks)) == {type(error)}
    assert cache.upstream.times == 1


@pytest.mark.parametrize("error", OF_ALL, ids=code)
async def test_what_has_nothing_to_do_with_classes_is_shared_by_all(error: HeadgateError) -> None:
    cache = Flights(error, ok("second"))
    tasks = [cache.asks(BATCH)]
    await cache.wait()
    tasks.append(cache.asks(INTERACTIVE))
    await cache.settled()
    cache.goes_on()
    assert set(await outcomes(*tasks)) == {type(error)}
    assert cache.upstream.times == 1


@pytest.mark.parametrize("error", OF_A_CLASS, ids=code)
async def test_the_second_refusal_is_their_own(error: HeadgateError) -> None:
    cache = Flights(error)
    tasks = [cache.asks(BATCH)]
    await cache.wait()
    tasks += [cache.asks(INTERACTIVE) for _ in range(3)]
    await cache.settled()
    cache.goes_on()
    ends = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(end) for end in ends} == {type(error)}
    assert len({id(end) for end in ends}) == 4
    assert not any(end.__context__ for end in ends if isinstance(end, Exception))
    assert cache.upstream.times == 2


async def test_the_highest_of_those_who_ask_again_leads_the_others() -> None:
    cache = Flights(KEPT, ok("second"))
    first = cache.asks(BATCH, caller="first")
    await cache.wait()
    others = [
        cache.asks(NORMAL, caller="normal"),
        cache.asks(INTERACTIVE, seconds=1, caller="hasty"),
        cache.asks(INTERACTIVE, seconds=9, caller="patient"),
        cache.asks(NORMAL),
    ]
    await cache.settled()
    cache.goes_on()
    assert await outcomes(first) == [QuotaReserved]
    assert await outcomes(*others) == [b"second"] * 4
    assert cache.began_as == [(BATCH, "first"), (INTERACTIVE, "patient")]


async def test_whoever_of_a_lower_class_comes_in_that_moment_does_not_take_the_lead() -> None:
    cache = Flights(ok("never"))
    newcomers: list[Asking] = []

    def refuses(_: Request) -> Reply:
        newcomers.append(cache.asks(BATCH, caller="newcomer"))  # on its way before those who wait are told
        raise KEPT.fresh()

    def refuses_again(_: Request) -> Reply:
        raise KEPT.fresh()

    cache.upstream.answers = [refuses, refuses_again, ok("third")]
    first = cache.asks(BATCH, caller="first")
    await cache.wait()
    higher = [cache.asks(INTERACTIVE, caller="higher") for _ in range(3)]
    await cache.settled()
    cache.goes_on()
    assert await outcomes(*higher) == [b"third"] * 3
    assert await outcomes(first, *newcomers) == [QuotaReserved] * 2
    assert cache.began_as == [(BATCH, "first"), (BATCH, "newcomer"), (INTERACTIVE, "higher")]


async def test_who_comes_while_it_is_under_way_may_still_be_of_a_higher_class_than_the_second() -> None:
    cache = Flights(KEPT, KEPT, ok("third"))
    batch = cache.asks(BATCH)
    await cache.wait()
    normal = cache.asks(NORMAL)
    await cache.settled()
    cache.goes_on()
    assert await outcomes(batch) == [QuotaReserved]
    await cache.wait()
    interactive = cache.asks(INTERACTIVE)
    await cache.settled()
    cache.goes_on()
    assert await outcomes(normal, interactive) == [QuotaReserved, b"third"]
    assert [urgency for urgency, _ in cache.began_as] == [BATCH, NORMAL, INTERACTIVE]


# A want of time.


async def test_who_has_more_time_than_the_flight_had_asks_once_more(time: LoopTime) -> None:
    cache = Flights(LATE, ok("second"))
    first = cache.asks(seconds=FLIGHT_SECONDS + 5)
    await cache.wait()
    await time.passes(10)
    others = [cache.asks(seconds=FLIGHT_SECONDS + number) for number in range(20)]
    hasty = cache.asks(seconds=FLIGHT_SECONDS - 10)
    await cache.settled()
    cache.goes_on()
    assert await outcomes(first, hasty) == [DeadlineExceeded] * 2
    assert await outcomes(*others) == [b"second"] * 20
    assert cache.calls[1].begin_until == time.now + FLIGHT_SECONDS
    assert cache.upstream.times == 2


async def test_but_not_for_ever(time: LoopTime) -> None:
    cache = Flights(LATE)
    tasks = [cache.asks(seconds=inf)]
    await cache.wait()
    await time.passes(1)
    tasks += [cache.asks(seconds=inf) for _ in range(20)]
    await cache.settled()
    cache.goes_on()
    assert set(await outcomes(*tasks)) == {DeadlineExceeded}
    assert cache.upstream.times == 2


async def test_what_one_key_may_not_spend_another_may() -> None:
    spent = CallerPointsSpent("up", "spent", status=None, retry_after_seconds=3600)
    cache = Flights(spent, ok(b"theirs"))
    first, same = cache.asks(caller="key spent"), cache.asks(caller="key spent")
    others = [cache.asks(caller=f"key {number}") for number in range(3)]
    await cache.wait()
    cache.upstream.gate.set()

    assert await outcomes(first, same) == [CallerPointsSpent] * 2
    assert await outcomes(*others) == [b"theirs"] * 3
    assert len(cache.calls) == 2


async def test_whoever_begins_a_flight_has_spent_what_it_spends() -> None:
    cache = Flights(ok(b"x"))
    loop = asyncio.get_running_loop()
    calls = [Call(identity=ALICE, deadline=loop.time() + 20) for _ in range(2)]
    tasks = []
    for call in calls:
        with serving(call):
            tasks.append(loop.create_task(cache.lookup.send(Request("GET", "thing", may_stream=True))))
    (await cache.wait()).points = 1
    cache.upstream.gate.set()
    await asyncio.gather(*tasks)

    assert [call.points for call in calls] == [1, 0]
