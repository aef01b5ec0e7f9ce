"""Every setting there is, read off the models: what the environment may name, what is secret, what is documented."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.settings.models import Settings, api_description
from app.settings.section import Section
from app.settings.tree import SettingPath, is_item_step
from app.settings.upstreams import typed_kinds, upstream_kinds
from app.settings.values import Expected

NAME = "<name>"
"""Stands for the name of an upstream, or of a caller, in the paths of the catalogue."""

ITEM = "[]"
"""Stands for any item of a list there."""

_NAMED: Final[tuple[SettingPath, ...]] = (("upstreams",), ("callers", "keys"))
"""Sections below which each has a name of somebody's choice."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    Attributes:
        path: With `<name>` in the place of a name.
        expected: How to finish the sentence "expected …".
        description: What it is for.
        required: It has no default.
        default: What holds when nobody says otherwise.
        secret: Its value is never shown.
        text: Its value is text, so what the environment says is taken as it stands.
        file: Its value is the path of a file or directory.
        nullable: `null` is one of its values.
        kinds: The kinds of upstream that have it; empty for what belongs to no upstream.
    """

    path: SettingPath
    expected: str
    description: str
    required: bool = False
    default: object = None
    secret: bool = False
    text: bool = False
    file: bool = False
    nullable: bool = False
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All settings and all sections by path."""

    settings: Mapping[SettingPath, tuple[Setting, ...]]
    sections: Mapping[SettingPath, str]

    def setting(self, path: SettingPath, kind: str | None = None) -> Setting | None:
        """The setting at `path` (of an upstream of `kind`, where it depends on that), if there is one."""
        found = self.settings.get(general(path), ())
        return next((each for each in found if kind in each.kinds), found[0] if found and kind is None else None)

    def is_section(self, path: SettingPath) -> bool:
        return general(path) in self.sections

    def paths(self, upstreams: tuple[str, ...]) -> Iterator[SettingPath]:
        """The path of every setting that has a place of its own, once for each of these names of upstreams."""
        for path in self.settings:
            if ITEM in path:
                continue  # lists are given as a whole
            if NAME not in path:
                yield path
            elif path[0] == "upstreams":
                for name in upstreams:
                    yield tuple(name if key == NAME else key for key in path)

    def names(self, place: SettingPath, kind: str | None = None) -> list[str]:
        """What may stand in the section at `place` (of an upstream of `kind`, where it depends on that), sorted."""
        above = general(place)
        return sorted(
            {
                known[len(above)]
                for known, variants in self.settings.items()
                if known[: len(above)] == above and (kind is None or any(kind in each.kinds for each in variants))
            }
        )


def general(path: SettingPath) -> SettingPath:
    """`path` with the name of the upstream or the caller and the numbers of items taken out."""
    steps = tuple(ITEM if is_item_step(step) else step for step in path)
    named = next((each for each in _NAMED if steps[: len(each)] == each and len(steps) > len(each)), None)
    return steps if named is None else (*named, NAME, *steps[len(named) + 1 :])


def read_catalogue() -> Catalogue:
    """Walks the models. Takes well under a millisecond."""
    settings: dict[SettingPath, tuple[Setting, ...]] = {}
    sections: dict[SettingPath, str] = {("api",): "", ("upstreams",): "", ("upstreams", NAME): ""}

    def add(setting: Setting) -> None:
        settings[setting.path] = (*settings.get(setting.path, ()), setting)

    def walk(model: type[Section], path: SettingPath, kinds: tuple[str, ...]) -> None:
        for name, field in model.model_fields.items():
            here = (*path, field.alias or name)
            if here in sections and not path:
                sections[here] = field.description or ""
            elif isinstance(field.annotation, type) and issubclass(field.annotation, Section):
                sections[here] = field.description or ""
                walk(field.annotation, here, kinds)
            elif here in _NAMED:
                named = get_args(field.annotation)[1]
                sections[here], sections[*here, NAME] = field.description or "", inspect.getdoc(named) or ""
                walk(named, (*here, NAME), kinds)
            else:
                add(_setting(here, field, kinds))
                if (item := _item(field.annotation)) is not None:
                    walk(item, (*here, ITEM), kinds)

    walk(Settings, (), ())
    for kind in typed_kinds():
        add(
            Setting(
                ("api", kind),
                f"the name of an upstream of kind {kind}",
                api_description(kind),
                text=True,
                nullable=True,
            )
        )
    for kind, model in upstream_kinds().items():
        walk(model, ("upstreams", NAME), (kind,))
    return Catalogue(MappingProxyType(settings), MappingProxyType(sections))


def _setting(path: SettingPath, field: FieldInfo, kinds: tuple[str, ...]) -> Setting:
    plain, metadata, nullable = _take_apart(field.annotation)
    metadata = (*field.metadata, *metadata)
    if path[-1] == "kind":
        expected = f"one of {', '.join(upstream_kinds())}"
    elif _item(plain) is not None:
        expected = "a list of sections"
    else:
        expected = next(each.text for each in metadata if isinstance(each, Expected))
    is_class = isinstance(plain, type)
    return Setting(
        path=path,
        expected=expected,
        description=field.description or "",
        required=field.is_required(),
        default=None if field.is_required() else field.get_default(call_default_factory=True, validated_data={}),
        secret=is_class and issubclass(plain, SecretStr),
        text=get_origin(plain) is Literal or (is_class and issubclass(plain, str | SecretStr | Path)),
        file=is_class and issubclass(plain, Path),
        nullable=nullable,
        kinds=kinds,
    )


def _item(annotation: Any) -> type[Section] | None:
    """What a list of sections is a list of; None for anything else."""
    item = get_args(annotation)[0] if get_origin(annotation) is tuple else None
    return item if isinstance(item, type) and issubclass(item, Section) else None


def _take_apart(annotation: Any) -> tuple[Any, tuple[object, ...], bool]:
    """The plain type inside `annotation`, the metadata found on the way, and whether null is allowed."""
    metadata: tuple[object, ...] = ()
    nullable = False
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation, *more = get_args(annotation)
            metadata = (*metadata, *more)
        elif origin in {Union, UnionType} and type(None) in get_args(annotation):
            (annotation,) = (member for member in get_args(annotation) if member is not type(None))
            nullable = True
        else:
            return annotation, metadata, nullable
