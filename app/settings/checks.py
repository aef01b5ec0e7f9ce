"""What no single setting can know: whether several of them fit together.

These checks work on the merged tree and not on the models, so that they find their faults also while others exist.
"""

from collections.abc import Iterator
from itertools import combinations

from app.settings.contradictions import contradictory_caches
from app.settings.extras import missing_extras
from app.settings.faults import SettingsFault
from app.settings.masking import shown_key, shown_path
from app.settings.nearest import nearest
from app.settings.offering import contradictory_credentials, offers_without_a_mount
from app.settings.tree import Layer
from app.settings.upstreams import typed_kinds, upstream_kinds
from app.settings.values import mounts_overlap


def check_together(layer: Layer) -> Iterator[SettingsFault]:
    yield from _overlapping_mounts(layer)
    yield from _serving_upstreams(layer)
    yield from contradictory_caches(layer)
    yield from contradictory_credentials(layer)
    yield from offers_without_a_mount(layer)
    yield from missing_extras(layer)


def _overlapping_mounts(layer: Layer) -> Iterator[SettingsFault]:
    mounts: list[tuple[str, str]] = []
    for name in layer.branch(("upstreams",)):
        mount = layer.at(("upstreams", name, "mount"))
        if isinstance(mount, str) and mount.strip("/"):
            mounts.append((name, mount.rstrip("/")))
    for (one, its), (other, others) in combinations(mounts, 2):
        if mounts_overlap(its, others):
            here, there = ("upstreams", other, "mount"), ("upstreams", one, "mount")
            expected = (
                f"a path that neither equals, contains nor lies inside {shown_path(there)} ({layer.source_of(there)})"
            )
            yield SettingsFault(shown_path(here), expected, layer.source_of(here))


def _serving_upstreams(layer: Layer) -> Iterator[SettingsFault]:
    by_kind: dict[str, list[str]] = {kind: [] for kind in typed_kinds()}
    names = layer.branch(("upstreams",))
    for name in names:
        kind = layer.at(("upstreams", name, "kind"))
        if isinstance(kind, str) and kind in by_kind:
            by_kind[kind].append(name)
    api = layer.branch(("api",))
    for kind in api:
        if kind not in by_kind:
            path = ("api", kind)
            expected = f"a kind of upstream that /api/v1 serves: {' or '.join(by_kind)}{nearest(kind, by_kind)}"
            yield SettingsFault(shown_path(path), expected, layer.source_of(path))
    for kind, candidates in by_kind.items():
        path = ("api", kind)
        shown = ", ".join(shown_key(name) for name in candidates)
        if (named := api.get(kind)) is None:
            if len(candidates) > 1:
                expected = f"the name of the upstream that serves /api/v1, one of: {shown}"
                yield SettingsFault(shown_path(path), expected, layer.source_of(path))
        elif isinstance(named, str) and named not in candidates and not _kindless(layer, named):
            there_is = f"there is: {shown}" if shown else "there is none"
            but = "; the one that is named is of another kind" if named in names else ""
            expected = f"the name of an upstream of kind {kind} ({there_is}{but})"
            yield SettingsFault(shown_path(path), expected, layer.source_of(path))


def _kindless(layer: Layer, name: str) -> bool:
    """Whether there is such an upstream, but without a valid kind: a fault that is told by itself."""
    kind = layer.at(("upstreams", name, "kind"))
    return name in layer.branch(("upstreams",)) and not (isinstance(kind, str) and kind in upstream_kinds())
