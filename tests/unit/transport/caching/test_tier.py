"""Memory is bounded, and the least recently used go first."""

from app.transport.caching.memory import MemoryStore
from app.transport.caching.tier import Held, Tier
from tests.stored import bodies, entry, keep, key


def held(*lengths: int) -> Held:
    return Held(tuple(entry(bytes(length)) for length in lengths))


def test_bytes_are_counted_through_everything() -> None:
    tier: Tier[Held] = Tier(100_000)
    tier.put(key("a"), held(1000, 2000))
    tier.put(key("b"), held(500))
    assert tier.bytes == sum(e.size_bytes for h in tier.held.values() for e in h.variants)
    assert tier.entries == 3

    tier.put(key("a"), held(10))
    assert tier.bytes == sum(e.size_bytes for h in tier.held.values() for e in h.variants)
    assert tier.entries == 2
    tier.held[key("a")].variants = held(10, 20).variants
    tier.weigh(key("a"))
    assert tier.entries == 3
    assert tier.remove(key("a")) == 2
    assert tier.remove(key("a")) == 0
    tier.clear()
    assert (tier.bytes, tier.entries) == (0, 0)


def test_what_does_not_fit_at_all_leaves_nothing() -> None:
    tier: Tier[Held] = Tier(10_000)
    tier.put(key("a"), held(20_000))

    assert (tier.bytes, tier.entries, tier.evictions) == (0, 0, 1)


def test_what_makes_room_is_counted_no_more() -> None:
    tier: Tier[Held] = Tier(30_000)
    for number in range(10):
        tier.put(key(f"{number}"), held(3_000, 3_000))

    assert tier.entries == sum(len(each.variants) for each in tier.held.values()) > 0
    assert tier.entries + tier.evictions == 20


def test_some_variants_go_and_others_stay() -> None:
    tier: Tier[Held] = Tier(100_000)
    tier.put(key("a"), held(1, 2, 3))
    tier.put(key("b"), held(1))
    tier.put(key("c"), held(2))

    assert tier.remove_where(lambda _, entry: len(entry.content.body) == 1) == 2
    assert bodies(tier.held[key("a")].variants) == [bytes(2), bytes(3)]
    assert list(tier.held) == [key("a"), key("c")]
    assert tier.entries == 3
    assert tier.bytes == sum(e.size_bytes for h in tier.held.values() for e in h.variants)


async def test_a_glance_is_a_use() -> None:
    store = MemoryStore(10 * (1500 + 1000))
    for number in range(10):
        await keep(store, key(f"{number}"), entry(bytes(1000)))
    store.glance(key("0"))

    await keep(store, key("one more"), entry(bytes(1000)))

    assert len(store.glance(key("0"))) == 1
    assert store.glance(key("1")) == ()
    assert (await store.stats()).evictions == 1


async def test_what_has_grown_too_large_pushes_others_out() -> None:
    store = MemoryStore(10_000)
    large = entry(bytes(1000))
    await keep(store, key("other"), entry(bytes(1000)))
    await keep(store, key("grows"), large)

    large.content.decoded = bytes(7000)
    store.grown(key("grows"))

    assert store.glance(key("other")) == ()
    assert store.glance(key("grows")) == (large,)
