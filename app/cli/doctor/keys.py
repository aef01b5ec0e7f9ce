"""Looks at callers' keys."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from app.cli.doctor.facts import KeySeen
from app.settings import Settings


def seen(settings: Settings, working_directory: Path) -> Sequence[KeySeen] | None:
    """Those of the settings and of their file; None: the file cannot be understood."""
    given: Mapping[str, Any] = getattr(settings.callers, "keys", None) or {}
    listed = list(_listed({name: key.model_dump() for name, key in given.items()}))
    try:
        content = yaml.safe_load((working_directory / settings.callers.key_file).read_text(encoding="utf-8"))
    except OSError:  # what is the matter with the file is told by itself
        return listed
    except (yaml.YAMLError, UnicodeDecodeError):
        return None
    keys = content.get("keys", content) if isinstance(content, dict) else {} if content is None else None
    if not isinstance(keys, dict) or not all(isinstance(key, dict) for key in keys.values()):
        return None
    return [*listed, *_listed(keys)]


def _listed(keys: Mapping[str, Mapping[str, Any]]) -> Iterator[KeySeen]:
    for name, key in keys.items():
        for one in key.get("hashes") or ():
            yield KeySeen(str(name), _moment(one.get("expires")), key.get("operator") is True)


def _moment(written: object) -> float | None:
    if isinstance(written, str):
        try:
            written = datetime.fromisoformat(written)
        except ValueError:
            return None
    if isinstance(written, date) and not isinstance(written, datetime):
        written = datetime(written.year, written.month, written.day, tzinfo=UTC)
    if isinstance(written, datetime):
        return (written if written.tzinfo is not None else written.replace(tzinfo=UTC)).timestamp()
    return float(written) if isinstance(written, int | float) else None
