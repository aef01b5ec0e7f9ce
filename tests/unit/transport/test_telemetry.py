"""Telemetry writes down what passed by, to the end of the body, and changes nothing of it."""

import pytest

from app.call import Call, Exchange, serving
from app.clients.github import GitHubDialect
from app.errors import DeadlineExceeded, Disconnected, Unreachable
from app.identity import ANONYMOUS
from app.transport.dialect import Quota
from app.transport.exchange import Reply, Request, Streamed
from app.transport.health import LATENCY_SAMPLES, Failure, Health
from app.transport.telemetry import Telemetry
from tests.unit.transport.stages import Body, Scripted, buffered

NOW = 1_800_000_000.0
ASKED = Request("GET", "repos/acme/rocket")
QUOTA = {
    "x-ratelimit-resource": "core",
    "x-ratelimit-limit": "60",
    "x-ratelimit-remaining": "7",
    "x-ratelimit-used": "53",
    "x-ratelimit-reset": "1800000900",
}


class Stopwatch:
    """Each look is a second later than the one before."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def telemetry(health: Health, *answers: Reply | BaseException) -> Telemetry:
    return Telemetry(Scripted(*answers), "github", GitHubDialect(), health, clock=lambda: NOW, stopwatch=Stopwatch())


async def test_a_reply_is_written_into_the_call_and_the_health() -> None:
    health, reply = Health(), buffered(200, QUOTA)

    with serving(Call()) as call:
        assert await telemetry(health, reply).send(ASKED) is reply

    assert call.exchanges == [Exchange("github", "GET", 200, "reply", 1.0)]
    assert (health.reachable, health.known_at_epoch_seconds, health.requests) == (True, NOW, 1)
    assert list(health.latencies_seconds) == [1.0]
    assert health.quotas == {"core": Quota("core", 60, 7, 53, 1_800_000_900)}
    assert health.last_failure is None


async def test_what_a_caller_has_left_is_not_what_we_have_left() -> None:
    health = Health()

    with serving(Call(identity=ANONYMOUS)):
        await telemetry(health, buffered(200, QUOTA)).send(ASKED)

    assert health.quotas == {}


async def test_an_error_goes_up_and_is_remembered() -> None:
    health, error = Health(), Unreachable("github", "no connection to github")
    stage = telemetry(health, error, buffered())

    with serving(Call()) as call, pytest.raises(Unreachable) as caught:
        await stage.send(ASKED)

    assert caught.value is error
    assert call.exchanges == [Exchange("github", "GET", None, "upstream_unreachable", 1.0)]
    assert health.reachable is False
    assert health.last_failure == Failure("upstream_unreachable", "no connection to github", NOW)
    assert not health.latencies_seconds

    await stage.send(ASKED)
    assert health.reachable is True
    assert health.last_failure is not None


async def test_a_server_error_is_a_reply_and_a_failure() -> None:
    health = Health()

    await telemetry(health, buffered(502)).send(ASKED)

    assert health.reachable is True
    assert health.last_failure == Failure("upstream_failed", "github answered 502", NOW)


async def test_a_callers_impatience_says_nothing_about_the_upstream() -> None:
    health = Health()

    with serving(Call()) as call, pytest.raises(DeadlineExceeded):
        await telemetry(health, DeadlineExceeded("no time left")).send(ASKED)

    assert [exchange.outcome for exchange in call.exchanges] == ["deadline_exceeded"]
    assert (health.reachable, health.last_failure, health.requests) == (None, None, 1)


async def test_a_bug_of_ours_is_not_taken_for_an_upstreams() -> None:
    health = Health()

    with pytest.raises(RuntimeError):
        await telemetry(health, RuntimeError("bug")).send(ASKED)

    assert health == Health()


async def test_a_stream_is_written_down_when_its_body_ends() -> None:
    health, body = Health(), Body(b"a")

    with serving(Call()) as call:
        reply = await telemetry(health, body.reply(200, QUOTA)).send(ASKED)
    assert isinstance(reply, Streamed)
    assert call.exchanges == []
    assert "core" in health.quotas

    assert [chunk async for chunk in reply.chunks()] == [b"a"]

    assert call.exchanges == [Exchange("github", "GET", 200, "reply", 1.0)]
    assert health.requests == 1


async def test_a_stream_that_breaks_is_a_failure_after_a_reply() -> None:
    health, error = Health(), Disconnected("github", "cut off")

    with serving(Call()) as call:
        reply = await telemetry(health, Body(b"a", error=error).reply()).send(ASKED)
    assert isinstance(reply, Streamed)
    with pytest.raises(Disconnected):
        [chunk async for chunk in reply.chunks()]

    assert call.exchanges == [Exchange("github", "GET", 200, "upstream_disconnected", 1.0)]
    assert health.last_failure == Failure("upstream_disconnected", "cut off", NOW)


async def test_without_a_call_it_measures_all_the_same() -> None:
    health = Health()

    await telemetry(health, buffered()).send(ASKED)

    assert health.requests == 1


class TestLatency:
    def test_is_unknown_at_first(self) -> None:
        assert Health().latency_seconds(0.5) is None

    @pytest.mark.parametrize(("quantile", "seconds"), [(0, 1), (0.5, 6), (0.99, 10), (1, 10)])
    def test_is_told_by_quantile(self, quantile: float, seconds: float) -> None:
        health = Health()
        health.latencies_seconds.extend(range(10, 0, -1))

        assert health.latency_seconds(quantile) == seconds

    def test_forgets_what_is_long_past(self) -> None:
        health = Health()
        health.latencies_seconds.extend([99.0] + [1.0] * LATENCY_SAMPLES)

        assert health.latency_seconds(1) == 1
