"""What does not look at its own deadline is ended; what has begun to answer is not, nor is who leaves taken for late."""

import asyncio
from collections.abc import Callable
from math import inf

import pytest

from app.api.overdue import GRACE_SECONDS, LOOK_SECONDS, Overdue
from app.errors import DeadlineExceeded
from tests.unit.loop_time import LoopTime

LATEST_SECONDS = GRACE_SECONDS + LOOK_SECONDS + 0.001


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    return LoopTime(monkeypatch)


async def never() -> None:
    await asyncio.Event().wait()


async def test_what_never_ends_is_ended_soon_after_its_deadline(time: LoopTime) -> None:
    overdue = Overdue()
    serving = asyncio.create_task(overdue.served("it", never(), time.now + 5))
    await time.passes(5)
    assert not serving.done()  # whoever looks at the deadline says so now
    await time.passes(GRACE_SECONDS)
    await time.passes(LOOK_SECONDS)
    with pytest.raises(DeadlineExceeded) as late:
        await serving
    assert late.value.__context__ is None
    assert serving.cancelling() == 0


async def test_each_has_its_own_deadline(time: LoopTime) -> None:
    overdue = Overdue()
    ends = [asyncio.create_task(overdue.served(number, never(), time.now + number)) for number in (3, 1, 2)]
    for done in (1, 2, 3):
        await time.passes(1)
        await time.passes(LATEST_SECONDS)
        assert sum(each.done() for each in ends) == done
    assert {type(each.exception()) for each in ends} == {DeadlineExceeded}


async def test_what_ends_in_time_is_left_alone_and_so_is_what_comes_after_it_in_the_same_task(time: LoopTime) -> None:
    overdue = Overdue()

    async def connection() -> str:
        await overdue.served("first", asyncio.sleep(0), time.now + 1)
        await asyncio.sleep(0)
        await overdue.served("second", asyncio.sleep(0), time.now + 1)
        await gate.wait()
        return "still there"

    gate = asyncio.Event()
    serving = asyncio.create_task(connection())
    await time.passes(1)
    await time.passes(LATEST_SECONDS)
    gate.set()
    assert await serving == "still there"


async def test_what_has_begun_to_answer_may_take_longer(time: LoopTime) -> None:
    overdue = Overdue()
    ended = asyncio.Event()

    async def streams() -> None:
        overdue.begins("it")
        await ended.wait()

    serving = asyncio.create_task(overdue.served("it", streams(), time.now + 1))
    await time.passes(100)
    assert not serving.done()
    ended.set()
    await serving


async def test_an_error_goes_up_as_it_is(time: LoopTime) -> None:
    async def fails() -> None:
        raise LookupError("as it is")

    with pytest.raises(LookupError, match="as it is"):
        await Overdue().served("it", fails(), time.now + 1)


async def test_who_leaves_is_not_late(time: LoopTime) -> None:
    serving = asyncio.create_task(Overdue().served("it", never(), time.now + 1))
    await time.settles()
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_nor_where_both_happen_at_once(time: LoopTime) -> None:
    overdue = Overdue()

    async def stubborn() -> None:
        try:
            await never()
        finally:
            await released.wait()

    released = asyncio.Event()
    serving = asyncio.create_task(overdue.served("it", stubborn(), time.now + 1))
    await time.passes(1)
    await time.passes(LATEST_SECONDS)
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving


async def test_without_requests_there_is_no_timer(time: LoopTime, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.get_running_loop()
    call_later = loop.call_later
    looks: list[float] = []

    def noted(seconds: float, look: Callable[[], None]) -> asyncio.TimerHandle:
        looks.append(seconds)
        return call_later(seconds, look)

    monkeypatch.setattr(loop, "call_later", noted)
    overdue = Overdue()
    for _ in range(3):
        await overdue.served("it", asyncio.sleep(0), time.now + 1)
    await time.passes(LOOK_SECONDS)
    await time.passes(10)
    assert looks == [LOOK_SECONDS]
    await overdue.served("it", asyncio.sleep(0), time.now + 1)
    assert looks == [LOOK_SECONDS] * 2


async def test_a_deadline_may_be_another_one_until_the_answer_begins(time: LoopTime) -> None:
    overdue = Overdue()
    serving = asyncio.create_task(overdue.served("it", never(), time.now + 1))
    await time.passes(0.5)
    overdue.renewed("it", inf)
    await time.passes(100)
    assert not serving.done()
    overdue.renewed("it", time.now + 1)
    await time.passes(1)
    await time.passes(LATEST_SECONDS)
    with pytest.raises(DeadlineExceeded):
        await serving


async def test_what_has_begun_to_answer_is_not_late_again(time: LoopTime) -> None:
    overdue = Overdue()
    serving = asyncio.create_task(overdue.served("it", never(), time.now + 1))
    await time.passes(0.5)
    overdue.begins("it")
    overdue.renewed("it", time.now + 1)
    await time.passes(100)
    assert not serving.done()
    serving.cancel()
