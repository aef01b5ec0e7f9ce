"""What the chaos run must recognise, told by hand: a check that finds nothing may only be blind."""

import asyncio
import gzip
import json
from pathlib import Path
from time import monotonic

import pytest

from tests.chaos import machine, world
from tests.chaos.arrivals import Arrival, End
from tests.chaos.connection import CallerConnection, CutOff
from tests.chaos.driver import Answer, Lag
from tests.chaos.findings import LATE, NO_ANSWER, OWN_500, TOO_OLD, UNTOLD, UNWRITTEN, WRONG_BODY, Finder
from tests.chaos.plan import CALM_SECONDS, Fate, Kind, Plan, Trouble
from tests.chaos.questions import Question, questions
from tests.chaos.upstream import ChaoticUpstream

HEALTHY = Fate(Kind.HEALTHY, 0.1)
THING = next(thing for thing in map(world.item, range(100)) if world.lifetime_seconds(thing) == 1)


def question(*, method: str = "GET", thing: str = THING, timeout_seconds: float | None = None) -> Question:
    asked = next(each for each in questions(1, 1_000) if not each.typed and each.upstream == "items")
    return Question(
        **{name: getattr(asked, name) for name in Question.__slots__}
        | {"method": method, "thing": thing, "key": f"{method} mount /{thing}", "timeout_seconds": timeout_seconds}
        | {"hangs_up_after_seconds": None, "conditional": False}
    )


def upstream(*arrivals: Arrival) -> ChaoticUpstream:
    quiet = Plan(1, "items", fault_share=0.0, first_episode_seconds=1_000.0)
    made = ChaoticUpstream("items", quiet, monotonic)
    for arrival in arrivals:
        made.log.add(arrival)
    return made


def given(began: float, version: int = 1, *, thing: str = THING, status: int = 200) -> Arrival:
    """An arrival that was answered after a tenth of a second."""
    key = f"GET mount /{thing}"
    return Arrival(key, thing, "GET", 0, 1, HEALTHY, None, began, began + 0.1, End.GIVEN, status, version)


def kinds(*answers: Answer, log: ChaoticUpstream | None = None) -> list[str]:
    logs = {"items": (upstream(given(0.0)) if log is None else log).log}
    return [finding.what for finding in Finder(list(answers), logs, lambda _: 0.0).findings()]


# Bodies


@pytest.mark.parametrize("thing", [world.repository(3), world.issues(3), world.item(3)])
def test_a_body_is_known_for_what_it_is_and_nothing_else_passes(thing: str) -> None:
    body = world.body_of(thing, 7)
    assert world.version_relayed(thing, body) == 7
    assert gzip.decompress(world.packed_body_of(thing, 7)) == body
    for wrong in (body[:-1], body + b" ", world.body_of(f"{thing}0", 7), body.replace(b"v7", b"v8"), b"{}", b""):
        with pytest.raises(world.WrongBody):
            world.version_relayed(thing, wrong)


def as_typed(thing: str, version: int) -> dict[str, object]:
    told = json.loads(world.body_of(thing, version))
    if isinstance(told, list):
        return {"items": told, "next": None}
    return {**told, "stars": told["stargazers_count"]}


@pytest.mark.parametrize("number", range(20))
def test_an_answer_of_the_typed_api_is_known_by_its_fields(number: int) -> None:
    repository, issues = world.repository(number), world.issues(number)
    assert world.version_typed(repository, json.dumps(as_typed(repository, 5)).encode()) == 5
    assert world.version_typed(issues, json.dumps(as_typed(issues, 5)).encode()) == 5
    mixed = {**as_typed(repository, 5), "stars": -1}
    cut = {"items": json.loads(world.body_of(issues, 5))[:-1]}
    for thing, wrong in ((repository, mixed), (issues, cut), (repository, as_typed(world.repository(99), 5))):
        with pytest.raises(world.WrongBody):
            world.version_typed(thing, json.dumps(wrong).encode())


def test_an_etag_is_of_one_thing_in_one_version() -> None:
    assert world.version_of_etag(THING, f"W/{world.etag(THING, 4)}") == 4
    for wrong in (world.etag("items/x", 4), world.etag(THING, 4).replace("4-", "5-"), "none"):
        with pytest.raises(world.WrongBody):
            world.version_of_etag(THING, wrong)


# Findings


def test_a_good_answer_is_no_finding() -> None:
    assert kinds(Answer(question(), 0.5, 0.6, status=200, version=1)) == []


def test_what_is_wrong_with_an_answer_is_found() -> None:
    assert kinds(Answer(question(), 0.5, 0.6, status=200, wrong="cut")) == [WRONG_BODY]
    assert kinds(Answer(question(), 0.5, 0.6, status=200, version=2)) == [WRONG_BODY], "a version never told"
    assert kinds(Answer(question(), 0.5, 0.6, status=500)) == [OWN_500]
    assert kinds(Answer(question(), 0.5, 0.6, status=500, relayed=True)) == []
    assert kinds(Answer(question(), 0.5, 0.6, lost="after 0 bytes")) == [NO_ANSWER]
    assert kinds(Answer(question(), 0.5, 0.6)) == [], "the caller hung up"


