"""The stage: what counts as a failure of upstream's, when it is settled, and what is told of it."""

import asyncio
import logging
from collections.abc import AsyncIterator

import pytest

from app import errors
from app.errors import (
    CircuitOpen,
    DeadlineExceeded,
    Disconnected,
    HeadgateError,
    InvalidRequest,
    MalformedUpstreamReply,
    NotAsked,
    PrimaryLimit,
    QueueFull,
    RedirectRefused,
    ReplyTooLarge,
    SessionNotOpen,
    Unreachable,
    UpstreamTimeout,
)
from app.transport.breaker.circuit import BreakerRules, Circuit, Snapshot
from app.transport.breaker.stage import PROBING_SECONDS, Breaker
from app.transport.exchange import Reply, Request, Streamed
from tests.unit.transport.stages import Body, Scripted, buffered

RULES = BreakerRules(failure_percent=50, minimum_requests=2, window_seconds=10, open_seconds=5)
ASKED = Request("GET", "repos/acme/rocket")
DOWN = Unreachable("up", "no connection to up")
LOGGER = "app.transport.breaker.stage"


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Rig:
    """A breaker above a scripted stage."""

    def __init__(self, *answers: Reply | BaseException) -> None:
        self.clock = Clock()
        self.circuit = Circuit(RULES)
        self.following = Scripted(*answers)
        self.stage = Breaker(self.following, "up", self.circuit, clock=self.clock)

    @property
    def seen(self) -> Snapshot:
        return self.circuit.snapshot(self.clock())

    @property
    def state(self) -> str:
        return self.seen.state

    async def ask(self) -> Reply | BaseException:
        """What comes of it, whatever it is."""
        try:
            return await self.stage.send(ASKED)
        except BaseException as error:  # noqa: BLE001 -- the test looks at it
            return error


def half_open(*answers: Reply | BaseException) -> Rig:
    """A rig whose next question is a probe."""
    rig = Rig(*answers)
    for _ in range(RULES.minimum_requests):
        ticket = rig.circuit.admit(rig.clock())
        assert ticket is not None
        rig.circuit.failed(ticket, rig.clock())
    rig.clock.now += RULES.open_seconds
    assert rig.state == "half_open"
    return rig


