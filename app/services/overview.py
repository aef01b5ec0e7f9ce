"""How all is going, at a glance."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from time import time

from app import __version__
from app.services.answers.overview import Overview
from app.services.cache import CacheService
from app.services.queries import UsageQuery
from app.services.upstreams import UpstreamService
from app.services.usage import UsageService


class OverviewService:
    """Puts together what other services tell."""

    def __init__(
        self,
        upstreams: UpstreamService,
        cache: CacheService,
        usage: UsageService,
        upstream_of: Callable[[str], str | None],
        *,
        clock: Callable[[], float] = time,
    ) -> None:
        """Besides its collaborators.

        Args:
            upstream_of: Gives the name of the upstream that a route asks; None: it asks none.
            clock: Seconds since the epoch.
        """
        self._upstream_of = upstream_of
        self._upstreams = upstreams
        self._cache = cache
        self._usage = usage
        self._clock = clock

    async def overview(self, only_caller: str | None = None) -> Overview:
        """As of now.

        Args:
            only_caller: Whose usage alone is told; None: everybody's.
        """
        upstreams, cache, hour, day = await asyncio.gather(
            self._upstreams.upstreams(),
            self._cache.state(),
            self._usage.usage(UsageQuery(by="outcome", since="1h"), only_caller),
            self._usage.grouped(UsageQuery(by="route", since="24h"), self._upstream_of, only_caller),
        )
        return Overview(
            at=datetime.fromtimestamp(self._clock(), UTC),
            version=__version__,
            upstreams=upstreams.items,
            cache=cache,
            only_caller=only_caller,
            last_hour=hour.totals,
            last_day=day.totals,
            upstreams_last_day=day.rows,
        )
