"""Where the settings of a cache contradict each other: within a section, or a route its upstream.

As all checks of several settings, on the merged tree and not on the models: see `app/settings/checks.py`.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from os.path import normpath
from pathlib import Path
from types import MappingProxyType
from typing import Final

from app.settings.caching import Cache
from app.settings.faults import SettingsFault
from app.settings.masking import shown_path
from app.settings.models import Identity
from app.settings.tree import Layer, SettingPath, item_step

LEAST: Final = "fresh_at_least_seconds"
MOST: Final = "fresh_at_most_seconds"
FRESHNESS_WAYS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fresh_seconds": "exactly",
        LEAST: "within bounds",
        MOST: "within bounds",
        "always_validate": "never",
        "immutable": "for good",
    }
)
"""In which way each of these says how long a reply is fresh: no two ways go together."""


def contradictory_caches(layer: Layer) -> Iterator[SettingsFault]:
    """Faults for rules of freshness that cannot both hold."""
    for name in layer.branch(("upstreams",)):
        cache = ("upstreams", name, "cache")
        yield from _contradictions(layer, cache, MappingProxyType({}))
        routes = layer.at((*cache, "routes"))
        for index in range(len(routes) if isinstance(routes, list) else 0):
            yield from _contradictions(layer, (*cache, "routes", item_step(index)), layer.branch(cache))


def chosen_ways(rules: Mapping[str, object]) -> frozenset[str]:
    """The ways in which `rules` say how long a reply is fresh; `null` and `false` say nothing, and so does a floor of 0."""
    return frozenset(way for name, way in FRESHNESS_WAYS.items() if _says_something(name, rules.get(name)))


def _says_something(name: str, value: object) -> bool:
    return value is not None and value is not False and not (name == LEAST and value == 0)


def _contradictions(layer: Layer, section: SettingPath, inherited: Mapping[str, object]) -> Iterator[SettingsFault]:
    rules = layer.branch(section)
    given = [name for name in FRESHNESS_WAYS if _says_something(name, rules.get(name))]
    for one, other in pairwise(given):
        if FRESHNESS_WAYS[one] != FRESHNESS_WAYS[other]:
            here = (*section, other)
            expected = f"either {one} or {other}, but {one} is given, too ({layer.source_of((*section, one))})"
            yield SettingsFault(shown_path(here), expected, layer.source_of(here))
    own = [name for name in (LEAST, MOST) if name in given]
    least, most = (rules.get(name, inherited.get(name)) for name in (LEAST, MOST))
    if own and isinstance(least, int | float) and isinstance(most, int | float) and least > most:
        here = (*section, own[0])
        expected = f"at most {most:g}, as {MOST} says" if own[0] == LEAST else f"at least {least:g}, as {LEAST} says"
        yield SettingsFault(shown_path(here), expected, layer.source_of(here))


def key_inside_the_store(layer: Layer, working_directory: Path) -> Iterator[SettingsFault]:
    """A fault for a key that lies beside what it protects: who copies or empties the store should not meet it."""
    path = ("identity", "key_file")
    key = layer.at(path) or Identity.model_fields["key_file"].default
    store = layer.at(("cache", "path")) or Cache.model_fields["path"].default
    if isinstance(key, str | Path) and isinstance(store, str | Path):
        outer, inner = (Path(normpath(working_directory / each)) for each in (store, key))
        if inner.is_relative_to(outer):
            yield SettingsFault(shown_path(path), "the path of a file outside of cache.path", layer.source_of(path))
