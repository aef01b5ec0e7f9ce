"""What is stored answers where upstream is not asked at all, and where it takes longer than the caller has time."""

import asyncio
import logging

import pytest

from app.errors import (
    CircuitOpen,
    DeadlineExceeded,
    HeadgateError,
    PrimaryLimit,
    QueueFull,
    QuotaReserved,
    RateLimited,
    SecondaryLimit,
)
from app.transport.caching.lookup import stale_answer_at
from app.transport.caching.policy import Freshness
from tests.unit.loop_time import LoopTime
from tests.unit.transport.caching.cache import GITHUB, Cache, ok, said

LONG_STALE = Freshness(stale_if_error_seconds=86_400)


def limited(kind: type[RateLimited], status: int | None = None) -> RateLimited:
    return kind("up", "later", status=status, retry_after_seconds=60)


REFUSALS = [
    CircuitOpen("up", "left alone", retry_after_seconds=5),
    QueueFull("up", "too many wait", retry_after_seconds=1),
    limited(PrimaryLimit),
    limited(QuotaReserved),
    limited(SecondaryLimit),
]


def code(error: HeadgateError) -> str:
    return error.code


@pytest.fixture
async def time(monkeypatch: pytest.MonkeyPatch) -> LoopTime:
    return LoopTime(monkeypatch)


# Not asked.


@pytest.mark.parametrize("refusal", REFUSALS, ids=code)
async def test_a_refusal_is_answered_with_what_is_stored_and_says_why(refusal: HeadgateError) -> None:
    cache = Cache(ok("first", 'ETag: "one"'), refusal, said(304), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    stale = await cache.ask()
    assert (stale.status, stale.body) == (200, b"first")
    assert stale.cache == f"headgate; hit; detail={refusal.code}"  # nothing was forwarded
    assert (await cache.ask()).cache == "headgate; fwd=stale; fwd-status=304; stored"
    assert cache.upstream.last["If-None-Match"] == '"one"'


async def test_a_limit_that_upstream_told_was_forwarded() -> None:
    cache = Cache(ok("first"), limited(SecondaryLimit, 429), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).cache == "headgate; fwd=stale; detail=upstream_secondary_limit"


async def test_a_failure_inside_a_200_is_one() -> None:
    inside = b'{"message": "Server Error", "documentation_url": "https://docs.github.com/rest"}'
    failing = ok(inside, "Content-Type: application/json; charset=utf-8")
    cache = Cache(ok("first"), failing, dialect=GITHUB, freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    stale = await cache.ask()
    assert (stale.status, stale.body) == (200, b"first")
    assert stale.cache == "headgate; fwd=stale; fwd-status=200"


@pytest.mark.parametrize("refusal", REFUSALS, ids=code)
async def test_without_leave_to_serve_stale_the_refusal_shows_and_evicts_nothing(refusal: HeadgateError) -> None:
    cache = Cache(ok("first", 'ETag: "one"'), refusal, said(304))
    await cache.ask()
    cache.now += 61
    with pytest.raises(type(refusal)):
        await cache.ask()
    assert (await cache.ask()).body == b"first"


@pytest.mark.parametrize("refusal", REFUSALS, ids=code)
async def test_where_nothing_is_stored_the_refusal_shows(refusal: HeadgateError) -> None:
    with pytest.raises(type(refusal)):
        await Cache(refusal, freshness=LONG_STALE).ask()


async def test_what_a_write_made_doubtful_does_not_answer_for_a_refusal() -> None:
    cache = Cache(ok("first"), REFUSALS[0], freshness=LONG_STALE)
    await cache.ask()
    await cache.store.mark(["up/thing"])
    with pytest.raises(CircuitOpen):
        await cache.ask()


@pytest.mark.parametrize("refusal", [*REFUSALS, DeadlineExceeded("no turn in time")], ids=code)
async def test_a_refusal_in_the_background_is_nobodys_and_makes_no_noise(
    refusal: HeadgateError, caplog: pytest.LogCaptureFixture
) -> None:
    cache = Cache(ok("first", age="max-age=60, stale-while-revalidate=30"), refusal, ok("second"))
    await cache.ask()
    cache.now += 61
    with caplog.at_level(logging.DEBUG):
        assert (await cache.ask()).cache == "headgate; hit"
        await cache.settled()
    assert cache.upstream.times == 2
    assert not caplog.records
    assert (await cache.ask()).body == b"first"
    await cache.settled()
    assert (await cache.ask()).body == b"second"


# Not in time.


async def test_a_stale_reply_is_there_before_the_caller_leaves(time: LoopTime) -> None:
    cache = Cache(ok("first"), ok("second"), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    cache.upstream.gate.clear()
    asking = cache.asking(seconds=10)
    await time.passes(9.94)
    assert not asking.done()
    await time.passes(0.01)
    assert asking.done()
    assert (await asking).body == b"first"
    assert (await asking).cache == "headgate; fwd=stale; detail=deadline_exceeded"
    cache.upstream.gate.set()
    await cache.settled()
    assert (await cache.ask()).body == b"second"  # the flight went on
    assert cache.upstream.times == 2


async def test_a_reply_that_comes_before_that_is_given(time: LoopTime) -> None:
    cache = Cache(ok("first"), ok("second"), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    cache.upstream.gate.clear()
    asking = cache.asking(seconds=10)
    await time.passes(9.9)
    cache.upstream.gate.set()
    await cache.settled()
    assert (await asking).body == b"second"


@pytest.mark.parametrize("is_stored", [True, False])
async def test_without_leave_to_serve_stale_all_of_the_time_is_used(time: LoopTime, is_stored: bool) -> None:
    cache = Cache(ok("first"), ok("second"))
    if is_stored:
        await cache.ask()
        cache.now += 61
    cache.upstream.gate.clear()
    asking = cache.asking(seconds=10)
    await time.passes(9.99)
    assert not asking.done()
    await time.passes(0.01)
    with pytest.raises(DeadlineExceeded):
        await asking
    cache.upstream.gate.set()


async def test_with_no_time_at_all_a_stale_reply_is_given_and_nothing_begun() -> None:
    cache = Cache(ok("first"), ok("second"), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask(seconds=-1)).cache == "headgate; fwd=stale; detail=deadline_exceeded"
    await cache.settled()
    assert cache.upstream.times == 1


async def test_one_stale_reply_after_the_other_all_in_time(time: LoopTime) -> None:
    cache = Cache(ok("first"), ok("first"), ok("second"), freshness=LONG_STALE)
    names = ("one", "two")
    for name in names:
        await cache.ask(name)
    cache.now += 61
    cache.upstream.gate.clear()
    deadline = time.now + 10

    async def in_turn() -> list[bytes]:
        return [(await cache.ask(name, seconds=deadline - time.now)).body for name in names]

    asking = asyncio.create_task(in_turn())
    for _ in range(200):
        await time.passes(0.05)
        if time.now >= deadline:
            break
    assert asking.done()
    assert await asking == [b"first"] * 2
    cache.upstream.gate.set()


@pytest.mark.parametrize(
    ("left", "margin"), [(30, 0.05), (1, 0.05), (0.5, 0.05), (0.1, 0.01), (0.001, 0.0001), (0, 0), (-3, 0)]
)
def test_the_margin(left: float, margin: float) -> None:
    assert stale_answer_at(100 + left, 100) == pytest.approx(100 + left - margin)
