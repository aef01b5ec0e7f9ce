"""Filling: what upstream is asked, and what is stored of what it says."""

import pytest

from app.identity import Identity
from app.transport.caching.entry import Key
from app.transport.caching.memory import MemoryStore
from app.transport.exchange import Buffered, Streamed
from tests.unit.transport.caching.cache import ALICE, ANONYMOUS, GITHUB, PLAIN, Cache, ok, said
from tests.unit.transport.stages import Body

JSON = "Content-Type: application/json; charset=utf-8"


def error_inside(message: str = "Not Found", *lines: str) -> Buffered:
    """A 200 whose body is GitHub's for an error, with the fields of a success."""
    body = b'{"message":"%s","documentation_url":"https://docs.github.com/rest"}' % message.encode()
    return said(200, JSON, *(lines or ("Cache-Control: private, max-age=60", 'ETag: "e"')), body=body)


LIMITED = said(403, "Cache-Control: max-age=60", "Retry-After: 60")


def stored(cache: Cache, target: str = "thing", who: Identity = ALICE) -> list[bytes]:
    keys = [key for key in cache.store._tier.held if key[:3] == ("up", who.partition, target)]
    return [entry.content.body for key in keys for entry in cache.store.glance(key)]


async def test_upstream_is_asked_for_the_whole_in_the_coding_that_is_stored() -> None:
    cache = Cache(ok("old", 'ETag: "one"'), ok("new"))
    fields = ("Accept-Encoding: br", "Range: bytes=0-1", 'If-Range: "x"', 'If-Match: "y"', "X-Other: kept")
    await cache.ask()
    cache.now += 61
    await cache.ask("thing", *fields)
    assert dict(cache.upstream.last) == {"X-Other": "kept", "If-None-Match": '"one"'}


async def test_a_typed_request_goes_on_as_it_is() -> None:
    cache = Cache(ok())
    await cache.ask("thing", "Accept: x", streams=False)
    assert dict(cache.upstream.last) == {"Accept": "x"}


async def test_nobodys_validator_is_another_variants() -> None:
    """Another user's or language's tag would be answered 304 by a careless upstream, and the wrong body be served."""
    cache = Cache(ok("english", 'ETag: "en"', "Vary: Accept-Language"), ok("french", 'ETag: "fr"'))
    await cache.ask("thing", "Accept-Language: en")
    cache.now += 61
    await cache.ask("thing", "Accept-Language: fr")
    assert "If-None-Match" not in cache.upstream.last


async def test_our_own_conditions_take_the_place_of_the_callers_where_something_was_stored_meanwhile() -> None:
    modified = "Last-Modified: Thu, 01 Jan 2026 11:00:00 GMT"
    cache = Cache(ok("old", modified), said(304, "Cache-Control: max-age=60"))
    await cache.ask("other")
    (entry,) = cache.store.glance(Key("up", ALICE.partition, "other"))
    cache.now += 61
    lookup_finds_nothing = cache.asking("thing", 'If-None-Match: "callers"')
    cache.store.keep(Key("up", ALICE.partition, "unseen"), entry)
    real_find, times = cache.store.find, 0

    async def find(key: Key) -> tuple[object, ...]:
        nonlocal times
        times += 1
        return () if times == 1 else (entry,)

    cache.store.find = find  # type: ignore[method-assign, assignment]
    reply = await lookup_finds_nothing
    cache.store.find = real_find  # type: ignore[method-assign]
    assert "If-None-Match" not in cache.upstream.last
    assert (reply.status, reply.body) == (200, b"old")


async def test_what_a_304_without_our_asking_says_is_not_stored() -> None:
    cache = Cache(said(304, "Cache-Control: max-age=60"))
    assert (await cache.ask()).status == 304
    assert stored(cache) == []


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        (ok("body"), True),
        (ok("body", age="private"), True),
        (said(200, body=b"body"), True),
        (said(404, body=b"body"), True),
        (said(301, "Location: /v3/other", body=b"body"), True),
        (ok("body", age="no-store"), False),
        (ok("body", "Vary: *"), False),
        (ok("body", "Vary: not a name"), False),
        (said(206, "Cache-Control: max-age=60", "Content-Range: bytes 0-3/9", body=b"body"), False),
        (said(302, "Location: /v3/other"), False),
        (said(401, "Cache-Control: max-age=60"), False),
        (said(403), False),
        (LIMITED, False),
        (said(429, "Cache-Control: max-age=60"), False),
        (said(202, "Cache-Control: max-age=60"), False),
        (error_inside(), False),
    ],
    ids=str,
)
async def test_what_is_kept(reply: Buffered, kept: bool) -> None:
    cache = Cache(reply, dialect=GITHUB)
    assert (await cache.ask()).status == reply.status
    assert bool(stored(cache)) is kept


async def test_a_202_of_a_plain_upstream_is_a_reply_like_any_other() -> None:
    cache = Cache(said(202, "Cache-Control: max-age=60", body=b"body"), dialect=PLAIN)
    await cache.ask()
    assert stored(cache) == [b"body"]


async def test_and_what_it_pushes_out() -> None:
    cache = Cache(ok("old"), said(202), dialect=PLAIN)
    await cache.ask()
    cache.now += 61
    await cache.ask()
    assert stored(cache) == []