def test_lateness_is_counted_by_the_rule_and_explained_by_others() -> None:
    late = Answer(question(timeout_seconds=0.3), 0.0, 0.56, status=504)
    assert kinds(Answer(question(timeout_seconds=0.3), 0.0, 0.54, status=504)) == []
    assert kinds(late) == [LATE]
    for others_seconds, explained in ((0.02, 1), (0.005, 0)):
        finder = Finder([late], {"items": upstream().log}, lambda _, seconds=others_seconds: seconds)  # type: ignore[misc]
        assert [finding.what for finding in finder.findings()] == [LATE]
        assert finder.lateness.explained == explained


def test_the_drivers_lag_counts_where_it_touches() -> None:
    lag = Lag([(1.0, 0.2), (3.0, 0.1)])  # when it woke up, and how much too late
    assert [lag.within(*stretch) for stretch in ((0.9, 2.0), (0.0, 0.85), (0.0, 0.7), (1.1, 2.8))] == [
        0.2,
        0.2,
        0.0,
        0.0,
    ]


def test_the_wait_for_a_cpu_is_what_the_kernel_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PROC", tmp_path)
    (tmp_path / "7").mkdir()
    now = [0.0]
    waits = machine.CpuWaits([7], lambda: now[0])
    for second, waited in enumerate((0, 100, 100, 400)):
        now[0] = float(second)
        (tmp_path / "7" / "schedstat").write_text(f"5 {waited * 1_000_000} 9\n")
        waits.look()
    assert waits.within(7, 0.0, 1.0) == pytest.approx(0.1)
    assert waits.within(7, 1.0, 2.0) == pytest.approx(0.1), "a sample may begin just before"
    assert waits.within(7, 2.5, 2.6) == pytest.approx(0.3)
    assert waits.within(None, 0.0, 3.0) == 0.0


def test_staleness_must_be_told_and_ends() -> None:
    assert kinds(Answer(question(), 2.0, 2.1, status=200, version=1)) == [UNTOLD]
    assert kinds(Answer(question(), 2.0, 2.1, status=200, version=1, told_stale=True)) == []
    assert kinds(Answer(question(), 9.0, 9.1, status=200, version=1, told_stale=True)) == [TOO_OLD]


def test_who_comes_after_a_write_must_see_it() -> None:
    write = Answer(question(method="POST"), 0.2, 0.3, status=201, version=2)
    log = upstream(given(0.0))
    assert kinds(write, Answer(question(), 0.4, 0.5, status=200, version=1), log=log) == [UNWRITTEN]
    assert kinds(write, Answer(question(), 0.25, 0.5, status=200, version=1), log=log) == []


# The plan


def test_a_fate_depends_on_the_seed_the_key_and_the_ordinal_alone() -> None:
    plan, same, other = (Plan(seed, "github", fault_share=0.5, first_episode_seconds=100.0) for seed in (1, 1, 2))
    fates = [plan.fate("key", ordinal, 0.0) for ordinal in range(200)]
    assert fates == [same.fate("key", ordinal, 50.0) for ordinal in range(200)]
    assert fates != [other.fate("key", ordinal, 0.0) for ordinal in range(200)]
    assert 60 < sum(fate.healthy for fate in fates) < 140


def test_every_trouble_comes_and_is_followed_by_calm() -> None:
    plan = Plan(1, "github", fault_share=1.0, first_episode_seconds=8.0)
    assert {episode.trouble for episode in plan.episodes[:4]} == {*Trouble}
    for episode in plan.episodes[:10]:
        assert 1.0 <= episode.ends - episode.begins <= 3.0
        assert not plan.fate("key", 0, (episode.begins + episode.ends) / 2).healthy
        assert plan.fate("key", 0, episode.ends + CALM_SECONDS / 2).healthy
        assert not plan.fate("key", 0, episode.ends + CALM_SECONDS + 0.1).healthy


def test_the_questions_are_the_same_for_the_same_seed() -> None:
    assert [*questions(1, 300)] == [*questions(1, 300)] != [*questions(2, 300)]


# The callers' connection


async def test_a_caller_takes_answers_apart_byte_by_byte() -> None:
    answers = [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nETag: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
    ]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answer in answers:
            await reader.readuntil(b"\r\n\r\n")
            for at in range(len(answer)):
                writer.write(answer[at : at + 1])
                await asyncio.sleep(0)
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        transport, connection = await asyncio.get_running_loop().create_connection(CallerConnection, "127.0.0.1", port)
        got = [await connection.ask(b"GET / HTTP/1.1\r\n\r\n", bodiless=False) for _ in range(3)]
        assert [(raw.status, raw.body) for raw in got] == [(200, b"hello"), (200, b"hello"), (304, b"")]
        with pytest.raises(CutOff):
            await connection.ask(b"GET / HTTP/1.1\r\n\r\n", bodiless=False)
        transport.close()
