"""The settings as a reference: the JSON schema for editors, the tables of docs/settings.md, values as people read them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.settings.catalogue import ITEM, Setting, read_catalogue
from app.settings.environment import SEPARATOR, variable_name
from app.settings.masking import reveal_nothing
from app.settings.models import Settings
from app.settings.section import Section
from app.settings.sizes import format_size
from app.settings.tree import SettingPath, dotted, item_step
from app.settings.upstreams import typed_kinds, upstream_kinds


def json_schema() -> dict[str, Any]:
    """The JSON schema (2020-12) of the YAML file."""
    schema = Settings.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "The configuration of Headgate",
    }


def effective_values(settings: Settings) -> Iterator[tuple[str, object]]:
    """Every setting by dotted path, with the value that holds, secrets masked. `api` shows who serves in effect."""
    for path, value in _walk(settings, ()):
        yield dotted(path), reveal_nothing(value) if isinstance(value, SecretStr) else value
    for kind in typed_kinds():
        yield f"api.{kind}", settings.serving(kind)


def written(value: object, path: str = "") -> str:
    """`value` as one would write it in YAML; byte sizes with their unit."""
    if isinstance(value, int) and not isinstance(value, bool) and path.endswith("_bytes"):
        return format_size(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | Path):
        text = str(value)
        return text if text.isprintable() else json.dumps(text)
    return json.dumps(value)


def settings_table() -> str:
    """Markdown: one table for each part of the configuration. docs/settings.md holds it; a test keeps it current."""
    catalogue = read_catalogue()
    top: dict[str, list[str]] = {}
    kinds = tuple(upstream_kinds())
    shared: list[str] = []
    items: dict[str, list[str]] = {}
    special: dict[str, list[str]] = {kind: [] for kind in kinds}
    for path, variants in catalogue.settings.items():
        if ITEM in path:
            items.setdefault(dotted(path[: path.index(ITEM)]), []).append(_item_row(variants[0]))
        elif path[0] != "upstreams":
            top.setdefault(path[0], []).append(_row(variants[0], _default(variants[0])))
        elif path[-1] == "kind":
            described = "<br>".join(f"`{each.kinds[0]}`: {each.description}" for each in variants)
            shared.append(_row(variants[0], "required", described))
        elif len(variants) == len(kinds):
            defaults = {each.kinds[0]: _default(each) for each in variants}
            same = len(set(defaults.values())) == 1
            shared.append(
                _row(
                    variants[0],
                    _default(variants[0])
                    if same
                    else "<br>".join(f"{kind}: {said}" for kind, said in defaults.items()),
                )
            )
        else:
            for each in variants:
                special[each.kinds[0]].append(_row(each, _default(each)))
    parts = [_table(f"`{section}`", catalogue.sections[(section,)], rows) for section, rows in top.items()]
    parts.append(_table("`upstreams.<name>`", catalogue.sections[("upstreams",)], shared))
    for place, rows in items.items():
        about = f"What each item of the list {place} may hold."
        parts.append(_table(f"`{place}[]`", about, rows, "setting"))
    for kind, rows in special.items():
        about = f"What only an upstream of kind {kind} has."
        parts += [_table(f"`upstreams.<name>`, kind {kind}", about, rows)] if rows else []
    return "\n".join(parts)


def _walk(value: object, path: SettingPath) -> Iterator[tuple[SettingPath, object]]:
    if isinstance(value, Section):
        for name, field in type(value).model_fields.items():
            if (*path, name) != ("api",):
                yield from _walk(getattr(value, name), (*path, field.alias or name))
    elif isinstance(value, tuple) and value and isinstance(value[0], Section):
        for index, item in enumerate(value):
            for path_in_item, said in _walk(item, (*path, item_step(index))):
                if path_in_item[-1] in item.model_fields_set:  # the rest is as the list's surroundings say
                    yield path_in_item, said
    elif isinstance(value, Mapping):
        for name, below in value.items():
            yield from _walk(below, (*path, name))
    else:
        yield path, value


def _default(setting: Setting) -> str:
    return "required" if setting.required else f"`{written(setting.default, dotted(setting.path))}`"


def _row(setting: Setting, default: str, description: str | None = None) -> str:
    path = dotted(setting.path)
    variable = variable_name(setting.path).replace(f"{SEPARATOR}<NAME>{SEPARATOR}", f"{SEPARATOR}*NAME*{SEPARATOR}")
    name = f"`{path}`<br><sub>{variable.replace('_', chr(92) + '_')}</sub>"
    return f"| {name} | {_expected(setting)} | {default} | {description or setting.description} |"


def _item_row(setting: Setting) -> str:
    inherited = "cache" in setting.path  # a route has what its upstream says
    default = "as the upstream" if inherited and not setting.required else _default(setting)
    return f"| `{dotted(setting.path)}` | {_expected(setting)} | {default} | {setting.description} |"


def _expected(setting: Setting) -> str:
    return setting.expected.replace("*", "\\*") + (", or `null`" if setting.nullable else "")


def _table(title: str, about: str, rows: list[str], first_column: str = "setting and variable") -> str:
    head = f"| {first_column} | value | default | meaning |\n|---|---|---|---|"
    return f"### {title}\n\n{about}\n\n{head}\n" + "\n".join(rows) + "\n"
