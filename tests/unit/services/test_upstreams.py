"""The state of the upstreams: news are told as they are, and what is not known is probed once, at no cost."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from math import inf

import pytest

from app.call import Call, current_call, serving
from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.errors import DeadlineExceeded, HeadgateError, NotConfigured, Unreachable
from app.identity import ANONYMOUS, Identity
from app.journal.journal import Journal
from app.services.answers.upstream import (
    BlockState,
    BreakerState,
    BudgetState,
    LastError,
    Latency,
    QuotaState,
    UpstreamState,
)
from app.services.queries import PageQuery
from app.services.upstreams import NEWS_SECONDS, PROBE_SECONDS, UpstreamService
from app.transport.breaker.circuit import BreakerRules, Circuit
from app.transport.breaker.stage import Breaker
from app.transport.budget.ask import Ask
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger
from app.transport.budget.rules import BudgetRules
from app.transport.budget.stage import Budget
from app.transport.dialect import Dialect, Quota
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Failure, Health
from app.transport.observation import Observation
from app.transport.session import UpstreamSession
from app.transport.stage import Stage
from app.transport.upstream import Upstream
from tests.live import CONNECTION
from tests.unit.transport.stages import Body, Scripted, buffered

OWN = Identity("gateway:github")
NOW = 1_800_000_000.0
RESET = 1_800_000_900
TICKED = 5_000.0
"""What the stopwatch of service and breakers shows at NOW."""
QUOTAS = b'{"resources": {"core": {"limit": 60, "remaining": 7, "used": 53, "reset": 1800000900}}}'
RULES = BreakerRules(failure_percent=50, minimum_requests=2, window_seconds=10, open_seconds=5)
NO_LATENCY = Latency(samples=0, p50_seconds=None, p95_seconds=None, max_seconds=None)


class Probed:
    """A stage that answers the same again and again, and remembers the calls for which it did."""

    def __init__(self, answer: Reply | HeadgateError) -> None:
        self._answer = answer
        self.asked: list[Request] = []
        self.calls: list[Call] = []

    async def send(self, request: Request) -> Reply:
        self.asked.append(request)
        self.calls.append(current_call())
        if isinstance(self._answer, HeadgateError):
            raise self._answer
        return self._answer


class Unasked:
    """The way through the cache, which a probe must not take: a stored reply says nothing of how upstream is now."""

    async def send(self, request: Request) -> Reply:
        raise AssertionError(f"asked through the cache: {request}")


def moment(epoch_seconds: float) -> datetime:
    return datetime.fromtimestamp(epoch_seconds, UTC)


def upstream_over(
    stage: Stage, health: Health | None = None, *, name: str = "github", dialect: Dialect | None = None
) -> Upstream:
    """With observation and budget above the stage, as the pipeline has it: an exchange takes half a second."""
    health, dialect = health or Health(), dialect or GitHubDialect()
    looks = iter(range(1_000))
    direct: Stage = Observation(
        stage, name, health, dialect, OWN, Journal(), clock=lambda: NOW, stopwatch=lambda: next(looks) / 2
    )
    if dialect.quota_target() is not None:
        ledger = Ledger()
        gate = Gate(name, ledger, BudgetRules(), clock=lambda: NOW, monotonic=lambda: TICKED)
        direct = Budget(direct, name, gate, ledger, dialect, OWN, health, clock=lambda: NOW, monotonic=lambda: TICKED)
    session = UpstreamSession(name, CONNECTION)  # never opened: nothing goes out
    return Upstream(name, "github", f"https://{name}.example/", dialect, Unasked(), direct, session, health)


def service_of(*upstreams: Upstream, later_seconds: float = 0.0) -> UpstreamService:
    """That looks at them so many seconds after NOW."""
    return UpstreamService(
        {upstream.name: upstream for upstream in upstreams},
        clock=lambda: NOW + later_seconds,
        stopwatch=lambda: TICKED + later_seconds,
    )


async def test_everything_that_was_seen_is_told() -> None:
    stage = Scripted()
    health = Health(
        reachable=True,
        known_at_epoch_seconds=NOW - 1,
        last_failure=Failure("upstream_timeout", "github did not answer in time", NOW - 99),
        quotas={
            "search": Quota("search", 30, 29, 1, None),
            "core": Quota("core", 60, 7, 53, 1_800_000_900),
        },
        requests=12,
        repeated=3,
        circuit=Circuit(RULES),
    )
    health.latencies_seconds.extend(number / 100 for number in range(1, 101))

    assert await service_of(upstream_over(stage, health)).upstream("github") == UpstreamState(
        name="github",
        kind="github",
        base_url="https://github.example/",
        reachable=True,
        checked_at=moment(NOW),
        last_error=LastError(code="upstream_timeout", detail="github did not answer in time", at=moment(NOW - 99)),
        requests=12,
        retries=3,
        latency=Latency(samples=100, p50_seconds=0.51, p95_seconds=0.96, max_seconds=1.0),
        quotas=(
            QuotaState(resource="core", limit=60, remaining=7, used=53, reset_at=moment(1_800_000_900)),
            QuotaState(resource="search", limit=30, remaining=29, used=1, reset_at=None),
        ),
        breaker=BreakerState(state="closed", since=None, retry_at=None, requests=0, failures=0, opened_times=0),
        budget=None,
    )
    assert stage.asked == []


@pytest.mark.parametrize("reset", [253_402_300_800, 10**18, 10**30, -1, -(10**12)])
async def test_a_reset_that_is_no_moment_is_null(reset: int) -> None:
    health = Health(reachable=True, known_at_epoch_seconds=NOW, quotas={"core": Quota("core", 60, 7, 53, reset)})

    state = await service_of(upstream_over(Scripted(), health)).upstream("github")

    assert [(quota.remaining, quota.reset_at) for quota in state.quotas] == [(7, None)]


class TestNews:
    @pytest.mark.parametrize("age_seconds", [0.0, NEWS_SECONDS, -5.0])
    async def test_fresh_news_need_no_probe(self, age_seconds: float) -> None:
        stage = Scripted()
        health = Health(reachable=True, known_at_epoch_seconds=NOW - age_seconds)

        assert (await service_of(upstream_over(stage, health)).upstream("github")).reachable
        assert stage.asked == []

    async def test_fresh_bad_news_need_no_probe_either(self) -> None:
        stage = Scripted()
        health = Health(reachable=False, known_at_epoch_seconds=NOW - 1)

        assert not (await service_of(upstream_over(stage, health)).upstream("github")).reachable
        assert stage.asked == []

    @pytest.mark.parametrize("known_at", [None, NOW - NEWS_SECONDS - 0.1], ids=["no news", "stale news"])
    @pytest.mark.parametrize("reachable", [True, False])
    async def test_without_them_upstream_is_probed_once(self, known_at: float | None, reachable: bool) -> None:
        stage = Probed(buffered(body=QUOTAS))
        service = service_of(upstream_over(stage, Health(reachable=reachable, known_at_epoch_seconds=known_at)))

        state = await service.upstream("github")

        assert (state.reachable, state.requests, state.last_error) == (True, 1, None)
        assert state.latency == Latency(samples=1, p50_seconds=0.5, p95_seconds=0.5, max_seconds=0.5)
        assert state.quotas == (
            QuotaState(resource="core", limit=60, remaining=7, used=53, reset_at=moment(1_800_000_900)),
        )
        await service.upstream("github")
        assert len(stage.asked) == 1


class TestProbes:
    async def test_a_probe_asks_for_what_costs_no_quota(self) -> None:
        github, other = Probed(buffered()), Probed(buffered())
        service = service_of(upstream_over(github), upstream_over(other, name="other", dialect=PlainDialect()))

        await service.upstreams()

        assert [(request.method, request.target, request.may_stream) for request in github.asked] == [
            ("GET", "rate_limit", False)
        ]
        assert [(request.method, request.target) for request in other.asked] == [("GET", "")]

    @pytest.mark.parametrize("status", [301, 401, 404, 429, 500, 503])
    async def test_any_answer_is_a_sign_of_life(self, status: int) -> None:
        state = await service_of(upstream_over(Probed(buffered(status)))).upstream("github")

        assert state.reachable
        assert (state.last_error is not None) == (status >= 500)

    async def test_a_probe_that_fails_tells_why(self) -> None:
        down = Unreachable("github", "no connection to github")

        state = await service_of(upstream_over(Probed(down))).upstream("github")

        assert not state.reachable
        assert state.last_error == LastError(
            code="upstream_unreachable", detail="no connection to github", at=moment(NOW)
        )
        assert state.latency == NO_LATENCY

    @pytest.mark.parametrize("reachable", [True, False, None])
    async def test_a_probe_that_runs_out_of_time_shows_nothing_reachable(self, reachable: bool | None) -> None:
        known_at = None if reachable is None else NOW - 60
        stage = Probed(DeadlineExceeded("the time that the caller gave ran out"))
        health = Health(reachable=reachable, known_at_epoch_seconds=known_at)

        state = await service_of(upstream_over(stage, health)).upstream("github")

        assert (state.reachable, state.last_error, len(stage.asked)) == (False, None, 1)

    @pytest.mark.parametrize(
        ("patience_seconds", "probe_seconds"), [(inf, PROBE_SECONDS), (60.0, PROBE_SECONDS), (0.5, 0.5)]
    )
    async def test_a_probe_has_little_time_and_never_more_than_the_caller(
        self, patience_seconds: float, probe_seconds: float
    ) -> None:
        stage = Probed(buffered())
        before = asyncio.get_running_loop().time()

        with serving(Call(deadline=before + patience_seconds)):
            await service_of(upstream_over(stage)).upstream("github")

        after = asyncio.get_running_loop().time()
        (call,) = stage.calls
        assert before + probe_seconds <= call.deadline <= after + probe_seconds

    async def test_a_probe_is_made_with_our_own_credential_and_is_not_the_callers(self) -> None:
        stage = Probed(buffered(body=QUOTAS))

        with serving(Call(request_id="mine", identity=ANONYMOUS)) as call:
            state = await service_of(upstream_over(stage)).upstream("github")
            assert current_call() is call

        assert [(probe.identity, probe.request_id) for probe in stage.calls] == [(None, "")]
        assert call.exchanges == []
        assert [quota.resource for quota in state.quotas] == ["core"]

    async def test_a_bug_in_a_stage_is_not_taken_for_an_upstream_that_is_down(self) -> None:
        with pytest.raises(TypeError, match="streamed"):
            await service_of(upstream_over(Probed(Body(b"x").reply()))).upstream("github")


class TestBreakers:
    """Of an upstream whose circuit has opened at NOW, and which nobody asks since."""

    @staticmethod
    async def opened(*, since_seconds: float = 0.0, then: Reply | HeadgateError | None = None) -> Health:
        """What is known of it; with `then`, a probe got that `since_seconds` after it opened."""
        down = Unreachable("github", "no connection to github")
        ticks = [TICKED]
        health = Health(reachable=False, known_at_epoch_seconds=NOW, circuit=Circuit(RULES))
        assert health.circuit is not None
        answers = Scripted(down, down, *([] if then is None else [then]))
        breaker = Breaker(answers, "github", health.circuit, clock=lambda: ticks[0])
        for _ in range(2):
            with pytest.raises(Unreachable):
                await breaker.send(Request("GET", "repos/acme/rocket"))
        if then is not None:
            ticks[0] += since_seconds
            with suppress(HeadgateError):
                await breaker.send(Request("GET", "repos/acme/rocket"))
        return health

    @staticmethod
    async def state(health: Health, later_seconds: float) -> BreakerState | None:
        service = service_of(upstream_over(Probed(buffered()), health), later_seconds=later_seconds)
        return (await service.upstream("github")).breaker

    async def test_an_open_one_tells_since_when_and_until_when(self) -> None:
        health = await self.opened()

        assert await self.state(health, 1.25) == BreakerState(
            state="open", since=moment(NOW), retry_at=moment(NOW + 5), requests=2, failures=2, opened_times=1
        )

    @pytest.mark.parametrize(("later_seconds", "counted"), [(5.0, 2), (9.0, 2), (60.0, 0)])
    async def test_its_time_passes_though_nobody_asks(self, later_seconds: float, counted: int) -> None:
        health = await self.opened()

        assert await self.state(health, later_seconds) == BreakerState(
            state="half_open",
            since=moment(NOW + 5),
            retry_at=None,
            requests=counted,
            failures=counted,
            opened_times=1,
        )

    async def test_one_whose_probe_succeeded_is_closed_since_then(self) -> None:
        health = await self.opened(since_seconds=7, then=buffered())

        assert await self.state(health, 8) == BreakerState(
            state="closed", since=moment(NOW + 7), retry_at=None, requests=0, failures=0, opened_times=1
        )

    async def test_one_whose_probe_failed_is_open_since_then_and_it_is_the_same_outage(self) -> None:
        health = await self.opened(since_seconds=7, then=buffered(502))

        assert await self.state(health, 8) == BreakerState(
            state="open", since=moment(NOW + 7), retry_at=moment(NOW + 12), requests=2, failures=2, opened_times=1
        )

    async def test_the_services_own_probe_goes_past_it_and_changes_nothing_of_it(self) -> None:
        health = await self.opened()
        health.known_at_epoch_seconds = None
        stage = Probed(buffered())

        state = await service_of(upstream_over(stage, health), later_seconds=1).upstream("github")

        assert len(stage.asked) == 1
        assert state.reachable
        assert state.breaker is not None
        assert state.breaker.state == "open"

    async def test_where_there_is_none_it_is_null(self) -> None:
        assert await self.state(Health(reachable=True, known_at_epoch_seconds=NOW), 0) is None


class Meeting:
    """A stage that answers once as many ask as are expected."""

    def __init__(self, expected: int) -> None:
        self._barrier = asyncio.Barrier(expected)

    async def send(self, request: Request) -> Buffered:
        await self._barrier.wait()
        return buffered()


class TestAllUpstreams:
    async def test_they_stand_in_the_order_of_the_configuration(self) -> None:
        names: Sequence[str] = ("zeta", "alpha", "mid")
        service = service_of(*(upstream_over(Probed(buffered()), name=name) for name in names))

        found = await service.upstreams()

        assert [state.name for state in found.items] == ["zeta", "alpha", "mid"]
        assert (found.total, found.more, found.incomplete, found.query) == (3, False, False, PageQuery())

    async def test_they_are_probed_at_the_same_time(self) -> None:
        meeting = Meeting(3)
        service = service_of(*(upstream_over(meeting, name=name) for name in ("a", "b", "c")))

        async with asyncio.timeout(10):
            found = await service.upstreams()

        assert [state.reachable for state in found.items] == [True, True, True]

    async def test_one_that_is_down_does_not_hide_the_others(self) -> None:
        down, up = Probed(Unreachable("a", "no connection to a")), Probed(buffered())

        found = await service_of(upstream_over(down, name="a"), upstream_over(up, name="b")).upstreams()

        assert [state.reachable for state in found.items] == [False, True]

    async def test_there_may_be_none(self) -> None:
        found = await service_of().upstreams()

        assert (found.items, found.total) == ((), 0)

    async def test_an_unknown_name_is_not_configured(self) -> None:
        with pytest.raises(NotConfigured) as caught:
            await service_of(upstream_over(Scripted())).upstream("gitlab")

        assert caught.value.detail == "no upstream is configured under the name gitlab"


async def test_what_is_under_way_and_blocked_is_told_and_quotas_are_those_of_all_workers() -> None:
    health = Health(reachable=True, known_at_epoch_seconds=NOW, quotas={"core": Quota("core", 60, 7, 53, RESET)})
    upstream = upstream_over(Scripted(), health)
    budget = upstream.direct
    assert isinstance(budget, Budget)
    books = budget._books_of(OWN.partition, "core")
    books.quota.learn(Quota("core", 60, 2, 58, RESET))  # as another worker does
    books.quota.block(NOW + 61.5, 1)
    budget.gate.admit(Ask(budget._books_of("caller:1", "core"), 1, 1, is_write=False, call=Call()))

    state = await service_of(replace(upstream, budget=budget)).upstream("github")

    assert [(quota.used, quota.remaining) for quota in state.quotas] == [(58, 2)]
    assert state.budget == BudgetState(
        in_flight=1, waiting=0, blocked=(BlockState(resource="core", until=moment(NOW + 61.5)),)
    )
