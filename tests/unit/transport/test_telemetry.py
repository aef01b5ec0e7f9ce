"""Telemetry writes down in the call what came of every question, to the end of the body, and changes nothing of it."""

import pytest

from app.call import Call, Exchange, serving
from app.clients.github import GitHubDialect
from app.errors import DeadlineExceeded, Disconnected, Unreachable
from app.transport.exchange import Reply, Request, Streamed
from app.transport.telemetry import Telemetry
from tests.unit.transport.stages import Body, Scripted, Stopwatch, buffered

ASKED = Request("GET", "repos/acme/rocket")


def telemetry(*answers: Reply | BaseException) -> Telemetry:
    return Telemetry(Scripted(*answers), "github", GitHubDialect(), stopwatch=Stopwatch())


async def test_a_reply_is_written_into_the_call() -> None:
    reply = buffered().told("headgate; fwd=uri-miss; fwd-status=200; stored")

    with serving(Call()) as call:
        assert await telemetry(reply).send(ASKED) is reply

    assert call.exchanges == [Exchange("github", "GET", 200, "reply", 1.0, reply.cache)]


async def test_an_error_goes_up_and_is_remembered() -> None:
    error = Unreachable("github", "no connection to github")

    with serving(Call()) as call, pytest.raises(Unreachable) as caught:
        await telemetry(error).send(ASKED)

    assert caught.value is error
    assert call.exchanges == [Exchange("github", "GET", None, "upstream_unreachable", 1.0)]


async def test_so_is_a_callers_impatience() -> None:
    with serving(Call()) as call, pytest.raises(DeadlineExceeded):
        await telemetry(DeadlineExceeded("no time left")).send(ASKED)

    assert [exchange.outcome for exchange in call.exchanges] == ["deadline_exceeded"]


async def test_a_bug_of_ours_is_no_exchange() -> None:
    with serving(Call()) as call, pytest.raises(RuntimeError):
        await telemetry(RuntimeError("bug")).send(ASKED)

    assert call.exchanges == []


async def test_a_stream_is_written_down_when_its_body_ends() -> None:
    with serving(Call()) as call:
        reply = await telemetry(Body(b"a").reply(200).told("headgate; fwd=bypass")).send(ASKED)
    assert isinstance(reply, Streamed)
    assert call.exchanges == []

    assert [chunk async for chunk in reply.chunks()] == [b"a"]

    assert call.exchanges == [Exchange("github", "GET", 200, "reply", 1.0, "headgate; fwd=bypass")]


async def test_a_stream_that_breaks_is_a_failure_after_a_reply() -> None:
    error = Disconnected("github", "cut off")

    with serving(Call()) as call:
        reply = await telemetry(Body(b"a", error=error).reply()).send(ASKED)
    assert isinstance(reply, Streamed)
    with pytest.raises(Disconnected):
        [chunk async for chunk in reply.chunks()]

    assert call.exchanges == [Exchange("github", "GET", 200, "upstream_disconnected", 1.0)]


async def test_without_a_call_it_measures_all_the_same() -> None:
    reply = buffered()

    assert await telemetry(reply).send(ASKED) is reply
