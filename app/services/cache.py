"""What the cache holds, and making it forget."""

from app.errors import InvalidRequest, ParameterFault
from app.services.answers.cache import CacheState, Purged, Scope
from app.transport.caching.patterns import place_patterns
from app.transport.caching.store import Store, StoreStats
from app.transport.upstream import Upstreams


class CacheService:
    """For operators. A store in memory is the answering worker's alone, and the answers say so."""

    def __init__(self, store: Store, upstreams: Upstreams) -> None:
        self._store = store
        self._upstreams = upstreams

    async def state(self) -> CacheState:
        stats = await self._store.stats()
        return CacheState(
            store=stats.kind,
            scope=_scope(stats),
            entries=stats.entries,
            bytes=stats.bytes,
            max_bytes=stats.max_bytes,
            memory_entries=stats.memory_entries,
            memory_bytes=stats.memory_bytes,
            evictions=stats.evictions,
            degraded=stats.degraded,
        )

    async def purge(self, pattern: str) -> Purged:
        """Forgets what `pattern` names.

        Args:
            pattern: As `app.transport.caching.patterns` reads it.

        Raises:
            InvalidRequest: It can name nothing.
        """
        base_urls = {name: upstream.base_url for name, upstream in self._upstreams.items()}
        try:
            globs = place_patterns(pattern, base_urls)
        except ValueError as problem:
            raise InvalidRequest([ParameterFault("query", "pattern", f"should be {problem}")]) from None
        removed = sum([await self._store.purge(glob) for glob in globs])
        return Purged(pattern=pattern, scope=_scope(await self._store.stats()), removed=removed)


def _scope(stats: StoreStats) -> Scope:
    return "worker" if stats.kind == "memory" else "machine"
