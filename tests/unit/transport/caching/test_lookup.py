"""Looking up: what is answered from the store, when upstream is asked, and what a failure does to what is stored."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

from app.errors import DeadlineExceeded, Disconnected, NotCached, Unreachable
from app.freshness import freshness_policy
from app.transport.caching.entry import Key
from app.transport.caching.policy import Freshness
from app.transport.exchange import Buffered
from tests.gateway import settings_of
from tests.unit.transport.caching.cache import ALICE, ANONYMOUS, BOB, GITHUB, OWN, Cache, ok, said
from tests.unit.transport.caching.replies import NOON
from tests.unit.transport.stages import Body

LIMITS = {
    "primary": ("x-ratelimit-remaining: 0", f"x-ratelimit-reset: {int(NOON) + 3600}", "x-ratelimit-resource: core"),
    "secondary": ("Retry-After: 60",),
}
LONG_STALE = Freshness(stale_if_error_seconds=86_400)
THING = Key("up", ALICE.partition, "thing")
MESSAGE = b'{"message": "You have exceeded a secondary rate limit"}'


def http_date(seconds: float) -> str:
    return format_datetime(datetime.fromtimestamp(seconds, UTC), usegmt=True)


# Fresh, stale, renewed.


async def test_a_fresh_reply_asks_nobody() -> None:
    cache = Cache(ok("first"), ok("second"))
    assert (await cache.ask()).body == b"first"
    cache.now += 59
    again = await cache.ask()
    assert (again.body, again.cache, cache.upstream.times) == (b"first", "headgate; hit", 1)


async def test_a_hit_is_the_same_object_every_time() -> None:
    cache = Cache(ok())
    await cache.ask()
    assert await cache.ask() is await cache.ask()


async def test_a_stale_reply_is_validated_with_our_own_validators() -> None:
    modified = http_date(NOON - 1_000_000)
    cache = Cache(ok("first", 'ETag: "one"', f"Last-Modified: {modified}"), said(304, "Cache-Control: max-age=60"))
    await cache.ask()
    cache.now += 61
    again = await cache.ask("thing", 'If-None-Match: "another"', "Range: bytes=0-1", "Accept-Encoding: br")
    asked = cache.upstream.last
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"one"', modified)
    assert "Range" not in asked
    assert "Accept-Encoding" not in asked
    assert again.status == 206
    assert again.cache == "headgate; fwd=stale; fwd-status=304; stored"


async def test_a_304_renews_and_keeps_the_content() -> None:
    cache = Cache(ok("first", 'ETag: "one"', "X-Kind: old"), said(304, "Cache-Control: max-age=60", "X-Kind: new"))
    await cache.ask()
    (before,) = cache.store.glance(THING)
    cache.now += 61
    again = await cache.ask()
    (after,) = cache.store.glance(THING)
    assert (again.status, again.body, again.headers["X-Kind"]) == (200, b"first", "new")
    assert after.content is before.content
    assert after is not before
    cache.now += 59
    assert (await cache.ask()).cache == "headgate; hit"
    assert cache.upstream.times == 2


async def test_a_304_may_take_back_the_leave_to_store() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(304, "Cache-Control: no-store"), ok("third"))
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).body == b"first"
    assert (await cache.ask()).body == b"third"


async def test_a_changed_thing_takes_the_place_of_the_old() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), ok("second", 'ETag: "two"'))
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).body == b"second"
    assert (await cache.ask()).body == b"second"
    assert cache.upstream.times == 2


async def test_something_newer_that_may_not_be_stored_pushes_out_the_old() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), ok("second", age="no-store"), ok("third"))
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).body == b"second"
    cache.now -= 61
    assert (await cache.ask()).body == b"third"


# Partitions and keys.


async def test_each_credential_has_its_own() -> None:
    cache = Cache(ok("of alice"), ok("of bob"), ok("of nobody"), ok("of the gateway"))
    everybody = (ALICE, BOB, ANONYMOUS, OWN)
    first = [(await cache.ask(who=who)).body for who in everybody]
    again = [(await cache.ask(who=who)).body for who in everybody]
    assert first == again == [b"of alice", b"of bob", b"of nobody", b"of the gateway"]
    assert (await cache.ask(who=None)).body == b"of the gateway"


@pytest.mark.parametrize("age", ["private, max-age=60", "private", "no-store"])
async def test_what_is_private_is_not_kept_where_all_share(age: str) -> None:
    cache = Cache(ok("first", age=age), ok("second", age=age))
    await cache.ask(who=ANONYMOUS)
    assert (await cache.ask(who=ANONYMOUS)).body == b"second"


async def test_public_is_nobody_elses_where_there_is_a_credential() -> None:
    cache = Cache(ok("of alice", age="public, max-age=60, s-maxage=60"), ok("of bob"))
    await cache.ask(who=ALICE)
    assert (await cache.ask(who=BOB)).body == b"of bob"


async def test_the_media_type_and_the_version_are_in_githubs_key() -> None:
    cache = Cache(ok("json"), ok("raw"), ok("next version"), dialect=GITHUB)
    raw = "Accept: application/vnd.github.raw"
    version = "X-GitHub-Api-Version: 2026-01-01"
    for _ in range(2):
        assert (await cache.ask("thing", "Accept: */*")).body == b"json"
        assert (await cache.ask("thing", raw)).body == b"raw"
        assert (await cache.ask("thing", version)).body == b"next version"
    assert cache.upstream.times == 3


async def test_two_lines_of_accept_count_both() -> None:
    cache = Cache(ok("raw"), ok("json"), dialect=GITHUB)
    json = "Accept: application/json"
    assert (await cache.ask("thing", json, "Accept: application/vnd.github.raw")).body == b"raw"
    assert (await cache.ask("thing", json)).body == b"json"


async def test_what_vary_names_is_told_apart() -> None:
    cache = Cache(ok("english", "Vary: Accept-Language"), ok("french", "Vary: Accept-Language"))
    english, french = "Accept-Language: en", "Accept-Language: fr"
    for _ in range(2):
        assert (await cache.ask("thing", english)).body == b"english"
        assert (await cache.ask("thing", french)).body == b"french"
    assert cache.upstream.times == 2


async def test_what_varies_on_everything_is_not_kept() -> None:
    cache = Cache(ok("first", "Vary: Accept, *"), ok("second"))
    await cache.ask()
    assert (await cache.ask()).body == b"second"


# What a caller wants.


@pytest.mark.parametrize("wish", ["no-cache", "max-age=0"])
async def test_who_wants_it_new_gets_it_new(wish: str) -> None:
    cache = Cache(ok("first"), ok("second"))
    await cache.ask()
    cache.now += 1
    assert (await cache.ask("thing", f"Cache-Control: {wish}")).body == b"second"
    assert (await cache.ask()).body == b"second"


async def test_the_policy_says_how_often_that_is_heeded() -> None:
    cache = Cache(ok("first"), ok("second"), freshness=Freshness(reload_after_seconds=10))
    reload = "Cache-Control: no-cache"
    await cache.ask()
    assert (await cache.ask("thing", reload)).body == b"first"
    cache.now += 10
    assert (await cache.ask("thing", reload)).body == b"second"


async def test_only_if_cached_asks_nobody() -> None:
    cache = Cache(ok("first", 'ETag: "one"'))
    only = "Cache-Control: only-if-cached"
    with pytest.raises(NotCached):
        await cache.ask("thing", only)
    assert cache.upstream.times == 0
    await cache.ask()
    assert (await cache.ask("thing", only)).body == b"first"
    cache.now += 61
    with pytest.raises(NotCached):
        await cache.ask("thing", only)
    assert cache.upstream.times == 1


async def test_what_a_caller_does_not_want_kept_is_not_kept() -> None:
    cache = Cache(ok("first"), ok("second"))
    assert (await cache.ask("thing", "Cache-Control: no-store")).body == b"first"
    assert (await cache.ask()).body == b"second"


async def test_max_stale_takes_what_is_stale() -> None:
    cache = Cache(ok("first"))
    await cache.ask()
    cache.now += 100
    assert (await cache.ask("thing", "Cache-Control: max-stale=50")).body == b"first"
    assert cache.upstream.times == 1


# A caller's own conditions.


@pytest.mark.parametrize("condition", ['If-None-Match: "one"', 'If-None-Match: W/"one"', "If-None-Match: *"])
async def test_a_callers_condition_is_answered_from_the_cache(condition: str) -> None:
    cache = Cache(ok("first", 'ETag: "one"', "X-Other: 1", "Link: <next>"))
    await cache.ask()
    reply = await cache.ask("thing", condition)
    assert (reply.status, reply.body, reply.headers["ETag"], reply.headers["Link"]) == (304, b"", '"one"', "<next>")
    assert "X-Other" not in reply.headers
    assert cache.upstream.times == 1


async def test_so_is_a_date() -> None:
    modified = http_date(NOON - 1_000)
    cache = Cache(ok("first", f"Last-Modified: {modified}"))
    await cache.ask()
    assert (await cache.ask("thing", f"If-Modified-Since: {modified}")).status == 304
    assert (await cache.ask("thing", f"If-Modified-Since: {http_date(NOON - 2_000)}")).status == 200


async def test_a_condition_that_does_not_hold_gets_it_all() -> None:
    cache = Cache(ok("first", 'ETag: "one"'))
    await cache.ask()
    assert (await cache.ask("thing", 'If-None-Match: "two"')).body == b"first"


async def test_on_a_cold_key_it_goes_up_as_it_is_and_the_304_is_no_answer_for_others() -> None:
    cache = Cache(said(304, 'ETag: "one"', "Cache-Control: max-age=60"), ok("first"))
    reply = await cache.ask("thing", 'If-None-Match: "one"')
    assert reply.status == 304
    assert cache.upstream.last["If-None-Match"] == '"one"'
    assert (await cache.ask()).body == b"first"
    assert "If-None-Match" not in cache.upstream.last


async def test_on_a_cold_key_a_200_is_kept_for_all() -> None:
    cache = Cache(ok("first", 'ETag: "two"'))
    assert (await cache.ask("thing", 'If-None-Match: "one"')).body == b"first"
    assert (await cache.ask()).body == b"first"
    assert cache.upstream.times == 1


async def test_a_typed_call_brings_no_condition() -> None:
    cache = Cache(ok("first", 'ETag: "one"'))
    await cache.ask(streams=False)
    assert (await cache.ask("thing", 'If-None-Match: "one"', streams=False)).status == 200


@pytest.mark.parametrize("condition", ['If-Match: "other"', "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT"])
async def test_a_condition_for_writing_does_not_leave_a_refusal_behind(condition: str) -> None:
    """A 412 is the answer to one caller's condition; a cache may ignore it (RFC 9110 section 13.1.1)."""
    refused = said(412, "Cache-Control: max-age=60")
    cache = Cache(
        lambda request: refused if set(request.headers) & {"If-Match", "If-Unmodified-Since"} else ok("first")
    )
    await cache.ask("thing", condition)
    assert (await cache.ask()).body == b"first"


