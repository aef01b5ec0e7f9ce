"""What a reload makes of the configuration: what is taken up, what has to wait for a restart, and what is refused."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from pydantic import BaseModel

from app.cli.identity_key import IdentityKey, KeyRefused
from app.place import WorkerPlace
from app.settings import InvalidSettings, Loaded, Settings
from app.settings.safety import is_open_to_strangers

BOUND: Final = ("host", "port", "pid_file")
"""Of `server`: the socket is bound and the file is locked for as long as the main process runs."""

_OPEN: Final = (
    "server.host: expected a key of a caller first, or a restart: until then it listens on {host}, where whoever reaches it "
    "would ask with the upstreams' credentials"
)


@dataclass(frozen=True, slots=True)
class Renewal:
    """A valid configuration, to be taken up.

    Attributes:
        place: As workers get it from now on.
        changed: The settings that are other ones than before, by dotted path.
        kept: Those that keep their value until a restart, with the reason where it is not plain.
        warnings: What was ignored, one sentence each.
    """

    place: WorkerPlace
    changed: tuple[str, ...]
    kept: tuple[str, ...]
    warnings: tuple[str, ...]


class Refused(Exception):
    """The configuration is at fault. `faults` are one line each, and hold no secret."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("the configuration is at fault")
        self.faults = faults


KeyOf = Callable[[Settings], IdentityKey]


def renewed(place: WorkerPlace, load: Callable[[], Loaded], key_of: KeyOf) -> Renewal:
    """The place with a configuration that is read anew.

    Args:
        place: As it is.
        load: Reads the configuration from where it came from at the start.
        key_of: Gives the key for callers' credentials.

    Raises:
        Refused: It cannot be used; all stays as it is.
    """
    try:
        loaded = load()
    except InvalidSettings as invalid:
        raise Refused(tuple(map(str, invalid.faults))) from None
    before = place.settings
    settings, kept = _held(before, loaded.settings, place.ledger_columns // 2)
    if "server.host" in kept and is_open_to_strangers(settings):  # what is written is safe, and is not what is bound
        raise Refused((_OPEN.format(host=before.server.host),))
    changed = tuple(differences(before, settings))
    key, warning = place.identity_key, ""
    if before.cache.store != settings.cache.store or before.identity != settings.identity:
        try:
            found = key_of(settings)
        except KeyRefused as refusal:
            raise Refused((f"identity.key_file: expected {refusal}",)) from None
        key, warning = found.key, found.warning
    warnings = (*loaded.warnings, *([warning] if warning else []))
    return Renewal(replace(place, settings=settings, identity_key=key), changed, kept, warnings)


def differences(before: object, after: object, path: str = "") -> Iterator[str]:
    """The dotted paths at which two configurations differ; of what is new or gone, that of the whole."""
    one, other = _parts(before), _parts(after)
    if one is None or other is None or type(before) is not type(after):
        if before != after:
            yield path
        return
    for name in dict.fromkeys((*one, *other)):
        below = f"{path}.{name}" if path else str(name)
        if name in one and name in other:
            yield from differences(one[name], other[name], below)
        else:
            yield below


def _parts(value: object) -> Mapping[str, Any] | None:
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}  # one has a field called `keys`
    return value if isinstance(value, Mapping) else None


def _held(before: Settings, after: Settings, most_workers: int) -> tuple[Settings, tuple[str, ...]]:
    """`after` with what cannot change as it was before, and the names of that."""
    server = after.server
    kept = {name: f"server.{name}" for name in BOUND if getattr(server, name) != getattr(before.server, name)}
    if server.workers > max(most_workers, before.server.workers):
        kept["workers"] = f"server.workers (more than {most_workers})"
    if not kept:
        return after, ()
    held = {name: getattr(before.server, name) for name in kept}
    return after.model_copy(update={"server": server.model_copy(update=held)}), tuple(kept.values())
