"""The stage asks again as long as it is worth it, allowed and in time; else what came goes up as it is."""

import logging
from collections.abc import AsyncIterator
from math import inf

import pytest

from app.call import Call, serving
from app.clients.http import PlainDialect
from app.errors import (
    CircuitOpen,
    DeadlineExceeded,
    Disconnected,
    HeadgateError,
    PrimaryLimit,
    SecondaryLimit,
    TlsFailed,
    Unreachable,
)
from app.transport.exchange import Reply, Request
from app.transport.health import Health
from app.transport.retry.allowance import FLOOR, Allowance
from app.transport.retry.rules import RetryRules
from app.transport.retry.stage import Retry
from tests.unit.transport.caching.replies import NOON, NOON_DATE
from tests.unit.transport.stages import Body, Scripted, buffered

ASKED = Request("GET", "repos/acme/rocket?token=marked-4711")
OK = buffered(200)
RESET = Disconnected("up", "cut off")


class Time:
    """Moves only while somebody sleeps, by `late` more than was to be slept."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.late = 0.0
        self.slept: list[float] = []
        self.open_bodies: list[Body] = []

    def __call__(self) -> float:
        return self.now

    def epoch(self) -> float:
        return NOON + self.now - 1_000.0

    async def sleep(self, seconds: float) -> None:
        assert all(body.closed for body in self.open_bodies), "a connection is held while we wait"
        self.slept.append(round(seconds, 6))
        self.now += seconds + self.late


class Rig:
    """The stage above one that answers as it was told."""

    def __init__(
        self,
        *answers: Reply | BaseException,
        rules: RetryRules | None = None,
        allowance: Allowance | None = None,
        quick_seconds: float = 0.0,
    ) -> None:
        self.below = Scripted(*answers)
        self.time = Time()
        self.health = Health()
        self.rules = rules or RetryRules()
        self.stage = Retry(
            self.below,
            "up",
            self.rules,
            allowance or Allowance(self.rules.budget_percent),
            PlainDialect(),
            self.health,
            clock=self.time.epoch,
            monotonic=self.time,
            random=lambda: 0.5,
            sleep=self.time.sleep,
            quick_seconds=lambda: quick_seconds,
        )

    async def ask(self, request: Request = ASKED, *, within_seconds: float = inf) -> Reply:
        with serving(Call(deadline=self.time.now + within_seconds)):
            return await self.stage.send(request)

    async def failure(self, request: Request = ASKED, *, within_seconds: float = inf) -> HeadgateError:
        with pytest.raises(HeadgateError) as caught:
            await self.ask(request, within_seconds=within_seconds)
        return caught.value

    @property
    def asked(self) -> int:
        return len(self.below.asked)


@pytest.mark.parametrize("status", [200, 204, 206, 301, 304, 400, 404, 500])
async def test_an_answer_goes_up_at_once(status: int) -> None:
    answer = buffered(status)
    rig = Rig(answer)

    assert await rig.ask() is answer
    assert (rig.asked, rig.time.slept, rig.health.repeated) == (1, [], 0)


async def test_without_a_call_there_is_all_the_time() -> None:
    rig = Rig(RESET, OK)

    assert await rig.stage.send(ASKED) is OK


async def test_a_failure_is_followed_by_another_attempt_after_a_pause_that_doubles() -> None:
    rig = Rig(RESET, buffered(503), OK)

    assert await rig.ask() is OK
    assert rig.below.asked == [ASKED] * 3
    assert rig.time.slept == [0.1, 0.2]
    assert rig.health.repeated == 2


async def test_after_the_last_attempt_its_reply_goes_up_as_it_is() -> None:
    last = buffered(502, body=b"<html>the third</html>")
    rig = Rig(buffered(503), buffered(504), last)

    assert await rig.ask() is last
    assert rig.asked == 3


async def test_after_the_last_attempt_its_error_goes_up_as_it_is() -> None:
    last = Unreachable("up", "the third")
    rig = Rig(RESET, buffered(503), last)

    assert await rig.failure() is last
    assert last.__context__ is None
    assert last.__cause__ is None


async def test_what_comes_of_the_second_attempt_is_judged_anew() -> None:
    refused = TlsFailed("up", "-")
    rig = Rig(RESET, refused, OK)

    assert await rig.failure() is refused
    assert rig.asked == 2


async def test_one_attempt_is_one() -> None:
    rig = Rig(RESET, rules=RetryRules(attempts=1))

    assert await rig.failure() is RESET
    assert (rig.asked, rig.time.slept) == (1, [])


@pytest.mark.parametrize(("method", "asked"), [("POST", 1), ("PUT", 3), ("DELETE", 1)])
async def test_a_write_is_repeated_only_where_the_settings_name_it(method: str, asked: int) -> None:
    rig = Rig(RESET, RESET, RESET, rules=RetryRules(methods=frozenset({"PUT"})))

    assert await rig.failure(Request(method, "a", body=b"{}")) is RESET
    assert rig.asked == asked


async def test_a_body_that_is_a_stream_is_sent_once() -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"a piece"

    rig = Rig(RESET, rules=RetryRules(methods=frozenset({"PUT"})))

    assert await rig.failure(Request("PUT", "a", body=body())) is RESET
    assert rig.asked == 1


async def test_a_mounts_request_is_left_to_its_client() -> None:
    rig = Rig(RESET)

    assert await rig.failure(Request("GET", "a", may_stream=True)) is RESET
    assert rig.asked == 1


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("value", ["2", NOON_DATE.replace("12:00:00", "12:00:02")])
async def test_retry_after_is_waited_for(status: int, value: str) -> None:
    rig = Rig(buffered(status, {"Retry-After": value}), OK)

    assert await rig.ask() is OK
    assert rig.time.slept == [2.1]


@pytest.mark.parametrize("status", [429, 503])
async def test_a_wait_that_is_too_long_is_told_at_once(status: int) -> None:
    reply = buffered(status, {"Retry-After": "3"})
    rig = Rig(reply)

    assert await rig.ask() is reply
    assert (rig.asked, rig.time.slept) == (1, [])


async def test_nothing_is_begun_that_would_begin_too_late() -> None:
    reply = buffered(503, {"Retry-After": "1"})
    rig = Rig(reply)

    assert await rig.ask(within_seconds=1.1) is reply
    assert (rig.asked, rig.time.slept) == (1, [])


async def test_what_begins_in_time_is_begun() -> None:
    rig = Rig(buffered(503, {"Retry-After": "1"}), OK)

    assert await rig.ask(within_seconds=1.2) is OK


async def test_nothing_is_begun_that_could_not_end_in_time() -> None:
    rig = Rig(RESET, quick_seconds=0.5)
    assert await rig.failure(within_seconds=0.6) is RESET
    assert rig.time.slept == []

    rig = Rig(RESET, OK, quick_seconds=0.5)
    assert await rig.ask(within_seconds=0.7) is OK


async def test_whoever_joins_meanwhile_gives_it_more_time() -> None:
    """A flight's time depends on who waits for it: it is looked at each time anew."""
    call = Call(wanted_until=1_000.15)

    class Joined(Scripted):
        async def send(self, request: Request) -> Reply:
            call.wanted_until += 0.2
            return await super().send(request)

    rig = Rig()
    rig.below = Joined(RESET, RESET, RESET)
    rig.stage._following = rig.below
    with serving(call), pytest.raises(Disconnected):
        await rig.stage.send(ASKED)

    assert rig.time.slept == [0.1, 0.2]


