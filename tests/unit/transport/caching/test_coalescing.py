"""Coalescing: who asks for the same at once shares one question, and nobody suffers from another's leaving."""

import asyncio
import gc
import logging
from collections.abc import Callable

import pytest

from app.errors import DeadlineExceeded, Disconnected, SessionNotOpen
from app.transport.caching.coalescing import UNSHAREABLE_SECONDS
from app.transport.caching.entry import Entry, Key
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Lease
from app.transport.exchange import Buffered, Request, Streamed
from tests.unit.transport.caching.cache import ALICE, ANONYMOUS, BOB, GITHUB, Cache, ok, said
from tests.unit.transport.stages import Body

Asking = asyncio.Task[Buffered]


async def crowd(cache: Cache, count: int, *lines: str, **how: object) -> list[Asking]:
    """So many who have asked and wait, while upstream thinks."""
    cache.upstream.gate.clear()
    tasks = [cache.asking("thing", *lines, **how) for _ in range(count)]
    await cache.settled()
    return tasks


async def test_a_thousand_callers_are_one_question() -> None:
    cache = Cache(ok("first"))
    tasks = await crowd(cache, 1_000)
    cache.upstream.gate.set()
    replies = await asyncio.gather(*tasks)
    assert {reply.body for reply in replies} == {b"first"}
    assert cache.upstream.times == 1
    collapsed = [reply for reply in replies if reply.cache.endswith("; collapsed")]
    assert len(collapsed) == 999


async def test_a_thousand_who_find_it_stale_are_one_question() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(304, "Cache-Control: max-age=60"))
    await cache.ask()
    cache.now += 61
    tasks = await crowd(cache, 1_000)
    cache.upstream.gate.set()
    assert {reply.body for reply in await asyncio.gather(*tasks)} == {b"first"}
    assert cache.upstream.times == 2


async def test_different_credentials_never_share() -> None:
    cache = Cache(lambda _: ok(cache.upstream.partitions[-1] or ""))
    cache.upstream.gate.clear()
    tasks = [cache.asking(who=who) for who in (ALICE, BOB, ANONYMOUS) for _ in range(10)]
    await cache.settled()
    assert sorted(map(str, cache.upstream.partitions)) == ["anonymous", "caller:alice", "caller:bob"]
    cache.upstream.answers = [ok("any")]
    cache.upstream.gate.set()
    await asyncio.gather(*tasks)
    assert cache.upstream.times == 3


# Leaving.


async def test_who_asked_first_may_leave() -> None:
    cache = Cache(ok("first"))
    first, *others = await crowd(cache, 3)
    first.cancel()
    await cache.settled()
    cache.upstream.gate.set()
    assert [(await other).body for other in others] == [b"first"] * 2
    assert first.cancelled()
    assert cache.upstream.times == 1


async def test_all_may_leave_and_the_reply_is_kept_for_the_next() -> None:
    cache = Cache(ok("first"))
    for task in await crowd(cache, 3):
        task.cancel()
    await cache.settled()
    cache.upstream.gate.set()
    await cache.settled()
    assert (await cache.ask()).cache == "headgate; hit"


async def test_a_callers_own_deadline_holds_while_the_flight_goes_on() -> None:
    cache = Cache(ok("first"))
    (patient,) = await crowd(cache, 1)
    with pytest.raises(DeadlineExceeded):
        await cache.ask(seconds=0.001)
    cache.upstream.gate.set()
    assert (await patient).body == b"first"
    assert cache.upstream.times == 1


async def test_the_deadline_of_who_asked_first_is_not_the_flights() -> None:
    cache = Cache(ok("first"))
    cache.upstream.gate.clear()
    hasty = cache.asking(seconds=0.001)
    await cache.settled()
    patient = cache.asking()
    with pytest.raises(DeadlineExceeded):
        await hasty
    cache.upstream.gate.set()
    assert (await patient).body == b"first"
    assert cache.upstream.times == 1


# Failing.