# Failures never evict; they are answered from what is stored where that may be.


@pytest.mark.parametrize(
    "failure",
    [
        said(500),
        said(503, "Cache-Control: max-age=60"),
        said(403, *LIMITS["primary"]),
        said(429, *LIMITS["primary"]),
        said(403, *LIMITS["secondary"]),
        said(429),
        said(403, body=MESSAGE),
        Unreachable("up", "no connection"),
        Disconnected("up", "cut off"),
        DeadlineExceeded("no time left"),
    ],
    ids=str,
)
async def test_a_failure_is_answered_with_what_is_stored_and_evicts_nothing(failure: Buffered | Exception) -> None:
    cache = Cache(ok("first", 'ETag: "one"'), failure, said(304), dialect=GITHUB, freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    reply = await cache.ask()
    assert (reply.status, reply.body) == (200, b"first")
    assert reply.cache.startswith("headgate; fwd=stale; ")
    assert (await cache.ask()).body == b"first"
    assert cache.upstream.last["If-None-Match"] == '"one"'


@pytest.mark.parametrize("failure", [said(500), said(429), Unreachable("up", "no connection")], ids=str)
async def test_without_leave_to_serve_stale_the_failure_shows_and_still_evicts_nothing(
    failure: Buffered | Exception,
) -> None:
    cache = Cache(ok("first", 'ETag: "one"'), failure, said(304), dialect=GITHUB)
    await cache.ask()
    cache.now += 61
    if isinstance(failure, Exception):
        with pytest.raises(type(failure)):
            await cache.ask()
    else:
        assert (await cache.ask()).status == failure.status
    assert (await cache.ask()).body == b"first"


@pytest.mark.parametrize(("kind", "outlives"), [("github", True), ("http", False)])
async def test_what_github_says_to_everybody_outlives_an_outage(kind: str, outlives: bool) -> None:
    settings = settings_of(it={"kind": kind, "base_url": "http://it.example/"}).upstreams["it"]
    policy = freshness_policy(settings).of("thing")
    anonymous = ok("first", age="public, max-age=60, s-maxage=60")
    cache = Cache(anonymous, Unreachable("up", "no connection"), dialect=GITHUB, freshness=policy)
    await cache.ask(who=ANONYMOUS)
    cache.now += 3_600
    if outlives:
        assert (await cache.ask(who=ANONYMOUS)).body == b"first"
    else:
        with pytest.raises(Unreachable):
            await cache.ask(who=ANONYMOUS)


async def test_a_failure_says_why_in_the_cache_status() -> None:
    cache = Cache(ok("first"), Unreachable("up", "no connection"), said(502), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).cache == "headgate; fwd=stale; detail=upstream_unreachable"
    assert (await cache.ask()).cache == "headgate; fwd=stale; fwd-status=502"


async def test_a_failure_that_streams_is_closed_and_what_is_stored_answers() -> None:
    body = Body(b"a long complaint")
    cache = Cache(ok("first"), body.reply(503), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).body == b"first"
    assert body.closed == 1


async def test_stale_if_error_ends() -> None:
    cache = Cache(ok("first", age="max-age=60, stale-if-error=100"), said(500))
    await cache.ask()
    cache.now += 159
    assert (await cache.ask()).status == 200
    cache.now += 2
    assert (await cache.ask()).status == 500


async def test_a_failure_is_not_remembered_on_a_cold_key() -> None:
    cache = Cache(Unreachable("up", "no connection"), said(500), said(429), ok("first"), dialect=GITHUB)
    with pytest.raises(Unreachable):
        await cache.ask()
    assert [(await cache.ask()).status for _ in range(3)] == [500, 429, 200]


async def test_what_a_write_made_doubtful_while_we_asked_does_not_answer_for_a_failure() -> None:
    cache = Cache(ok("first"), said(500), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    cache.upstream.gate.clear()
    reading = cache.asking()
    await cache.settled()
    await cache.store.mark(["up/thing"])
    cache.upstream.gate.set()
    assert (await reading).status == 500


# Answers that take the place of what is stored.


@pytest.mark.parametrize("status", [404, 410, 451, 403])
async def test_a_refusal_that_is_no_limit_replaces_it(status: int) -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(status), said(500), dialect=GITHUB, freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).status == status
    assert (await cache.ask()).status in {status, 500}
    assert "If-None-Match" not in cache.upstream.last


async def test_a_404_is_not_served_stale_by_the_operators_word_for_replies() -> None:
    """Nobody said that it is fresh at all: who has just made the thing must find it."""
    cache = Cache(said(404), ok("first"), freshness=Freshness(stale_while_revalidate_seconds=30))
    await cache.ask()
    assert (await cache.ask()).status == 200


async def test_a_rejected_credential_makes_its_own_entry_unusable_and_nobody_elses() -> None:
    cache = Cache(ok("of alice"), ok("of bob"), said(401), said(500), dialect=GITHUB, freshness=LONG_STALE)
    await cache.ask(who=ALICE)
    cache.now += 30
    await cache.ask(who=BOB)
    cache.now += 31
    assert (await cache.ask(who=ALICE)).status == 401
    assert (await cache.ask(who=ALICE)).status == 500
    assert (await cache.ask(who=BOB)).body == b"of bob"


async def test_a_revoked_credential_makes_all_that_it_fetched_doubtful_and_only_that() -> None:
    cache = Cache(
        ok("a thing"), ok("another"), ok("of bob"), said(401), said(500), dialect=GITHUB, freshness=LONG_STALE
    )
    await cache.ask("a/thing", who=ALICE)
    await cache.ask("another", who=ALICE)
    await cache.ask("another", who=BOB)
    assert (await cache.ask("a/third", who=ALICE)).status == 401
    assert (await cache.ask("another", who=ALICE)).status == 500
    assert (await cache.ask("another", who=BOB)).body == b"of bob"


async def test_a_401_is_never_stored_whatever_it_says() -> None:
    cache = Cache(said(401, "Cache-Control: public, max-age=60"), ok("first"))
    await cache.ask()
    assert (await cache.ask()).body == b"first"


async def test_still_computing_takes_the_place_of_nothing() -> None:
    computing = said(202, "Cache-Control: private, max-age=60")
    cache = Cache(ok("first", 'ETag: "one"'), computing, said(304), dialect=GITHUB)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).status == 202
    assert (await cache.ask()).body == b"first"