@pytest.mark.parametrize("outcome", [RESET, buffered(503)])
async def test_when_all_have_left_while_we_waited_nothing_is_sent(outcome: Reply | HeadgateError) -> None:
    rig = Rig(outcome)
    rig.time.late = 1.0

    if isinstance(outcome, HeadgateError):
        assert await rig.failure(within_seconds=0.5) is outcome
    else:
        assert await rig.ask(within_seconds=0.5) is outcome
    assert (rig.asked, rig.time.slept, rig.health.repeated) == (1, [0.1], 0)


class TestStreams:
    RULES = RetryRules(mount_attempts=3)
    ASKED = Request("GET", "a", may_stream=True)

    async def test_one_that_is_given_up_is_closed_before_we_wait(self) -> None:
        first, second, last = Body(b"-"), Body(b"-"), Body(b"the third")
        answer = last.reply(503)
        rig = Rig(first.reply(503), second.reply(502), answer, rules=self.RULES)
        rig.time.open_bodies = [first]

        assert await rig.ask(self.ASKED) is answer
        assert [first.closed, second.closed, last.closed] == [1, 1, 0]

    @pytest.mark.parametrize(
        ("status", "headers"),
        [(200, {}), (404, {}), (503, {"Retry-After": "3"}), (429, {}), (429, {"Retry-After": "3"})],
    )
    async def test_one_that_goes_up_stays_open(self, status: int, headers: dict[str, str]) -> None:
        body = Body(b"-")
        reply = body.reply(status, headers)
        rig = Rig(reply, rules=self.RULES)

        assert await rig.ask(self.ASKED) is reply
        assert body.closed == 0

    async def test_one_that_is_closed_already_is_not_given_to_anybody(self) -> None:
        body = Body(b"-")
        rig = Rig(body.reply(503), rules=self.RULES)
        rig.time.late = 1.0

        assert isinstance(await rig.failure(self.ASKED, within_seconds=0.5), DeadlineExceeded)
        assert (rig.asked, body.closed) == (1, 1)