async def test_a_failure_is_shared_as_an_error_of_its_own_for_each_and_not_remembered() -> None:
    failure = Disconnected("up", "cut off")
    cache = Cache(failure, ok("first"))
    tasks = await crowd(cache, 10)
    cache.upstream.gate.set()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(error) for error in errors} == {Disconnected}
    assert len({id(error) for error in errors} | {id(failure)}) == 11
    assert {str(error) for error in errors} == {"cut off"}
    assert cache.upstream.times == 1
    assert (await cache.ask()).body == b"first"


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_refusal_is_shared_even_where_it_may_not_be_stored(status: int) -> None:
    cache = Cache(said(status, "Cache-Control: no-store, private", "Vary: *"), dialect=GITHUB)
    tasks = await crowd(cache, 10, who=ANONYMOUS)
    cache.upstream.gate.set()
    assert {reply.status for reply in await asyncio.gather(*tasks)} == {status}
    assert cache.upstream.times == 1


async def test_a_bug_below_reaches_all_and_leaves_nothing_behind(caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(ZeroDivisionError("a bug"), ok("first"))
    tasks = await crowd(cache, 3)
    cache.upstream.gate.set()
    errors = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(error) for error in errors} == {ZeroDivisionError}
    assert "nobody foresaw" in caplog.text
    assert (await cache.ask()).body == b"first"


async def test_who_leaves_in_the_moment_of_failure_leaves_no_complaint(caplog: pytest.LogCaptureFixture) -> None:
    cache = Cache(Disconnected("up", "cut off"))
    (task,) = await crowd(cache, 1)
    cache.upstream.gate.set()
    await _until(lambda: not cache.flights._flights)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    del task
    with caplog.at_level(logging.ERROR, "asyncio"):
        gc.collect()
    assert not caplog.records


async def _until(condition: Callable[[], bool]) -> None:
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never came")


# What may not be shared.


async def test_who_asked_in_another_language_gets_their_own() -> None:
    def speak(request: Request) -> Buffered:
        return ok(request.headers["Accept-Language"], "Vary: Accept-Language")

    cache = Cache(speak)
    cache.upstream.gate.clear()
    tasks = {
        tongue: [cache.asking("thing", f"Accept-Language: {tongue}") for _ in range(50)] for tongue in ("en", "fr")
    }
    await cache.settled()
    cache.upstream.gate.set()
    for tongue, asking in tasks.items():
        assert {reply.body for reply in await asyncio.gather(*asking)} == {tongue.encode()}
    assert cache.upstream.times == 2


async def test_nor_is_another_given_it_when_the_first_has_left() -> None:
    def speak(request: Request) -> Buffered:
        return ok(request.headers["Accept-Language"], "Vary: Accept-Language")

    cache = Cache(speak)
    cache.upstream.gate.clear()
    first = cache.asking("thing", "Accept-Language: en")
    await cache.settled()
    second = cache.asking("thing", "Accept-Language: fr")
    await cache.settled()
    first.cancel()
    cache.upstream.gate.set()
    assert (await second).body == b"fr"


@pytest.mark.parametrize("fields", [("Vary: *",), ("Cache-Control: no-store",)])
async def test_what_is_for_one_request_alone_is_not_shared(fields: tuple[str, ...]) -> None:
    cache = Cache(*(said(200, *fields, body=b"%d" % number) for number in range(6)))
    tasks = await crowd(cache, 5)
    cache.upstream.gate.set()
    assert len({reply.body for reply in await asyncio.gather(*tasks)}) == 5


@pytest.mark.parametrize("field", ["Cache-Control: private, max-age=60", "Set-Cookie: session=1"])
async def test_what_is_private_is_not_shared_by_callers_who_are_nobody_in_particular(field: str) -> None:
    cache = Cache(*(said(200, field, body=b"%d" % number) for number in range(6)))
    tasks = await crowd(cache, 5, who=ANONYMOUS)
    cache.upstream.gate.set()
    assert len({reply.body for reply in await asyncio.gather(*tasks)}) == 5


async def test_but_by_callers_with_the_same_credential() -> None:
    cache = Cache(ok("first", age="private, max-age=60"))
    tasks = await crowd(cache, 5)
    cache.upstream.gate.set()
    await asyncio.gather(*tasks)
    assert cache.upstream.times == 1