# In the background.

LATER = "max-age=60, stale-while-revalidate=30"


async def test_stale_while_revalidate_answers_at_once_and_asks_once() -> None:
    cache = Cache(ok("first", 'ETag: "one"', age=LATER), ok("second", 'ETag: "two"', age=LATER))
    await cache.ask()
    cache.now += 61
    cache.upstream.gate.clear()
    replies = [await cache.ask() for _ in range(10)]
    await cache.settled()
    assert {reply.body for reply in replies} == {b"first"}
    assert cache.upstream.times == 2
    assert cache.upstream.last["If-None-Match"] == '"one"'
    cache.upstream.gate.set()
    await cache.settled()
    assert (await cache.ask()).body == b"second"
    assert cache.upstream.times == 2


async def test_it_runs_on_the_callers_own_credential() -> None:
    cache = Cache(ok("of alice", age=LATER))
    await cache.ask(who=ALICE)
    cache.now += 61
    await cache.ask(who=ALICE)
    await cache.settled()
    assert cache.upstream.partitions == [ALICE.partition] * 2


async def test_its_failure_is_nobodys() -> None:
    cache = Cache(ok("first", age=LATER), Unreachable("up", "no connection"), ok("second"))
    await cache.ask()
    cache.now += 61
    assert (await cache.ask()).body == b"first"
    await cache.settled()
    assert (await cache.ask()).body == b"first"
    await cache.settled()
    assert (await cache.ask()).body == b"second"