@pytest.mark.parametrize("message", ["Not Found", "You have exceeded a secondary rate limit.", "Something went wrong."])
@pytest.mark.parametrize("lines", [(), ("Cache-Control: no-store",)], ids=["storable", "not storable"])
async def test_an_error_inside_a_200_takes_no_replys_place(message: str, lines: tuple[str, ...]) -> None:
    cache = Cache(ok("old"), error_inside(message, *lines), ok("new"), dialect=GITHUB)
    await cache.ask()
    cache.now += 61
    assert message.encode() in (await cache.ask()).body
    assert stored(cache) == [b"old"]
    assert (await cache.ask()).body == b"new"
    assert stored(cache) == [b"new"]


async def test_another_upstreams_200_is_what_it_says_it_is() -> None:
    cache = Cache(error_inside(), dialect=PLAIN)
    await cache.ask()
    assert stored(cache) == [error_inside().body]


async def test_a_failure_that_may_be_stored_takes_no_replys_place() -> None:
    failure = said(500, "Cache-Control: max-age=60", body=b"failed")
    cache = Cache(failure, ok("body"), failure)
    await cache.ask()
    assert stored(cache) == [b"failed"]
    cache.now += 61
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).status == 500
    assert stored(cache) == [b"body"]


@pytest.mark.parametrize("field", ["Cache-Control: max-age=60, private", "Set-Cookie: session=1"])
async def test_what_is_one_callers_is_not_kept_for_nobody_in_particular(field: str) -> None:
    cache = Cache(said(200, field, body=b"body"))
    await cache.ask(who=ANONYMOUS)
    assert stored(cache, who=ANONYMOUS) == []
    await cache.ask(who=ALICE)
    assert stored(cache) == [b"body"]


async def test_a_stream_passes_and_is_not_kept() -> None:
    body = Body(b"a piece")
    cache = Cache(body.reply(200, {"Cache-Control": "max-age=60"}))
    reply = await cache.send()
    assert isinstance(reply, Streamed)
    assert reply.cache == "headgate; fwd=uri-miss; fwd-status=200"
    assert stored(cache) == []
    reply.close()


async def test_what_is_too_large_for_the_store_is_answered_all_the_same() -> None:
    cache = Cache(ok(bytes(5_000)), store=MemoryStore(10_000))
    assert (await cache.ask()).body == bytes(5_000)
    assert stored(cache) == []


async def test_no_field_of_the_connection_is_kept() -> None:
    cache = Cache(ok("body", "Connection: X-Hop", "X-Hop: 1", "Keep-Alive: 5"))
    await cache.ask()
    assert {"X-Hop", "Connection", "Keep-Alive"}.isdisjoint((await cache.ask()).headers)


async def test_the_cache_status_says_why_and_what_came() -> None:
    cache = Cache(ok("a", "Vary: Accept-Language"), ok("b"), said(404, "Cache-Control: no-store"))
    assert (await cache.ask()).cache == "headgate; fwd=uri-miss; fwd-status=200; stored"
    assert (await cache.ask("thing", "Accept-Language: fr")).cache == "headgate; fwd=vary-miss; fwd-status=200; stored"
    cache.now += 61
    assert (await cache.ask()).cache == "headgate; fwd=stale; fwd-status=404"


async def test_a_wish_for_something_new_is_told_from_staleness() -> None:
    cache = Cache(ok("a"))
    await cache.ask()
    assert "fwd=request" in (await cache.ask("thing", "Cache-Control: no-cache")).cache


# Fields that are for the one who asked alone.

QUALIFIED = 'Cache-Control: no-cache="Set-Cookie"'


async def test_who_asked_gets_the_fields_that_are_not_stored() -> None:
    cache = Cache(ok("body", QUALIFIED, "Set-Cookie: a=1", "Set-Cookie: b=2", "X: kept"))
    first, second = await cache.ask(who=ANONYMOUS), await cache.ask(who=ANONYMOUS)
    assert first.headers.getall("Set-Cookie") == ["a=1", "b=2"]
    assert first.cache == "headgate; fwd=uri-miss; fwd-status=200; stored"
    assert first.headers["X"] == second.headers["X"] == "kept"
    assert "Set-Cookie" not in second.headers
    assert cache.upstream.times == 1


async def test_those_of_a_304_too() -> None:
    cache = Cache(ok("body", QUALIFIED, 'ETag: "one"'), said(304, "Set-Cookie: a=1"))
    await cache.ask()
    cache.now += 61
    renewed = await cache.ask()
    assert (renewed.status, renewed.body, renewed.headers["Set-Cookie"]) == (200, b"body", "a=1")
    assert "Set-Cookie" not in (await cache.ask()).headers


async def test_nobody_who_asked_meanwhile_gets_them() -> None:
    cache = Cache(ok("body", QUALIFIED, "Set-Cookie: a=1"))
    cache.upstream.gate.clear()
    asking = [cache.asking(who=ANONYMOUS) for _ in range(3)]
    await cache.settled()
    cache.upstream.gate.set()
    replies = [await each for each in asking]
    assert [reply.headers.get("Set-Cookie") for reply in replies] == ["a=1", None, None]
    assert cache.upstream.times == 1