async def test_conditions_that_differ_are_different_questions() -> None:
    cache = Cache(lambda request: said(304, f"ETag: {request.headers['If-None-Match']}"))
    first, second = cache.asking("thing", 'If-None-Match: "1"'), cache.asking("thing", 'If-None-Match: "2"')
    assert ((await first).headers["ETag"], (await second).headers["ETag"]) == ('"1"', '"2"')


# Streams.


async def test_a_body_past_the_cap_streams_to_one_and_the_others_ask_for_themselves() -> None:
    bodies = [Body(b"a piece") for _ in range(4)]
    cache = Cache(*(body.reply() for body in bodies))
    cache.upstream.gate.clear()
    tasks = [asyncio.create_task(cache.send()) for _ in range(3)]
    await cache.settled()
    assert cache.upstream.times == 1
    cache.upstream.gate.set()
    replies = await asyncio.gather(*tasks)
    assert all(isinstance(reply, Streamed) for reply in replies)
    assert len({id(reply) for reply in replies}) == 3
    assert cache.upstream.times == 3
    for reply in replies:
        assert isinstance(reply, Streamed)
        assert [piece async for piece in reply.chunks()] == [b"a piece"]


async def test_such_a_key_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(Body(b"large").reply(), ok("small"))
    first = await cache.send()
    assert isinstance(first, Streamed)
    first.close()
    cache.upstream.gate.clear()
    alone = [cache.asking(), cache.asking()]
    await cache.settled()
    assert cache.upstream.times == 3
    cache.upstream.gate.set()
    await asyncio.gather(*alone)
    loop = asyncio.get_running_loop()
    later = loop.time() + UNSHAREABLE_SECONDS + 1
    monkeypatch.setattr(loop, "time", lambda: later)
    cache.now += 61
    cache.upstream.gate.clear()
    together = [cache.asking(), cache.asking()]
    for _ in range(20):
        await asyncio.sleep(0)
    assert cache.upstream.times == 4
    cache.upstream.gate.set()
    await asyncio.gather(*together)


async def test_a_stream_that_nobody_waits_for_is_closed() -> None:
    body = Body(b"a piece")
    cache = Cache(body.reply())
    cache.upstream.gate.clear()
    task = asyncio.create_task(cache.send())
    await cache.settled()
    task.cancel()
    await cache.settled()
    cache.upstream.gate.set()
    await cache.settled()
    assert body.closed == 1


async def test_a_stream_whose_taker_leaves_in_the_moment_in_which_it_comes_is_closed() -> None:
    body = Body(b"a piece")
    cache = Cache(body.reply())
    cache.upstream.gate.clear()
    task = asyncio.create_task(cache.send())
    await cache.settled()
    cache.upstream.gate.set()
    await _until(lambda: not cache.flights._flights)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert body.closed == 1


# After the flight.


async def test_who_comes_between_the_end_of_the_flight_and_its_callers_finds_it_stored() -> None:
    cache = Cache(ok("first"))
    (task,) = await crowd(cache, 1)
    cache.upstream.gate.set()
    await _until(lambda: not cache.flights._flights)
    assert (await cache.ask()).cache == "headgate; hit"
    assert (await task).body == b"first"
    assert cache.upstream.times == 1


async def test_closing_leaves_no_task_and_tells_who_waits() -> None:
    cache = Cache(ok("old"), ok("new"))
    before = asyncio.all_tasks()
    outdated = await crowd(cache, 2)
    await cache.store.mark(["up/thing"])
    others = [cache.asking(), cache.asking(who=BOB)]
    await cache.settled()
    assert cache.upstream.times == 3
    await cache.flights.close()
    ends = await asyncio.gather(*outdated, *others, return_exceptions=True)
    assert {type(end) for end in ends} == {SessionNotOpen}
    assert asyncio.all_tasks() == before


async def test_closing_tells_also_those_whose_flight_has_not_begun() -> None:
    cache = Cache(ok("first"))
    asking = cache.asking()
    await asyncio.sleep(0)
    await cache.flights.close()
    with pytest.raises(SessionNotOpen):
        await asking


async def test_a_background_flight_is_closed_too() -> None:
    cache = Cache(ok("first", age="max-age=60, stale-while-revalidate=60"))
    await cache.ask()
    cache.now += 61
    cache.upstream.gate.clear()
    before = asyncio.all_tasks()
    await cache.ask()
    assert asyncio.all_tasks() != before
    await cache.flights.close()
    assert asyncio.all_tasks() == before


