"""The call travels with the code that serves it, and with nothing else."""

import asyncio
from math import inf

import pytest

from app.call import Call, Exchange, Urgency, current_call, is_served_stale, serving
from app.identity import ANONYMOUS
from tests.unit.api.test_answer_memory import FakeSource


def test_without_a_call_there_are_the_defaults() -> None:
    call = current_call()
    assert (call.request_id, call.identity, call.deadline, call.urgency) == ("", None, inf, Urgency.NORMAL)
    assert call.exchanges == []


def test_code_without_a_call_leaves_no_record_to_the_next() -> None:
    current_call().exchanges.append(Exchange("github", "GET", 200, "reply", 0.1))
    assert current_call().exchanges == []


def test_two_calls_share_no_record() -> None:
    assert Call().exchanges is not Call().exchanges


def test_inside_the_block_it_is_the_current_one() -> None:
    call = Call("one", ANONYMOUS)
    with serving(call) as given:
        assert given is call
        assert current_call() is call
    assert current_call() is not call


def test_a_block_inside_another_gives_back_what_was_before() -> None:
    with serving(Call("outer")):
        with serving(Call("inner")):
            assert current_call().request_id == "inner"
        assert current_call().request_id == "outer"


def test_an_exception_gives_back_what_was_before() -> None:
    with pytest.raises(ValueError, match="broken"), serving(Call("one")):
        raise ValueError("broken")
    assert current_call().request_id == ""


async def test_a_task_that_is_started_inside_keeps_it_after_the_block() -> None:
    released = asyncio.Event()

    async def later() -> str:
        await released.wait()
        return current_call().request_id

    with serving(Call("one")):
        task = asyncio.create_task(later())
    released.set()
    assert await task == "one"


async def test_calls_that_are_served_at_once_do_not_see_each_other() -> None:
    barrier = asyncio.Event()

    async def serve(request_id: str) -> str:
        with serving(Call(request_id)):
            await barrier.wait()
            return current_call().request_id

    tasks = [asyncio.create_task(serve(str(number))) for number in range(3)]
    await asyncio.sleep(0)
    barrier.set()
    assert await asyncio.gather(*tasks) == ["0", "1", "2"]


def test_urgencies_are_in_order() -> None:
    assert Urgency.BATCH < Urgency.NORMAL < Urgency.INTERACTIVE


@pytest.mark.parametrize(
    ("status", "born_at", "fresh_until", "stale"),
    [
        ("headgate; hit", 100.0, 160.0, False),
        ("headgate; hit", 30.0, 90.0, True),
        ("headgate; hit", 90.0, 90.0, False),  # nobody ever said how long it holds
        ("headgate; hit; detail=UPSTREAM", 100.0, 160.0, True),
        ("headgate; fwd=stale; fwd-status=502", 30.0, 90.0, True),
        ("headgate; fwd=stale; fwd-status=304; stored", 30.0, 90.0, False),
        ("headgate; fwd=stale; stored", 100.0, 160.0, False),
        ("headgate; fwd=uri-miss", 100.0, 160.0, False),
    ],
)
def test_what_is_given_although_it_is_old_is_stale(
    status: str, born_at: float, fresh_until: float, stale: bool
) -> None:
    assert is_served_stale(FakeSource(fresh_until, born_at, status), now=120.0) is stale
