"""How long replies count as fresh, by the operator's word for a route: pure decisions on a request's target."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from app.paths.patterns import expression


@dataclass(frozen=True, slots=True)
class Freshness:
    """What holds for the replies of one route.

    Attributes:
        fresh_seconds: Exactly so long they are fresh, whatever upstream says; None: as upstream says.
        fresh_at_least_seconds: A floor for what upstream says.
        fresh_at_most_seconds: A ceiling for it.
        always_validate: Each use asks upstream, which costs nothing where a 304 is free.
        immutable: They never change: fresh for a year, and no reload asks upstream.
        stale_while_revalidate_seconds: Upstream's own directive goes before this (RFC 5861).
        stale_if_error_seconds: The same.
        stale_after_s_maxage: Those two hold in a shared cache although an `s-maxage` forbids it there (RFC 9111 section
            5.2.2.10): where upstream says it to everybody and the operator knows better.
        reload_after_seconds: A caller's `no-cache` makes upstream be asked only when the reply is at least this old;
            0: always, infinite: never.
    """

    fresh_seconds: float | None = None
    fresh_at_least_seconds: float = 0.0
    fresh_at_most_seconds: float = inf
    always_validate: bool = False
    immutable: bool = False
    stale_while_revalidate_seconds: float = 0.0
    stale_if_error_seconds: float = 0.0
    stale_after_s_maxage: bool = False
    reload_after_seconds: float = 0.0

    def lifetime_seconds(self, said_seconds: float) -> float:
        """For how long a reply is fresh of which upstream said `said_seconds`."""
        if self.immutable:
            return IMMUTABLE_SECONDS
        if self.fresh_seconds is not None:
            return self.fresh_seconds
        return min(max(said_seconds, self.fresh_at_least_seconds), self.fresh_at_most_seconds)

    @property
    def overrides(self) -> bool:
        """Whether it makes replies fresh of which upstream did not say so (`no-cache` included, `no-store` never)."""
        return self.immutable or bool(self.fresh_seconds) or self.fresh_at_least_seconds > 0


IMMUTABLE_SECONDS = 31_536_000.0
"""A year: RFC 9111 knows no longer time that means anything."""


class FreshnessPolicy:
    """The freshness of every route of one upstream: the first pattern that fits, else the upstream's own."""

    def __init__(self, default: Freshness, routes: Sequence[tuple[str, Freshness]] = ()) -> None:
        """Besides the default.

        Args:
            routes: Patterns over the path of a target without its first slash, in order: `*` stands for characters of
                one segment, `**` for any, `{sha}` for the full SHA of a git object (`repos/*/*/commits/{sha}`).
        """
        self._default = default
        self._routes = tuple((re.compile(expression(pattern)), freshness) for pattern, freshness in routes)
        self._any = re.compile("|".join(expression(pattern) for pattern, _ in routes))

    def of(self, target: str) -> Freshness:
        """What holds for a target (path and query relative to the base URL)."""
        path = target.partition("?")[0]
        if not self._routes or not self._any.fullmatch(path):
            return self._default
        return next((freshness for pattern, freshness in self._routes if pattern.fullmatch(path)), self._default)
