"""A configuration as a tree of plain values beside a record of where each came from, and how two such are merged."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, Final

from app.settings.faults import Source

SettingPath = tuple[str, ...]
"""The keys from the top down to a setting; an item of a list is the step that `item_step` writes."""

_ITEM: Final = re.compile(r"\[(\d+)\]")


def item_step(index: int) -> str:
    """The step from a list to one of its items: `[0]`."""
    return f"[{index}]"


def is_item_step(step: str) -> bool:
    return _ITEM.fullmatch(step) is not None


def dotted(path: Iterable[str]) -> str:
    """`path` as people write it: `upstreams.github.cache.routes[0].path`."""
    return "".join(step if step.startswith("[") else f".{step}" for step in path).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Layer:
    """What one source (or several, merged) says.

    Attributes:
        tree: Nested dictionaries; leaves are null, booleans, numbers, text and lists.
        sources: For paths into the tree, where what stands there came from. Not every branch has one.
    """

    tree: dict[str, Any] = field(default_factory=dict)
    sources: dict[SettingPath, Source] = field(default_factory=dict)

    @classmethod
    def single(cls, path: SettingPath, value: object, source: Source) -> "Layer":
        """A layer that says one thing; `value` may itself be a tree."""
        sources = {path + below: source for below in _places(value)}
        sources[path] = source
        nested: Any = value
        for key in reversed(path):
            nested = {key: nested}
        return cls(nested, sources)

    def at(self, path: SettingPath) -> object:
        """What stands at `path`; None where nothing does."""
        found: object = self.tree
        for key in path:
            if isinstance(found, list):
                item = _ITEM.fullmatch(key)
                found = found[int(item[1])] if item and int(item[1]) < len(found) else None
            else:
                found = found.get(key) if isinstance(found, dict) else None
        return found

    def branch(self, path: SettingPath) -> Mapping[str, object]:
        """The mapping at `path`; an empty one where there is something else, so that checks can go on."""
        found = self.at(path)
        return found if isinstance(found, dict) else {}

    def source_of(self, path: SettingPath) -> Source:
        """Where what stands at `path` came from; for what is missing, where its nearest surroundings came from."""
        for length in range(len(path), 0, -1):
            above = path[:length]
            if above in self.sources:
                return self.sources[above]
            for known, source in self.sources.items():
                if known[:length] == above:
                    return source
        return self.sources.get((), Source.default())


def merge(*layers: Layer) -> Layer:
    """One layer out of several, the later ones winning. Mappings are merged, everything else is replaced."""
    return reduce(_merge_two, layers, Layer())


def leaves(value: object, path: SettingPath = ()) -> Iterator[tuple[SettingPath, object]]:
    """Every value that is no mapping, with its path. An empty mapping is a leaf; so is a list."""
    if isinstance(value, dict) and value:
        for key, below in value.items():
            yield from leaves(below, (*path, key))
    else:
        yield path, value


def _places(value: object) -> Iterator[SettingPath]:
    """The path of every leaf, and of what is in lists."""
    for path, leaf in leaves(value):
        yield path
        for index, item in enumerate(leaf if isinstance(leaf, list) else ()):
            for below in _places(item):
                yield (*path, item_step(index), *below)


def _merge_two(lower: Layer, higher: Layer) -> Layer:
    sources = dict(lower.sources)
    if () in higher.sources:  # the file itself: where what is missing is missing from
        sources[()] = higher.sources[()]

    def overlay(low: Mapping[str, Any], high: Mapping[str, Any], path: SettingPath) -> dict[str, Any]:
        merged = dict(low)
        for key, value in high.items():
            here = (*path, key)
            before = merged.get(key)
            if isinstance(value, dict) and (before is None or isinstance(before, dict)):
                if here in higher.sources:
                    sources.setdefault(here, higher.sources[here])
                merged[key] = overlay(before or {}, value, here)
            elif isinstance(value, dict):
                continue  # text where settings belong stays, so that the fault which it is gets told
            else:
                for known in [known for known in sources if known[: len(here)] == here]:
                    del sources[known]
                if here in higher.sources:
                    sources[here] = higher.sources[here]
                if isinstance(value, list):
                    sources.update({known: at for known, at in higher.sources.items() if known[: len(here)] == here})
                merged[key] = value
        return merged

    return Layer(overlay(lower.tree, higher.tree, ()), sources)
