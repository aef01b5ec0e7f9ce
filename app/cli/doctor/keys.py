"""Looks at callers' keys, as the ring of keys will."""

from collections.abc import Iterator
from math import inf
from pathlib import Path

from app.callers.entry import Entries
from app.cli.doctor.facts import KeySeen, KeysSeen
from app.settings import Settings
from app.settings.keys import entries_of, key_file


def seen(settings: Settings, working_directory: Path) -> KeysSeen:
    """Those of the settings and of their file."""
    given = entries_of(settings.callers.keys)
    look = key_file(working_directory / settings.callers.key_file).look(None)
    if look is None:
        return KeysSeen(tuple(_listed(given)), needed=bool(given))
    entries = {**(look.entries or {}), **given}
    return KeysSeen(tuple(_listed(entries)), look.problem, needed=bool(given) or look.has_content)


def _listed(entries: Entries) -> Iterator[KeySeen]:
    for name, entry in entries.items():
        for kept in entry.hashes:
            yield KeySeen(name, None if kept.expires_at == inf else kept.expires_at, entry.operator)
