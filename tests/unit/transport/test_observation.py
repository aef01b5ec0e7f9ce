"""Observation writes down how an upstream is, by what passes by, to the end of the body, and changes nothing of it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import pytest

from app.call import Call, serving
from app.clients.github import GitHubDialect
from app.errors import DeadlineExceeded, Disconnected, Unreachable
from app.identity import Identity, SealedCredential
from app.journal.journal import Journal
from app.journal.records import Asked, Served
from app.transport.dialect import Quota
from app.transport.exchange import Reply, Request, Streamed
from app.transport.health import KNOWN_PARTITIONS, LATENCY_SAMPLES, Failure, Health
from app.transport.observation import Observation
from tests.unit.transport.stages import Body, Scripted, Stopwatch, buffered

NOW = 1_800_000_000.0
ASKED = Request("GET", "repos/acme/rocket")
CORE = Quota("core", 60, 7, 53, 1_800_000_900)


OWN = Identity("gateway:github", SealedCredential({"Authorization": "Bearer invented"}))


class Told:
    """A reader that keeps what it is told."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []

    def read(self, served: Sequence[Served], asked: Sequence[Asked]) -> None:
        assert not served
        self.asked.extend(asked)


def observation(health: Health, *answers: Reply | BaseException, journal: Journal | None = None) -> Observation:
    return Observation(
        Scripted(*answers),
        "github",
        health,
        GitHubDialect(),
        OWN,
        journal or Journal(),
        clock=lambda: NOW,
        stopwatch=Stopwatch(),
    )


async def test_a_reply_is_written_into_the_health() -> None:
    health, reply = Health(), buffered(200)

    assert await observation(health, reply).send(ASKED) is reply

    assert (health.reachable, health.known_at_epoch_seconds, health.requests) == (True, NOW, 1)
    assert list(health.latencies_seconds) == [1.0]
    assert health.last_failure is None


async def test_an_error_goes_up_and_is_remembered() -> None:
    health, error = Health(), Unreachable("github", "no connection to github")
    stage = observation(health, error, buffered())

    with pytest.raises(Unreachable) as caught:
        await stage.send(ASKED)

    assert caught.value is error
    assert health.reachable is False
    assert health.last_failure == Failure("upstream_unreachable", "no connection to github", NOW)
    assert not health.latencies_seconds

    await stage.send(ASKED)
    assert health.reachable is True
    assert health.last_failure is not None


async def test_a_server_error_is_a_reply_and_a_failure() -> None:
    health = Health()

    await observation(health, buffered(502)).send(ASKED)

    assert health.reachable is True
    assert health.last_failure == Failure("upstream_failed", "github answered 502", NOW)


async def test_a_callers_impatience_says_nothing_about_the_upstream() -> None:
    health = Health()

    with pytest.raises(DeadlineExceeded):
        await observation(health, DeadlineExceeded("no time left")).send(ASKED)

    assert (health.reachable, health.last_failure, health.requests) == (None, None, 1)


async def test_a_bug_of_ours_is_not_taken_for_an_upstreams() -> None:
    health = Health()

    with pytest.raises(RuntimeError):
        await observation(health, RuntimeError("bug")).send(ASKED)

    assert health == Health()


async def test_a_stream_is_written_down_when_its_body_ends() -> None:
    health, body = Health(), Body(b"a")

    reply = await observation(health, body.reply(200)).send(ASKED)
    assert isinstance(reply, Streamed)
    assert health.requests == 0

    assert [chunk async for chunk in reply.chunks()] == [b"a"]

    assert health.requests == 1


async def test_a_stream_that_breaks_is_a_failure_after_a_reply() -> None:
    health, error = Health(), Disconnected("github", "cut off")

    reply = await observation(health, Body(b"a", error=error).reply()).send(ASKED)
    assert isinstance(reply, Streamed)
    with pytest.raises(Disconnected):
        [chunk async for chunk in reply.chunks()]

    assert health.last_failure == Failure("upstream_disconnected", "cut off", NOW)


class TestPartitions:
    """How many callers come is up to the callers."""

    def test_the_last_seen_are_known(self) -> None:
        health = Health()
        for number in range(KNOWN_PARTITIONS):
            health.learn(f"caller:{number}", (CORE,), own=False)
        health.learn("caller:0", (), own=False)

        health.learn("caller:new", (CORE,), own=False)

        assert len(health.quotas_of) == KNOWN_PARTITIONS
        assert "caller:1" not in health.quotas_of
        assert health.quotas_of["caller:0"] == {"core": CORE}


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


class TestTheJournal:
    """Each exchange leaves a record of who caused it and what it spent."""

    async def note(self, answer: Reply | BaseException, call: Call) -> Asked:
        told = Told()
        journal = Journal([told])
        stage = observation(Health(), answer, journal=journal)
        with serving(call), suppress(Unreachable):
            await stage.send(ASKED)
        journal.flush()
        (record,) = told.asked
        return record

    async def test_a_reply_has_cost_a_point_of_whoever_caused_it(self) -> None:
        call = Call("r1", caller_name="dashboard", route="/api/v1/repos/<owner>/<repo>")

        record = await self.note(buffered(200), call)

        route = "/api/v1/repos/<owner>/<repo>"
        assert record == Asked(NOW, "r1", "dashboard", route, "github", "GET", "core", 200, "", 1, 1.0)
        assert call.points == 1

    async def test_a_304_is_free_to_who_has_a_credential(self) -> None:
        assert (await self.note(buffered(304), Call())).points == 0

    async def test_a_callers_own_credential_spends_nothing_of_ours(self) -> None:
        call = Call(identity=Identity("caller:1", SealedCredential({"Authorization": "Bearer theirs"})))
        assert (await self.note(buffered(200), call)).points == 0

    async def test_what_never_arrived_has_cost_nothing(self) -> None:
        record = await self.note(Unreachable("github", "no connection to github"), Call())
        assert (record.status, record.code, record.points) == (None, "upstream_unreachable", 0)


async def test_what_is_cut_off_is_counted_and_says_nothing_about_the_upstream() -> None:
    """A caller who leaves has spent what was sent on its behalf."""
    told, health = Told(), Health()
    journal = Journal([told])
    stage = observation(health, asyncio.CancelledError(), journal=journal)

    with serving(Call(caller_name="ci")) as call, pytest.raises(asyncio.CancelledError):
        await stage.send(Request("POST", "repos/acme/rocket/issues"))

    journal.flush()
    (asked,) = told.asked
    assert (asked.caller, asked.status, asked.code, asked.points) == ("ci", None, "deadline_exceeded", call.points)
    assert asked.points > 0
    assert (health.requests, health.last_failure) == (0, None)