# Other workers.


class Shared(MemoryStore):
    """A store that another worker uses, too: it holds the lease until a test says otherwise.

    Attributes:
        leases: Those that were given, and whether each was given back.
    """

    def __init__(self) -> None:
        super().__init__(1_000_000)
        self.held_elsewhere = True
        self.given_back: list[bool] = []
        self.looks = 0
        self.meanwhile: Callable[[], None] = lambda: None
        self.visible: list[Callable[[], None]] = []
        self.slow = False

    def lease(self, key: Key) -> Lease | None:
        self.looks += 1
        self.meanwhile()
        if self.held_elsewhere:
            return None
        self.given_back.append(False)
        return _Given(self, len(self.given_back) - 1)

    def keep(self, key: Key, entry: Entry, on_visible: Callable[[], None] | None = None) -> None:
        super().keep(key, entry)
        if on_visible is not None:
            self.visible.append(on_visible)
            if not self.slow:
                on_visible()


class _Given:
    def __init__(self, store: Shared, number: int) -> None:
        self._store, self._number = store, number

    def release(self) -> None:
        self._store.given_back[self._number] = True


async def test_what_another_worker_stored_while_we_waited_for_the_lease_is_used() -> None:
    store = Shared()
    elsewhere = Cache(ok("of another worker"), store=store)
    cache = Cache(ok("mine"), store=store)

    store.held_elsewhere = False
    await elsewhere.ask("other")
    (other,) = store.glance(Key("up", ALICE.partition, "other"))
    store.held_elsewhere, store.looks = True, 0

    def stored() -> None:
        if store.looks == 3:
            store.keep(Key("up", ALICE.partition, "thing"), other)
            store.held_elsewhere = False

    store.meanwhile = stored
    reply = await cache.ask()
    assert (reply.body, reply.cache) == (b"of another worker", "headgate; hit")
    assert (cache.upstream.times, cache.slept) == (0, 2)
    assert all(store.given_back)


async def test_nor_is_a_lease_waited_for_that_the_other_worker_has_again_by_then() -> None:
    """On a hot key that is never fresh one worker's flights follow each other closely."""
    store = Shared()
    elsewhere = Cache(ok("of another worker", age="max-age=0"), store=store)
    cache = Cache(ok("mine"), store=store)
    store.held_elsewhere = False
    elsewhere.now += 1  # it was asked after our caller came
    await elsewhere.ask("other")
    (other,) = store.glance(Key("up", ALICE.partition, "other"))
    store.held_elsewhere, store.looks = True, 0

    def stored() -> None:
        if store.looks == 3:
            store.keep(Key("up", ALICE.partition, "thing"), other)

    store.meanwhile = stored
    reply = await cache.ask()
    assert (reply.body, reply.cache) == (b"of another worker", "headgate; hit")
    assert (cache.upstream.times, cache.slept) == (0, 3)


async def test_a_lease_that_never_comes_ends_with_the_flight() -> None:
    cache = Cache(ok("mine"), store=Shared(), flight_seconds=0.0)
    with pytest.raises(DeadlineExceeded):
        await cache.ask()


@pytest.mark.parametrize("outcome", [ok("first"), said(500), ok("first", age="no-store"), Disconnected("up", "cut")])
async def test_a_lease_is_always_given_back(outcome: Buffered | Exception) -> None:
    store = Shared()
    store.held_elsewhere = False
    cache = Cache(outcome, store=store)
    await asyncio.gather(cache.asking(), return_exceptions=True)
    assert store.given_back == [True]


async def test_also_when_the_worker_ends() -> None:
    store = Shared()
    store.held_elsewhere = False
    cache = Cache(ok("first"), store=store)
    tasks = await crowd(cache, 1)
    await cache.flights.close()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert store.given_back == [True]


async def test_it_is_kept_until_others_can_see_what_came() -> None:
    store = Shared()
    store.held_elsewhere, store.slow = False, True
    cache = Cache(ok("first"), store=store)
    assert (await cache.ask()).body == b"first"
    assert store.given_back == [False]
    store.visible.pop()()
    assert store.given_back == [True]