class Pending:
    """A stage that answers when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    async def send(self, request: Request) -> Reply:
        self.asked += 1
        return await self.answer


class TestVerdicts:
    @pytest.mark.parametrize("status", [500, 502, 503, 504, 507, 520, 599])
    async def test_an_error_of_upstreams_own_is_a_failure_and_its_reply_goes_up(self, status: int) -> None:
        reply = buffered(status)
        rig = Rig(reply)

        assert await rig.ask() is reply
        assert (rig.seen.requests, rig.seen.failures) == (1, 1)

    @pytest.mark.parametrize("status", [200, 202, 304, 301, 400, 401, 403, 404, 409, 422, 429, 451, 501, 505])
    async def test_any_other_reply_is_a_sign_of_life(self, status: int) -> None:
        reply = buffered(status)
        rig = Rig(reply)

        assert await rig.ask() is reply
        assert (rig.seen.requests, rig.seen.failures) == (1, 0)

    @pytest.mark.parametrize(
        "error",
        [
            DOWN,
            errors.NameNotResolved("up", "no address"),
            errors.TlsFailed("up", "not trusted"),
            errors.ProxyFailed("up", "the proxy refused"),
            Disconnected("up", "cut off"),
            UpstreamTimeout("up", "read", 10),
            MalformedUpstreamReply("up", "not HTTP"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_no_usable_reply_is_a_failure(self, error: HeadgateError) -> None:
        rig = Rig(error)

        assert await rig.ask() is error
        assert (rig.seen.requests, rig.seen.failures) == (1, 1)

    @pytest.mark.parametrize("error", [ReplyTooLarge("up", "larger"), RedirectRefused("up", "out of the origin")])
    async def test_more_than_we_take_is_a_sign_of_life(self, error: HeadgateError) -> None:
        rig = Rig(error)

        assert await rig.ask() is error
        assert (rig.seen.requests, rig.seen.failures) == (1, 0)

    @pytest.mark.parametrize(
        "error",
        [
            DeadlineExceeded("the caller's time ran out"),
            InvalidRequest([]),
            SessionNotOpen("not open"),
            QueueFull("up", "too many wait", retry_after_seconds=1),
            NotAsked("up", "not asked", retry_after_seconds=1),
            PrimaryLimit("up", "the quota is spent", status=None, retry_after_seconds=60),
            asyncio.CancelledError(),
            RuntimeError("a bug of ours"),
        ],
        ids=lambda error: type(error).__name__,
    )
    async def test_what_says_nothing_of_upstream_counts_as_nothing(self, error: BaseException) -> None:
        rig = Rig(error)

        assert await rig.ask() is error
        assert (rig.seen.requests, rig.seen.failures) == (0, 0)

        rig = half_open(error, error, buffered())
        assert await rig.ask() is error
        assert rig.state == "half_open"
        assert await rig.ask() is error, "the next one is the probe at once"
        await rig.ask()
        assert rig.state == "closed"


class TestOpen:
    async def test_upstream_is_not_asked_and_the_caller_told_when_to_come_again(self) -> None:
        rig = Rig(DOWN, DOWN)
        await rig.ask()
        await rig.ask()
        rig.clock.now += 1.5

        refusal = await rig.ask()

        assert isinstance(refusal, CircuitOpen)
        assert (refusal.upstream, refusal.retry_after_seconds) == ("up", 3.5)
        assert refusal.detail == "up failed too often a moment ago and is left alone for 4 s"
        assert len(rig.following.asked) == 2

    async def test_refusals_are_no_outcomes(self) -> None:
        rig = Rig(DOWN, DOWN)
        for _ in range(50):
            await rig.ask()

        assert (rig.seen.requests, rig.seen.failures, rig.seen.opened_times) == (2, 2, 1)

    async def test_one_that_never_opens_asks_every_time(self) -> None:
        following = Scripted(*[DOWN] * 50)
        circuit = Circuit(BreakerRules(None, 2, 10, 5))
        stage = Breaker(following, "up", circuit, clock=Clock())
        for _ in range(50):
            with pytest.raises(Unreachable):
                await stage.send(ASKED)

        assert len(following.asked) == 50


class TestProbes:
    async def test_one_goes_and_the_others_are_told_to_come_again_soon(self) -> None:
        rig = half_open()
        pending = Pending()
        stage = Breaker(pending, "up", rig.circuit, clock=rig.clock)
        asking = [asyncio.ensure_future(stage.send(ASKED)) for _ in range(50)]

        await asyncio.sleep(0)

        assert (pending.asked, [one.done() for one in asking]) == (1, [False] + 49 * [True])
        refusals = [one.exception() for one in asking[1:]]
        assert {type(refusal) for refusal in refusals} == {CircuitOpen}
        assert {getattr(refusal, "retry_after_seconds", None) for refusal in refusals} == {PROBING_SECONDS}
        assert "is being asked whether it is well again" in str(refusals[0])
        pending.answer.set_result(buffered())
        assert await asking[0] == buffered()
        assert rig.state == "closed"

    async def test_a_caller_who_leaves_frees_the_place(self) -> None:
        rig = half_open()
        pending = Pending()
        stage = Breaker(pending, "up", rig.circuit, clock=rig.clock)
        probe = asyncio.ensure_future(stage.send(ASKED))
        await asyncio.sleep(0)
        assert rig.circuit.probing

        probe.cancel()
        with pytest.raises(asyncio.CancelledError):
            await probe

        assert not rig.circuit.probing
        assert rig.circuit.admit(rig.clock()) is not None

    async def test_one_that_fails_leaves_upstream_alone_again(self) -> None:
        rig = half_open(DOWN)

        assert await rig.ask() is DOWN
        assert isinstance(await rig.ask(), CircuitOpen)
        assert (rig.state, rig.seen.retry_at) == ("open", rig.clock.now + 5)

    @pytest.mark.parametrize("status", [200, 404, 403, 429])
    async def test_a_limit_is_a_success_like_any_other_answer(self, status: int) -> None:
        rig = half_open(buffered(status))

        await rig.ask()

        assert rig.state == "closed"

    async def test_the_head_of_a_stream_is_enough(self) -> None:
        body = Body(b"1", error=Disconnected("up", "cut off"))
        rig = half_open(body.reply())

        reply = await rig.ask()

        assert rig.state == "closed"
        assert isinstance(reply, Streamed)
        with pytest.raises(Disconnected):
            await read(reply.chunks())
        assert (rig.state, rig.seen.requests) == ("closed", 0), "one request has one outcome"


async def read(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


class TestStreams:
    async def test_a_body_that_arrives_whole_is_a_success_when_it_has(self) -> None:
        rig = Rig(Body(b"1", b"2").reply())

        reply = await rig.ask()

        assert isinstance(reply, Streamed)
        assert rig.seen.requests == 0
        assert await read(reply.chunks()) == b"12"
        assert (rig.seen.requests, rig.seen.failures) == (1, 0)

    async def test_one_that_is_cut_off_is_a_failure(self) -> None:
        rig = Rig(Body(b"1", error=Disconnected("up", "cut off")).reply())
        reply = await rig.ask()

        assert isinstance(reply, Streamed)
        with pytest.raises(Disconnected):
            await read(reply.chunks())

        assert (rig.seen.requests, rig.seen.failures) == (1, 1)

    async def test_a_caller_who_hangs_up_is_no_failure_of_upstreams(self) -> None:
        rig = Rig(Body(b"1", b"2").reply(), Body(b"1", b"2").reply())
        unread = await rig.ask()
        half_read = await rig.ask()

        assert isinstance(unread, Streamed)
        assert isinstance(half_read, Streamed)
        unread.close()
        async for _ in half_read.chunks():
            break
        half_read.close()

        assert (rig.seen.requests, rig.seen.failures) == (2, 0)

    async def test_an_error_of_upstreams_own_is_settled_by_its_head(self) -> None:
        body = Body(b"an endless page")
        rig = Rig(body.reply(503))

        reply = await rig.ask()

        assert (rig.seen.requests, rig.seen.failures) == (1, 1)
        assert isinstance(reply, Streamed)
        reply.close()
        assert (rig.seen.requests, rig.seen.failures, body.closed) == (1, 1, 1)

    async def test_one_that_ends_after_the_circuit_opened_changes_nothing(self) -> None:
        rig = Rig(Body(b"1").reply(), DOWN, DOWN)
        reply = await rig.ask()
        await rig.ask()
        await rig.ask()
        before = rig.seen

        assert before.state == "open"
        assert isinstance(reply, Streamed)
        assert await read(reply.chunks()) == b"1"
        assert rig.seen == before


class TestLog:
    async def test_each_transition_is_told_once(self, caplog: pytest.LogCaptureFixture) -> None:
        rig = Rig(buffered(), DOWN, buffered(502), buffered(503))
        with caplog.at_level(logging.INFO, LOGGER):
            for _ in range(6):
                await rig.ask()
            rig.clock.now += 5
            await rig.ask()
            await rig.ask()
            rig.clock.now += 5
            await rig.ask()
            await rig.ask()

        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            ("WARNING", "circuit opened upstream=up failures=1 of=2 within_seconds=10 last=upstream_unreachable"),
            ("INFO", 'circuit opened again upstream=up probe="status 502"'),
            ("INFO", 'circuit opened again upstream=up probe="status 503"'),
        ]

    async def test_the_end_of_an_outage_is_told(self, caplog: pytest.LogCaptureFixture) -> None:
        rig = half_open(buffered(), buffered())
        with caplog.at_level(logging.INFO, LOGGER):
            await rig.ask()
            await rig.ask()

        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            ("INFO", "circuit closed upstream=up")
        ]


async def test_who_waits_below_is_turned_away_when_it_opens() -> None:
    turned_away: list[CircuitOpen] = []
    down = Scripted(*[DOWN] * 3)
    breaker = Breaker(
        down,
        "up",
        Circuit(RULES),
        clock=lambda: 100.0,
        turn_away=lambda refusal: turned_away.extend(refusal() for _ in range(2)),
    )
    for opened in (0, 2):
        with pytest.raises(Unreachable):
            await breaker.send(ASKED)
        assert len(turned_away) == opened
    assert turned_away[0] is not turned_away[1]
    assert turned_away[0].retry_after_seconds == 5