async def test_a_head_that_finds_it_stale_fetches_the_whole_in_the_background() -> None:
    cache = Cache(ok("first", 'ETag: "one"', age=LATER), ok("second", 'ETag: "two"'))
    await cache.ask()
    cache.now += 61
    assert (await cache.ask(method="HEAD")).status == 200
    await cache.settled()
    assert cache.upstream.asked[-1].method == "GET"
    assert (await cache.ask()).body == b"second"


# HEAD.


async def test_a_head_is_answered_from_a_stored_get() -> None:
    cache = Cache(ok("first"))
    await cache.ask()
    assert (await cache.ask(method="HEAD")).headers["Content-Length"] == "5"
    assert cache.upstream.times == 1


async def test_a_head_on_a_cold_key_stores_nothing() -> None:
    cache = Cache(said(200, "Cache-Control: max-age=60", "Content-Length: 5"), ok("first"))
    await cache.ask(method="HEAD")
    assert (await cache.ask()).body == b"first"


async def test_a_head_that_tells_the_same_renews() -> None:
    told = said(200, "Cache-Control: max-age=60", 'ETag: "one"', "Content-Length: 5")
    cache = Cache(ok("first", 'ETag: "one"'), told)
    await cache.ask()
    cache.now += 61
    await cache.ask(method="HEAD")
    assert (await cache.ask()).body == b"first"
    assert cache.upstream.times == 2


