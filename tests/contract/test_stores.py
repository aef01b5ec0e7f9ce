"""What every store does, whatever it keeps entries on: one suite, run on each.

`on disk, next worker` looks with another worker's store at what the first one did.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import Store
from tests.stored import MIB, bodies, entry, keep, key, opened, telling


class Stores:
    """What is kept by `one` is looked for in `other`: the same, or another worker's."""

    def __init__(self, one: Store, other: Store, kind: str) -> None:
        self.one, self.other, self.kind = one, other, kind


@pytest.fixture(params=["in memory", "on disk", "on disk, next worker", "on a disk that cannot be used"])
async def stores(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Stores]:
    async with AsyncExitStack() as stack:
        if request.param == "in memory":
            store = MemoryStore(MIB)
            await store.open()
            stack.push_async_callback(store.close)
            yield Stores(store, store, "memory")
            return
        directory = tmp_path / "cache"
        if "cannot" in request.param:
            directory.write_bytes(b"a file, not a directory")
        one = await stack.enter_async_context(opened(directory, MIB))
        other = await stack.enter_async_context(opened(directory, MIB)) if "next" in request.param else one
        yield Stores(one, other, "disk")


async def test_an_empty_store_has_nothing(stores: Stores) -> None:
    assert stores.other.glance(key()) == ()
    assert await stores.other.find(key()) == ()


async def test_what_was_kept_is_found_with_everything_that_it_tells(stores: Stores) -> None:
    kept = entry(b"\x00\xff body", tags=("github:repo:acme/rocket",), vary=(("accept", "a/b"),), status=203)
    await keep(stores.one, key(), kept)

    (found,) = await stores.other.find(key())

    assert telling(found) == telling(kept)
    assert found.headers.getall("LINK") == ["<a>", "<b>"]


async def test_it_is_found_at_once_by_who_kept_it(stores: Stores) -> None:
    kept = entry()
    stores.one.keep(key(), kept)

    assert stores.one.glance(key()) == (kept,)
    assert await stores.one.find(key()) == (kept,)


async def test_what_was_found_is_in_memory_from_then_on(stores: Stores) -> None:
    await keep(stores.one, key(), entry())

    found = await stores.other.find(key())

    assert len(found) == 1
    assert stores.other.glance(key()) == found
    assert await stores.other.find(key()) == found, "the very same"


@pytest.mark.parametrize(
    "other",
    [
        key("repos/acme/other"),
        key(upstream="other"),
        key(partition="b0b"),
        key()._replace(fields=()),
        key()._replace(fields=("text/html",)),
        key()._replace(partition="", fields=("anonymous", "application/json")),
    ],
)
async def test_another_key_is_another_reply(stores: Stores, other: object) -> None:
    await keep(stores.one, key(), entry())

    assert isinstance(other, type(key()))
    assert await stores.other.find(other) == ()


async def test_variants_stand_side_by_side_the_newest_first(stores: Stores) -> None:
    for language in ("de", "en", "fr"):
        await keep(stores.one, key(), entry(language.encode(), vary=(("accept-language", language),)))

    assert bodies(await stores.other.find(key())) == [b"fr", b"en", b"de"]


async def test_the_same_vary_is_replaced(stores: Stores) -> None:
    await keep(stores.one, key(), entry(b"old", vary=(("accept", "a"),)))
    await keep(stores.one, key(), entry(b"other", vary=(("accept", "b"),)))
    assert len(await stores.other.find(key())) == 2

    await keep(stores.one, key(), entry(b"new", vary=(("accept", "a"),)))

    assert bodies(await stores.other.find(key())) == [b"new", b"other"]


async def test_many_variants_do_not_fill_the_store(stores: Stores) -> None:
    for number in range(40):
        await keep(stores.one, key(), entry(str(number).encode(), vary=(("user-agent", str(number)),)))

    found = bodies(await stores.other.find(key()))

    assert found[0] == b"39"
    assert 2 <= len(found) <= 16


async def test_an_entry_without_a_body_and_a_strange_key(stores: Stores) -> None:
    strange = key("search?q=%F0%9F%9A%80\udcff'\"\n--;")._replace(fields=("ä", ""))
    await keep(stores.one, strange, entry(b"", status=204))

    (found,) = await stores.other.find(strange)

    assert (found.status, found.content.body) == (204, b"")


