"""Two questions at once: both answers, or the first failure as itself; nothing is left running."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from app.errors import NotFound, Unreachable
from app.services.together import together

DOWN = Unreachable("github", "no connection to github")


class Unanswered:
    """A question that nobody answers: tells when it was asked and whether it was cancelled."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.cancelled = False

    async def __call__(self) -> str:
        self.asked.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        return "never"


async def answered(value: str) -> str:
    return value


async def failing_after(asked: asyncio.Event, error: BaseException) -> str:
    await asked.wait()
    raise error


async def test_both_results_in_their_order() -> None:
    assert await together(answered("one"), answered("other")) == ("one", "other")


async def test_both_run_at_the_same_time() -> None:
    one_began, other_began = asyncio.Event(), asyncio.Event()

    async def one() -> int:
        one_began.set()
        await other_began.wait()
        return 1

    async def other() -> int:
        await one_began.wait()
        other_began.set()
        return 2

    async with asyncio.timeout(10):
        assert await together(one(), other()) == (1, 2)


Arrangement = Callable[[Coroutine[Any, Any, str], Coroutine[Any, Any, str]], Coroutine[Any, Any, tuple[str, str]]]


@pytest.mark.parametrize(
    "arrange",
    [together, lambda failing, waiting: together(waiting, failing)],
    ids=["the first fails", "the second fails"],
)
async def test_a_failure_cancels_the_other_and_goes_up_as_itself(arrange: Arrangement) -> None:
    waiting = Unanswered()

    with pytest.raises(Unreachable) as caught:
        await arrange(failing_after(waiting.asked, DOWN), waiting())

    assert caught.value is DOWN
    assert waiting.cancelled


async def test_of_two_failures_the_first_goes_up() -> None:
    gate = asyncio.Event()
    gate.set()
    first, second = NotFound("github", "github does not know this", status=404), DOWN

    with pytest.raises(NotFound) as caught:
        await together(failing_after(gate, first), failing_after(gate, second))

    assert caught.value is first


async def test_a_bug_goes_up_as_itself_too() -> None:
    waiting = Unanswered()

    with pytest.raises(ZeroDivisionError):
        await together(failing_after(waiting.asked, ZeroDivisionError()), waiting())

    assert waiting.cancelled


async def test_who_leaves_cancels_both() -> None:
    one, other = Unanswered(), Unanswered()
    asking = asyncio.create_task(together(one(), other()))
    await one.asked.wait()
    await other.asked.wait()

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
    assert one.cancelled
    assert other.cancelled