@pytest.mark.parametrize("news", ['ETag: "two"', "Content-Length: 6"])
async def test_a_head_that_tells_something_else_makes_it_unusable(news: str) -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(200, "Cache-Control: max-age=60", news), ok("second"))
    await cache.ask()
    cache.now += 61
    await cache.ask(method="HEAD")
    cache.now -= 61
    assert (await cache.ask()).body == b"second"


async def test_a_head_asks_for_the_coding_that_is_stored() -> None:
    """Or its length would be that of another representation, and a good entry would be lost."""
    cache = Cache(ok("first"), said(200, "Cache-Control: max-age=60", "Content-Length: 5"))
    await cache.ask()
    cache.now += 61
    await cache.ask("thing", "Accept-Encoding: identity", method="HEAD")
    assert "Accept-Encoding" not in cache.upstream.last


@pytest.mark.parametrize("status", [401, 404, 410, 451])
async def test_a_head_that_is_refused_for_good_makes_it_unusable(status: int) -> None:
    cache = Cache(ok("first"), said(status), said(500), freshness=LONG_STALE)
    await cache.ask()
    cache.now += 61
    assert (await cache.ask(method="HEAD")).status == status
    assert (await cache.ask()).status == 500


async def test_a_head_does_not_undo_a_write_that_came_meanwhile() -> None:
    told = said(200, "Cache-Control: max-age=60", 'ETag: "one"')
    cache = Cache(ok("first", 'ETag: "one"'), told, ok("second"))
    await cache.ask()
    cache.now += 61
    cache.upstream.gate.clear()
    heading = cache.asking(method="HEAD")
    await cache.settled()
    await cache.store.mark(["up/thing"])
    cache.upstream.gate.set()
    await heading
    assert (await cache.ask()).body == b"second"