async def test_an_entry_of_more_than_a_quarter_is_not_kept(stores: Stores) -> None:
    await keep(stores.one, key("large"), entry(bytes(MIB // 4)))
    await keep(stores.one, key("fits"), entry(bytes(MIB // 4 - 2000)))

    assert await stores.one.find(key("large")) == ()
    assert await stores.other.find(key("large")) == ()
    assert len(await stores.other.find(key("fits"))) == 1


async def test_the_store_stays_within_its_bytes(stores: Stores) -> None:
    for number in range(60):
        await keep(stores.one, key(f"{number}"), entry(bytes(50_000)))

    stats = await stores.other.stats()
    assert stats.bytes <= stats.max_bytes == MIB
    assert stats.memory_bytes <= MIB
    assert 10 <= stats.entries < 21
    assert (await stores.one.stats()).evictions > 0
    assert await stores.other.find(key("0")) == ()
    assert len(await stores.other.find(key("59"))) == 1


async def test_it_tells_what_it_holds(stores: Stores) -> None:
    before = (await stores.other.stats()).bytes
    for number in range(3):
        await keep(stores.one, key(f"{number}"), entry(bytes(1000), vary=(("a", str(number % 2)),)))

    stats = await stores.other.stats()

    assert stats.kind == stores.kind
    assert stats.entries == 3
    assert 3000 < stats.bytes - before < 12_000
    assert stats.evictions == 0
    one = await stores.one.stats()
    assert one.memory_entries == 3
    assert one.memory_bytes >= 3000


async def test_what_has_grown_is_counted_anew(stores: Stores) -> None:
    kept = entry(bytes(1000))
    await keep(stores.one, key(), kept)
    before = (await stores.one.stats()).memory_bytes

    kept.content.decoded = bytes(1000)
    stores.one.grown(key())
    stores.one.grown(key("of nothing"))

    assert (await stores.one.stats()).memory_bytes == before + 1000


async def test_what_was_dropped_is_gone_with_all_its_variants(stores: Stores) -> None:
    await keep(stores.one, key("stays"), entry())
    for language in ("de", "en"):
        await keep(stores.one, key(), entry(vary=(("accept-language", language),)))
    assert len(await stores.other.find(key())) == 2

    stores.one.drop(key())

    assert stores.one.glance(key()) == ()
    assert await stores.one.find(key()) == ()
    await keep(stores.one, key("later"), entry())  # by now the others know
    assert stores.other.glance(key()) == ()
    assert await stores.other.find(key()) == ()
    assert len(await stores.other.find(key("stays"))) == 1


async def test_what_is_kept_after_a_drop_stays(stores: Stores) -> None:
    await keep(stores.one, key(), entry(b"old", vary=(("a", "b"),)))
    stores.one.drop(key())
    await keep(stores.one, key(), entry(b"new"))

    assert bodies(await stores.one.find(key())) == [b"new"]
    assert bodies(await stores.other.find(key())) == [b"new"]


async def test_nothing_is_marked_before_a_mark(stores: Stores) -> None:
    assert not stores.other.is_marked(entry(tags=("a", "b")))
    assert not stores.other.is_marked(entry())


async def test_a_mark_counts_for_what_was_requested_before_it(stores: Stores) -> None:
    before = entry(tags=("a", "b"), sequence=stores.other.sequence)
    unrelated = entry(tags=("c",), sequence=stores.other.sequence)
    await keep(stores.one, key(), before)
    (elsewhere,) = await stores.other.find(key())

    await stores.one.mark(["b", "d"])

    assert stores.other.is_marked(before)
    assert stores.other.is_marked(elsewhere)
    assert stores.one.is_marked(before)
    after = entry(tags=("a", "b"), sequence=stores.other.sequence)
    assert not stores.other.is_marked(after)
    if (await stores.one.stats()).degraded is None:
        assert not stores.other.is_marked(unrelated)
        assert not stores.other.is_marked(unrelated), "asked again"


async def test_marks_follow_one_another(stores: Stores) -> None:
    await stores.one.mark(["a"])
    between = entry(tags=("a",), sequence=stores.other.sequence)
    assert not stores.other.is_marked(between)

    await stores.other.mark(iter(["a"]))

    assert stores.one.is_marked(between)
    assert stores.other.is_marked(between)
    assert not stores.one.is_marked(entry(tags=("a",), sequence=stores.one.sequence))


async def test_the_sequence_grows_with_every_mark(stores: Stores) -> None:
    seen = [stores.other.sequence]
    for tag in ("a", "a", "b"):
        await stores.one.mark([tag])
        seen.append(stores.other.sequence)

    assert seen == sorted(set(seen))
    assert stores.one.sequence == stores.other.sequence


async def test_a_mark_outlives_what_is_kept_later_of_an_older_request(stores: Stores) -> None:
    requested = stores.one.sequence
    await stores.other.mark(["a"])

    await keep(stores.one, key(), entry(tags=("a",), sequence=requested))

    (found,) = await stores.other.find(key())
    assert stores.other.is_marked(found)
    assert stores.one.is_marked(stores.one.glance(key())[0])


async def test_a_tag_with_a_credential_in_it_can_be_marked(stores: Stores) -> None:
    kept = entry(tags=("github/user?access_token=s3cret",), sequence=stores.one.sequence)
    await keep(stores.one, key(), kept)
    (elsewhere,) = await stores.other.find(key())

    await stores.one.mark(["github/user?access_token=other"])
    if (await stores.one.stats()).degraded is None:
        assert not stores.other.is_marked(elsewhere)
    await stores.one.mark(["github/user?access_token=s3cret"])

    assert stores.one.is_marked(kept)
    assert stores.other.is_marked(elsewhere)


@pytest.mark.parametrize(
    ("pattern", "gone"),
    [
        ("*", {"a/1", "a/12", "b/1", "b/[1]", "a/1?page=2"}),
        ("github/a/*", {"a/1", "a/12", "a/1?page=2"}),
        ("github/a/?", {"a/1"}),
        ("github/?/1", {"a/1", "b/1"}),
        ("github/b/[1]", {"b/[1]"}),
        ("*page=*", {"a/1?page=2"}),
        ("github/a/1", {"a/1"}),
        ("GITHUB/*", set()),
        ("other/*", set()),
    ],
)
async def test_a_purge_forgets_what_matches(stores: Stores, pattern: str, gone: set[str]) -> None:
    targets = {"a/1", "a/12", "b/1", "b/[1]", "a/1?page=2"}
    for target in targets:
        await keep(stores.one, key(target), entry(sequence=stores.one.sequence))
        assert len(await stores.other.find(key(target))) == 1

    count = await stores.one.purge(pattern)

    left = {target for target in targets if await stores.other.find(key(target))}
    assert left == targets - gone
    assert {target for target in targets if stores.one.glance(key(target))} == left
    if (await stores.one.stats()).degraded is None:
        assert count == len(gone)


async def test_what_was_under_way_does_not_survive_a_purge(stores: Stores) -> None:
    requested = stores.one.sequence
    await stores.other.purge("github/a*")

    await keep(stores.one, key("a"), entry(sequence=requested))
    await keep(stores.one, key("b"), entry(sequence=requested))
    await keep(stores.one, key("aa"), entry(sequence=stores.one.sequence))

    assert await stores.one.find(key("a")) == ()
    assert await stores.other.find(key("a")) == ()
    assert len(await stores.other.find(key("b"))) == 1
    assert len(await stores.other.find(key("aa"))) == 1


async def test_a_purge_takes_a_credential_in_a_place_for_what_is_shown_of_it(stores: Stores) -> None:
    with_credential = key("user?per_page=5&access_token=s3cret")
    await keep(stores.one, with_credential, entry())

    await stores.one.purge("github/user?per_page=5&access_token=***")

    assert await stores.other.find(with_credential) == ()


async def test_a_lease_can_be_taken_and_given_back(stores: Stores) -> None:
    lease = stores.one.lease(key())
    assert lease is not None
    lease.release()
    lease.release()

    again = stores.other.lease(key())
    assert again is not None
    again.release()


async def test_two_keys_have_two_leases(stores: Stores) -> None:
    leases = [stores.one.lease(key(f"{number}")) for number in range(50)]
    others = [stores.other.lease(key(f"other {number}")) for number in range(50)]

    for lease in (*leases, *others):
        assert lease is not None
        lease.release()


async def test_whoever_waits_for_its_being_visible_is_told_once(stores: Stores) -> None:
    told: list[str] = []
    stores.one.keep(key(), entry(), lambda: told.append("kept"))
    stores.one.keep(key("large"), entry(bytes(MIB)), lambda: told.append("too large"))
    await keep(stores.one, key("later"), entry())

    assert sorted(told) == ["kept", "too large"]
