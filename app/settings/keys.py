"""Callers' keys as the ring takes them: out of the settings, and out of the file of `headgate keys`, by the same rules."""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import inf
from pathlib import Path
from typing import Final

from app.call import Urgency
from app.callers.entry import Entries, KeptHash, KeyEntry
from app.callers.key_file import KeyFile, UnreadableKeys
from app.callers.rates import parse_rate
from app.callers.scope import parse_rule
from app.settings.callers import CallerKey
from app.settings.catalogue import read_catalogue
from app.settings.faults import SettingsFault, Unreadable
from app.settings.masking import shown_file, shown_path
from app.settings.moments import moment_of
from app.settings.tree import Layer, SettingPath, item_step
from app.settings.validation import validate_callers
from app.settings.yaml_text import read_tree

KEYS: Final[SettingPath] = ("callers", "keys")
_SHAPE: Final = "keys, and nothing beside it"


def entries_of(keys: Mapping[str, CallerKey]) -> Entries:
    """Valid settings as what they say."""
    return {name: _entry(key) for name, key in keys.items()}


def key_file(path: Path) -> KeyFile:
    """The file at `path`, ready to be looked at."""
    return KeyFile(path, lambda text: entries_of(keys_in(text, shown_file(path))))


def keys_in(text: str, file: str) -> Mapping[str, CallerKey]:
    """The keys in the text of such a file: what stands under `callers.keys` of a configuration stands here under `keys`.

    Args:
        text: YAML.
        file: Its name, as it may be shown.

    Raises:
        UnreadableKeys: With every fault. It holds no value of what is in the file.
    """
    try:
        written, faults = read_tree(text, file)
    except Unreadable as unreadable:
        raise UnreadableKeys(str(unreadable.fault)) from None
    faults += [
        SettingsFault(shown_path((name,)), _SHAPE, written.source_of((name,)))
        for name in written.tree
        if name != KEYS[1]
    ]
    layer = Layer(
        {"callers": {"keys": written.tree.get("keys") or {}}},
        {("callers", *path): source for path, source in written.sources.items() if path},
    )
    callers, found = validate_callers(layer, read_catalogue())
    faults += [*found, *same_key_twice(layer)]
    if callers is None or faults:
        raise UnreadableKeys("; ".join(str(fault).removeprefix("callers.") for fault in faults))
    return callers.keys


def same_key_twice(layer: Layer) -> Iterator[SettingsFault]:
    """Faults for a key that two callers have: nobody could say who asks."""
    found = list(_hashes(layer))
    often = Counter(digest for _, digest in found)
    for path, digest in found:
        if often[digest] > 1:
            expected = "a key of its own for each caller, but this one stands here more than once"
            yield SettingsFault(shown_path(path), expected, layer.source_of(path))


def _hashes(layer: Layer) -> Iterator[tuple[SettingPath, str]]:
    for name in layer.branch(KEYS):
        hashes = layer.at((*KEYS, name, "hashes"))
        for index in range(len(hashes) if isinstance(hashes, list) else 0):
            path = (*KEYS, name, "hashes", item_step(index), "sha256")
            if isinstance(written := layer.at(path), str):
                yield path, written


def _entry(key: CallerKey) -> KeyEntry:
    return KeyEntry(
        hashes=tuple(
            KeptHash(
                bytes.fromhex(each.sha256.get_secret_value()), inf if each.expires is None else moment_of(each.expires)
            )
            for each in key.hashes
        ),
        urgency=None if key.urgency is None else Urgency[key.urgency.upper()],
        operator=key.operator,
        allow=tuple(map(parse_rule, key.allow)),
        deny=tuple(map(parse_rule, key.deny)),
        rate=None if key.rate is None else parse_rate(key.rate),
        daily_points=key.daily_points,
    )