# Range.


async def test_a_range_is_served_from_a_stored_body() -> None:
    cache = Cache(ok("0123456789"))
    await cache.ask()
    part = await cache.ask("thing", "Range: bytes=2-4")
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert (await cache.ask("thing", "Range: bytes=99-")).status == 416
    assert cache.upstream.times == 1


async def test_a_part_is_never_stored_as_the_whole() -> None:
    part = said(206, "Cache-Control: max-age=60", "Content-Range: bytes 0-1/10", body=b"01")
    cache = Cache(part, ok("0123456789"))
    assert (await cache.ask("thing", "Range: bytes=0-1")).status == 206
    assert (await cache.ask()).body == b"0123456789"
    assert (await cache.ask("thing", "Range: bytes=0-1")).body == b"01"
    assert cache.upstream.times == 2


async def test_two_callers_ranges_on_a_cold_key_are_not_one_question() -> None:
    def part(request: object) -> Buffered:
        return said(206, body=cache.upstream.last["Range"].encode())

    cache = Cache(part)
    first, second = cache.asking("thing", "Range: bytes=0-1"), cache.asking("thing", "Range: bytes=2-3")
    assert ((await first).body, (await second).body) == (b"bytes=0-1", b"bytes=2-3")


async def test_a_range_that_is_asked_of_upstream_comes_in_a_coding_that_the_caller_takes() -> None:
    cache = Cache(said(206, "Content-Range: bytes 0-1/10", body=b"01"))
    await cache.ask("thing", "Range: bytes=0-1")
    assert cache.upstream.last["Accept-Encoding"] == "identity"
    await cache.ask("thing", "Range: bytes=0-1", "Accept-Encoding: gzip")
    assert cache.upstream.last["Accept-Encoding"] == "gzip"


# Writes.


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_a_write_marks_what_it_makes_stale_in_every_partition(method: str) -> None:
    lists, repository = "repos/acme/rocket/issues?page=2", "repos/acme/rocket"
    cache = Cache(ok("old"), dialect=GITHUB)
    for who in (ALICE, BOB, ANONYMOUS):
        await cache.ask(lists, who=who)
        await cache.ask(repository, who=who)
    await cache.ask("repos/acme/other/issues", who=BOB)
    cache.upstream.answers = [said(201), ok("new")]
    await cache.ask("repos/Acme/rocket/issues", method=method, who=ALICE, body=b"{}")
    for who in (ALICE, BOB, ANONYMOUS):
        assert (await cache.ask(lists, who=who)).body == b"new"
        assert (await cache.ask(repository, who=who)).body == b"new"
    assert (await cache.ask("repos/acme/other/issues", who=BOB)).body == b"old"


async def test_it_marks_the_numbered_way_too() -> None:
    cache = Cache(ok("old"), dialect=GITHUB)
    await cache.ask("repositories/17/issues?page=2")
    cache.upstream.answers = [said(201), ok("new")]
    await cache.ask("repos/acme/rocket/issues", method="POST", body=b"{}")
    assert (await cache.ask("repositories/17/issues?page=2")).body == b"new"


