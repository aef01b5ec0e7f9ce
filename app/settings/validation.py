"""A merged tree into models, and pydantic's errors into faults that people understand."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.settings.callers import Callers
from app.settings.catalogue import Catalogue, Setting
from app.settings.faults import SettingsFault
from app.settings.masking import shown_path
from app.settings.models import Settings
from app.settings.nearest import nearest
from app.settings.tree import Layer, SettingPath, item_step
from app.settings.upstreams import upstream_kinds
from app.settings.values import EXPECTED_NAME

_SECTION: Final = "settings below it, indented (name: value)"
_AN_UPSTREAM: Final = "at least one upstream, such as upstreams: {github: {kind: github}}"
_LONGEST_NUMBER: Final = 8  # a longer one might be a secret that lacks its quotes


def validate(layer: Layer, catalogue: Catalogue) -> tuple[Settings | None, list[SettingsFault]]:
    """The models for `layer`, or every fault that stands in the way of them."""
    tree = _with_empty_sections(layer.tree, (), catalogue)
    kindless = _give_kinds(tree)
    faults = [_kind_fault(layer, name) for name in kindless]
    try:
        settings = Settings.model_validate(tree)
    except ValidationError as error:
        details = error.errors(include_url=False)
    else:
        return (None if faults else settings), faults
    # Outside of the except block: what is raised later must not carry pydantic's error, which knows the inputs.
    translated = (_translate(detail, layer, catalogue, kindless) for detail in details)
    return None, [*faults, *(fault for fault in translated if fault is not None)]


def validate_callers(layer: Layer, catalogue: Catalogue) -> tuple[Callers | None, list[SettingsFault]]:
    """The same for `callers` alone, where nothing else is in `layer`."""
    tree = _with_empty_sections(layer.tree, (), catalogue)
    try:
        return Callers.model_validate(tree["callers"]), []
    except ValidationError as error:
        details = error.errors(include_url=False)
    for detail in details:
        detail["loc"] = ("callers", *detail["loc"])
    translated = (_translate(detail, layer, catalogue, ()) for detail in details)
    return None, [fault for fault in translated if fault is not None]


def _with_empty_sections(tree: Mapping[str, Any], path: SettingPath, catalogue: Catalogue) -> dict[str, Any]:
    """A copy of `tree` where a section that holds nothing but comments, null to YAML, is an empty one."""
    copy: dict[str, Any] = {}
    for key, value in tree.items():
        here = (*path, key)
        if isinstance(value, dict) or (value is None and catalogue.is_section(here)):
            copy[key] = _with_empty_sections(value or {}, here, catalogue)
        else:
            copy[key] = value
    return copy


def _give_kinds(tree: dict[str, Any]) -> tuple[str, ...]:
    """Makes an upstream without a valid kind a plain one, so that its other faults are found, too; tells which."""
    upstreams = tree.get("upstreams")
    kindless = []
    for name, upstream in upstreams.items() if isinstance(upstreams, dict) else ():
        if isinstance(upstream, dict):
            kind = upstream.get("kind")
            if not isinstance(kind, str) or kind not in upstream_kinds():
                upstream["kind"] = "http"
                kindless.append(name)
    return tuple(kindless)


def _kind_fault(layer: Layer, name: str) -> SettingsFault:
    path = ("upstreams", name, "kind")
    kind = layer.at(path)
    expected = f"one of {', '.join(upstream_kinds())}"
    if isinstance(kind, str):
        expected += nearest(kind, upstream_kinds())
    elif kind is None:
        others = (other for other in layer.branch(("upstreams",)) if other != name)
        meant = nearest(name, others)
        expected += f", since every upstream has a kind{meant and f'{meant[:-1]} as the name of the upstream?'}"
    return SettingsFault(shown_path(path), expected, layer.source_of(path))


def _translate(
    detail: ErrorDetails, layer: Layer, catalogue: Catalogue, kindless: tuple[str, ...]
) -> SettingsFault | None:
    path, is_key = _path_of(detail["loc"], layer)
    upstream = path[1] if path[0] == "upstreams" and len(path) > 1 else None
    kind = None if upstream is None or upstream in kindless else str(layer.at(("upstreams", upstream, "kind")))
    setting = catalogue.setting(path, kind)
    source = layer.source_of(path)
    if is_key:
        expected = str(detail["ctx"]["error"]) if detail["type"] == "value_error" else EXPECTED_NAME
    elif detail["type"] == "extra_forbidden":
        if upstream in kindless and (setting is not None or catalogue.is_section(path)):
            return None  # a kind that the upstream may yet get has it
        expected = _unknown(path, kind, catalogue)
    elif path == ("upstreams",) and detail["type"] in {"missing", "too_short"}:
        expected = _AN_UPSTREAM
    elif setting is None:
        expected = _SECTION + _got(layer.at(path))
    elif detail["type"] == "missing":
        if upstream in kindless:
            return None  # a kind that the upstream may yet get has a default
        expected = f"{setting.expected}, since there is no default"
    elif detail["type"] == "value_error":
        expected = str(detail["ctx"]["error"])  # our own words: see app/settings/values.py
    else:
        expected = setting.expected + (", or null" if setting.nullable else "") + _got(layer.at(path), setting)
    return SettingsFault(shown_path(path), expected, source)


def _path_of(loc: tuple[str | int, ...], layer: Layer) -> tuple[SettingPath, bool]:
    """Pydantic's location as a path, and whether the fault is in the key itself.

    Pydantic puts the kind of an upstream after its name, as a step of its own.
    """
    path = tuple(item_step(step) if isinstance(step, int) else step for step in loc)
    if path[-1] == "[key]":
        return path[:-1], True
    if path[0] == "upstreams" and len(path) > 2 and isinstance(layer.at(path[:2]), dict | None):
        return (*path[:2], *path[3:]), False
    return path, False


def _unknown(path: SettingPath, kind: str | None, catalogue: Catalogue) -> str:
    place = path[:-1]
    siblings = catalogue.names(place, kind)
    where = f" of {shown_path(place)}" if place else ""
    if kind is not None and len(place) == 2:
        where += f", an upstream of kind {kind}"
    return f"the name of a setting{where}{nearest(path[-1], siblings) or ': ' + ', '.join(siblings)}"


def _got(value: object, setting: Setting | None = None) -> str:
    """`, got …`: the kind of value; the value itself only where it is a short number, and no secret."""
    hidden = setting is not None and setting.secret
    if value is None:
        return ", got null"
    if isinstance(value, bool):
        return ", got true or false" if hidden else f", got {str(value).lower()}"
    if isinstance(value, int | float):
        return ", got a number" if hidden or len(repr(value)) > _LONGEST_NUMBER else f", got {value!r}"
    if isinstance(value, dict | list):
        return ", got a mapping" if isinstance(value, dict) else ", got a list"
    return "" if setting is not None and setting.text else ", got text"