class TestAllowance:
    async def test_an_outage_is_not_multiplied(self) -> None:
        rig = Rig(*[RESET] * 1_000)

        for _ in range(50):
            await rig.failure()

        assert rig.health.repeated == FLOOR
        assert rig.asked == 50 + FLOOR

    async def test_what_was_asked_in_the_last_seconds_counts(self) -> None:
        allowance = Allowance(10)
        rig = Rig(*[OK] * 400, *[RESET] * 1_000, allowance=allowance)
        for _ in range(400):
            await rig.ask()

        for _ in range(100):
            await rig.failure()

        assert FLOOR < rig.health.repeated <= 50

    async def test_what_was_turned_away_here_is_no_traffic(self) -> None:
        refusal = CircuitOpen("up", "-", retry_after_seconds=5)
        rig = Rig(*[refusal] * 1_000, *[RESET] * 1_000)
        for _ in range(1_000):
            await rig.failure()

        for _ in range(50):
            await rig.failure()

        assert rig.health.repeated == FLOOR

    async def test_who_waits_for_a_limit_that_we_know_repeats_nothing(self) -> None:
        allowance = Allowance(10)
        while allowance.grants(1_000.0):
            pass
        refusal = SecondaryLimit("up", "later", status=None, retry_after_seconds=1)
        rig = Rig(refusal, OK, allowance=allowance)

        assert await rig.ask() is OK
        assert (rig.time.slept, rig.health.repeated) == ([1.1], 0)

    async def test_a_quota_that_we_know_to_be_spent_goes_up_at_once(self) -> None:
        refusal = PrimaryLimit("up", "spent", status=None, retry_after_seconds=1)
        rig = Rig(refusal)

        assert await rig.failure() is refusal
        assert (rig.time.slept, rig.asked) == ([], 1)


async def test_each_repeat_is_logged_with_its_reason_and_nothing_of_the_request(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)

    await Rig(RESET, buffered(503, {"Retry-After": "1"}), OK).ask()

    assert [record.getMessage() for record in caplog.records] == [
        "asking again upstream=up attempt=2 after_seconds=0.1 reason=upstream_disconnected",
        "asking again upstream=up attempt=3 after_seconds=1.2 reason=503",
    ]


async def test_what_nobody_foresaw_goes_through() -> None:
    rig = Rig(ZeroDivisionError())

    with pytest.raises(ZeroDivisionError):
        await rig.ask()
    assert rig.asked == 1