@pytest.mark.parametrize(
    "outcome", [said(502), said(504), said(302), Disconnected("up", "cut off"), DeadlineExceeded("late")]
)
async def test_a_write_whose_outcome_nobody_knows_marks(outcome: Buffered | Exception) -> None:
    cache = Cache(ok("old"))
    await cache.ask()
    cache.upstream.answers = [outcome, ok("new")]
    if isinstance(outcome, Exception):
        with pytest.raises(type(outcome)):
            await cache.ask(method="PUT", body=b"{}")
    else:
        await cache.ask(method="PUT", body=b"{}")
    assert (await cache.ask()).body == b"new"


async def test_a_write_whose_caller_has_left_marks() -> None:
    cache = Cache(ok("old"))
    await cache.ask()
    cache.upstream.answers = [said(201), ok("new")]
    cache.upstream.gate.clear()
    writing = cache.asking(method="PUT", body=b"{}")
    await cache.settled()
    writing.cancel()
    await cache.settled()
    assert writing.cancelled()
    cache.upstream.gate.set()
    cache.upstream.answers = [ok("new")]
    assert (await cache.ask()).body == b"new"


async def test_a_write_that_fails_leaves_in_doubt_what_only_the_dialect_knows() -> None:
    issues = "repos/acme/rocket/issues"
    cache = Cache(ok("old"), dialect=GITHUB)
    await cache.ask(issues)
    cache.upstream.answers = [said(500), ok("new")]
    await cache.ask(issues, method="POST", body=b"{}")
    assert (await cache.ask(issues)).body == b"new"


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500, 501, 503])
async def test_a_write_that_is_refused_or_fails_marks_nothing(status: int) -> None:
    cache = Cache(ok("old"))
    await cache.ask()
    cache.upstream.answers = [said(status), ok("new")]
    await cache.ask(method="PUT", body=b"{}")
    assert (await cache.ask()).body == b"old"


async def test_a_write_marks_what_location_names() -> None:
    cache = Cache(ok("old"))
    await cache.ask("made/1")
    await cache.ask("made/2")
    cache.upstream.answers = [said(201, "Location: /v3/made/1", "Content-Location: https://other/v3/made/2"), ok("new")]
    await cache.ask("made", method="POST", body=b"{}")
    assert (await cache.ask("made/1")).body == b"new"
    assert (await cache.ask("made/2")).body == b"old"


async def test_a_marked_entry_is_validated_not_forgotten() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(200), said(304))
    await cache.ask()
    await cache.ask(method="PUT", body=b"{}")
    assert (await cache.ask()).body == b"first"
    assert cache.upstream.last["If-None-Match"] == '"one"'
    assert (await cache.ask()).cache == "headgate; hit"


async def test_a_reading_that_was_under_way_while_something_was_written_is_not_given_to_who_comes_after() -> None:
    cache = Cache(ok("old"), said(200), ok("new"))
    cache.upstream.gate.clear()
    before = cache.asking()
    await cache.settled()
    writing = cache.asking(method="PUT", body=b"{}")
    await cache.settled()
    cache.upstream.gate.set()
    await writing
    cache.upstream.gate.clear()
    after = cache.asking()
    await cache.settled()
    cache.upstream.gate.set()
    assert (await after).body == b"new"
    await before
    assert (await cache.ask()).body == b"new"


async def test_nor_is_it_stored_as_if_it_were_newer() -> None:
    cache = Cache(ok("old"), ok("new"))
    cache.upstream.gate.clear()
    before = cache.asking()
    await cache.settled()
    await cache.store.mark(["up/thing"])
    cache.upstream.gate.set()
    assert (await before).body == b"old"
    assert (await cache.ask()).body == b"new"


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE"])
async def test_what_only_asks_marks_nothing(method: str) -> None:
    cache = Cache(ok("old"))
    await cache.ask()
    cache.upstream.answers = [said(200), ok("new")]
    await cache.ask(method=method)
    assert (await cache.ask()).body == b"old"


async def test_a_get_with_a_body_is_neither_stored_nor_answered_from_the_store() -> None:
    cache = Cache(ok("first"), ok("second"), ok("third"))
    await cache.ask()
    assert (await cache.ask(body=b"{}")).body == b"second"
    assert (await cache.ask()).body == b"first"
