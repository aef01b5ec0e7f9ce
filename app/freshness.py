"""From the settings of an upstream's cache to the policy that transport follows: where their names meet."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from types import MappingProxyType
from typing import Final, Literal

from app.settings import CacheRoute, CacheRules, UpstreamSettings
from app.settings.contradictions import FRESHNESS_WAYS, chosen_ways
from app.transport.caching.policy import Freshness, FreshnessPolicy

_RELOADS: Final[Mapping[str, float]] = MappingProxyType({"always": 0.0, "never": inf})


def freshness_policy(settings: UpstreamSettings, immutable_patterns: Sequence[str] = ()) -> FreshnessPolicy:
    """The routes of the settings, in their order; then what never changes; then what holds for the whole upstream.

    Args:
        settings: Of the upstream.
        immutable_patterns: What never changes there by the upstream's own rules (`repos/*/*/git/blobs/{sha}`). An
            operator who has each answer of the upstream validated means these, too.
    """
    cache = settings.cache
    default = _freshness(cache)
    routes = [(route.path, _freshness(_with_inherited(route, cache))) for route in cache.routes]
    if not default.always_validate:
        routes += [(pattern, replace(default, immutable=True)) for pattern in immutable_patterns]
    return FreshnessPolicy(default, routes)


def _with_inherited(route: CacheRoute, upstream: CacheRules) -> CacheRules:
    """What holds for a route: what it says itself, and the upstream's word where it says nothing.

    A route that chooses a way to say how long replies are fresh does not inherit what the upstream says in another:
    `fresh_at_most_seconds` of a route means something below an upstream's `fresh_seconds`, too.
    """
    own = {name: getattr(route, name) for name in route.model_fields_set if name != "path"}
    chosen = chosen_ways(own)
    dropped = {name for name, way in FRESHNESS_WAYS.items() if chosen and way not in chosen}
    inherited = {name: getattr(upstream, name) for name in CacheRules.model_fields if name not in dropped}
    return CacheRules.model_validate({**inherited, **own})


def _freshness(rules: CacheRules) -> Freshness:
    most = rules.fresh_at_most_seconds
    return Freshness(
        fresh_seconds=rules.fresh_seconds,
        fresh_at_least_seconds=rules.fresh_at_least_seconds,
        fresh_at_most_seconds=inf if most is None else most,
        always_validate=rules.always_validate,
        immutable=rules.immutable,
        stale_while_revalidate_seconds=rules.stale_while_revalidate_seconds,
        stale_if_error_seconds=rules.stale_if_error_seconds,
        stale_after_s_maxage=rules.stale_after_s_maxage,
        reload_after_seconds=_reload_after_seconds(rules.caller_reload),
    )


def _reload_after_seconds(caller_reload: Literal["always", "never"] | float) -> float:
    return _RELOADS[caller_reload] if isinstance(caller_reload, str) else caller_reload
