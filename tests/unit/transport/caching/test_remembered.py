"""What the layers above hold of a stored reply: whether it still holds, and the same question once more."""

import pytest

from app.call import Call, serving
from app.errors import Unreachable
from app.transport.caching.remembered import Remembered
from app.transport.exchange import Streamed
from tests.unit.transport.caching.cache import ALICE, BOB, Cache, ok, said
from tests.unit.transport.stages import Body


async def remembered(cache: Cache, *lines: str, **how: object) -> Remembered:
    source = (await cache.ask("thing", *lines, **how)).source
    assert isinstance(source, Remembered)
    return source


async def test_it_holds_while_it_is_fresh() -> None:
    cache = Cache(ok())
    source = await remembered(cache)
    assert (source.born_at, source.fresh_until) == (cache.now, cache.now + 60)
    assert source.is_fresh(cache.now + 59)
    assert not source.is_fresh(cache.now + 60)


async def test_not_once_it_is_marked_dropped_or_replaced() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(304, "Cache-Control: max-age=60"), ok("third"))
    first = await remembered(cache)
    await cache.store.mark(["up/thing"])
    assert not first.is_fresh(cache.now)
    renewed = await remembered(cache)
    assert not first.is_fresh(cache.now)
    assert renewed.is_fresh(cache.now)
    await cache.store.purge("up/thing")
    assert not renewed.is_fresh(cache.now)


async def test_asked_again_it_is_the_same_where_the_body_is() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(304, "Cache-Control: max-age=60"), ok("second"))
    first = await remembered(cache)
    cache.now += 61
    with serving(Call(identity=ALICE)) as call:
        again = await first.again()
        assert again is not None
        assert again.entry.content is first.entry.content
        assert again.is_fresh(cache.now)
        cache.now += 61
        assert await again.again() is None
    assert "fwd=stale" in call.exchanges[0].cache


async def test_a_failure_to_ask_again_goes_up() -> None:
    cache = Cache(ok(), Unreachable("up", "no connection"))
    source = await remembered(cache)
    cache.now += 61
    with serving(Call(identity=ALICE)), pytest.raises(Unreachable):
        await source.again()


async def test_a_stream_that_comes_then_is_closed() -> None:
    body = Body(b"large")
    cache = Cache(ok(), body.reply())
    source = await remembered(cache)
    cache.now += 61
    with serving(Call(identity=ALICE)):
        assert await source.again() is None
    assert body.closed == 1


async def test_asking_again_for_another_caller_never_gives_theirs() -> None:
    """Whoever holds a source asks as the call that is being served, whoever asked first."""
    cache = Cache(ok("of alice"), ok("of bob"))
    source = await remembered(cache, who=ALICE)
    with serving(Call(identity=BOB)):
        assert await source.again() is None
    assert cache.upstream.partitions[-1] == BOB.partition


async def test_what_was_made_of_it_stays_with_it() -> None:
    cache = Cache(ok())
    await cache.ask()
    (await remembered(cache)).made["model"] = "a model"
    assert (await remembered(cache)).made == {"model": "a model"}


async def test_and_does_not_outlive_it() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(304, "Cache-Control: max-age=60"))
    (await remembered(cache)).made["model"] = "a model"
    cache.now += 61
    assert (await remembered(cache)).made == {}


@pytest.mark.parametrize(
    ("form", "method", "status"),
    [("Range: bytes=0-1", "GET", 206), ('If-None-Match: "one"', "GET", 304), ("X: 1", "HEAD", 200)],
)
async def test_the_first_askers_form_does_not_stick(form: str, method: str, status: int) -> None:
    """A hit is one object for all: who had it first as a HEAD, a range or a 304 leaves nothing of that behind."""
    cache = Cache(ok("0123456789", 'ETag: "one"'))
    await cache.ask()
    assert (await cache.ask("thing", form, method=method)).status == status
    assert (await cache.ask()).body == b"0123456789"
    source = await remembered(cache, streams=False)
    cache.now += 61
    cache.upstream.answers = [said(304, "Cache-Control: max-age=60")]
    with serving(Call(identity=ALICE)):
        again = await source.again()
    assert again is not None
    assert cache.upstream.asked[-1].method == "GET"


async def test_a_stream_is_remembered_by_nobody() -> None:
    cache = Cache(Body(b"large").reply())
    reply = await cache.send()
    assert isinstance(reply, Streamed)
    assert reply.source is None
    reply.close()


async def test_another_form_of_the_body_is_made_once_and_outlives_a_304() -> None:
    cache = Cache(ok("first", 'ETag: "one"'), said(304, "Cache-Control: max-age=60"), ok("second"))
    made: list[bytes] = []

    def make() -> bytes:
        made.append(b"another form")
        return made[-1]

    first = await remembered(cache)
    assert first.derived("name", make) is first.derived("name", make)
    cache.now += 61
    renewed = await remembered(cache)
    assert renewed.derived("name", make) is made[0]
    cache.now += 61
    assert (await remembered(cache)).derived("name", make) is made[1]
    assert len(made) == 2


async def test_few_forms_are_kept_and_all_of_them_count() -> None:
    cache = Cache(ok("first"))
    source = await remembered(cache)
    before, stored = source.size_bytes, (await cache.store.stats()).bytes
    for number in range(100):
        source.derived(number, lambda: b"x" * 1_000)
    assert len(source.entry.content.derived) == 4
    assert source.size_bytes == before + 4_000
    assert (await cache.store.stats()).bytes == stored + 4_000
    body = source.entry.content.body
    source.derived("the same", lambda: body)
    assert source.size_bytes == before + 3_000
