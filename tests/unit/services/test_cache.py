"""What the cache tells of itself, and what it is made to forget."""

from dataclasses import replace

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from app.errors import InvalidRequest, ParameterFault
from app.services.answers.cache import CacheState, Purged
from app.services.cache import CacheService
from app.transport.caching.entry import Content, Entry, Key
from app.transport.caching.memory import MemoryStore
from app.transport.caching.store import StoreStats
from tests.gateway import container_of

URLS = {"github": "https://api.github.com/", "robot": "https://api.github.com/", "ghes": "https://ghes.example/api/v3/"}
TARGETS = ("repos/acme/rocket", "repos/acme/rocket/tags?page=2", "users/mira")


class SharedStore(MemoryStore):
    """One that says of itself what the disk store says."""

    async def stats(self) -> StoreStats:
        return replace(await super().stats(), kind="disk", degraded="disk full")


def service_on(store: MemoryStore) -> CacheService:
    return CacheService(
        store, container_of(**{name: {"kind": "github", "base_url": URLS[name]} for name in URLS}).upstreams()
    )


@pytest.fixture
def store() -> MemoryStore:
    """Each target of each upstream, for two callers."""
    store = MemoryStore(1_000_000)
    for upstream in URLS:
        for target in TARGETS:
            for partition in ("caller:a", "caller:b"):
                entry = Entry(
                    200, CIMultiDictProxy(CIMultiDict()), Content(b"body"), requested_at=0, born_at=0, fresh_seconds=60
                )
                store.keep(Key(upstream, partition, target), entry)
    return store


async def test_the_state_is_the_stores(store: MemoryStore) -> None:
    stats = await store.stats()

    assert await service_on(store).state() == CacheState(
        store="memory",
        scope="worker",
        entries=18,
        bytes=stats.bytes,
        max_bytes=1_000_000,
        memory_entries=18,
        memory_bytes=stats.bytes,
        evictions=0,
        degraded=None,
    )


async def test_a_store_that_all_workers_share_says_so_and_why_it_does_not_keep() -> None:
    service = service_on(SharedStore(1_000))

    state = await service.state()
    assert (state.store, state.scope, state.degraded) == ("disk", "machine", "disk full")
    assert await service.purge("*") == Purged(pattern="*", scope="machine", removed=0)


@pytest.mark.parametrize(
    ("pattern", "removed"),
    [
        ("*", 18),
        ("github", 6),
        ("github/repos/acme/*", 4),
        ("github/repos/acme/rocket", 2),
        ("*/users/mira", 6),
        ("https://api.github.com/repos/acme/*", 8),
        ("https://ghes.example/api/v3/*", 6),
        ("ghes/nothing", 0),
    ],
)
async def test_what_matches_is_forgotten_for_every_caller(store: MemoryStore, pattern: str, removed: int) -> None:
    assert await service_on(store).purge(pattern) == Purged(pattern=pattern, scope="worker", removed=removed)
    assert (await store.stats()).entries == 18 - removed


@pytest.mark.parametrize("pattern", ["gitlab/*", "/repos/*", "https://elsewhere.example/*"])
async def test_a_pattern_that_can_match_nothing_is_refused(store: MemoryStore, pattern: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        await service_on(store).purge(pattern)

    (fault,) = refusal.value.faults
    assert isinstance(fault, ParameterFault)
    assert (fault.place, fault.name) == ("query", "pattern")
    assert fault.detail.startswith("should be a ")
