"""What the environment and the command line say, as layers."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from app.settings.catalogue import NAME, Catalogue
from app.settings.faults import SettingsFault, Source
from app.settings.masking import shown_path, shown_variable
from app.settings.tree import Layer, SettingPath, merge
from app.settings.yaml_text import read_value

PREFIX: Final = "HEADGATE_"
CONFIG_VARIABLE: Final = "HEADGATE_CONFIG"
SEPARATOR: Final = "__"


@dataclass(frozen=True, slots=True)
class Said:
    """One source's layer with what is wrong in it and what was ignored."""

    layer: Layer
    faults: tuple[SettingsFault, ...] = ()
    warnings: tuple[str, ...] = ()


def variable_name(path: SettingPath) -> str:
    """The environment variable that sets `path`: `HEADGATE_SERVER__PORT`."""
    return PREFIX + SEPARATOR.join(path).upper()


def read_environment(environ: Mapping[str, str], catalogue: Catalogue, upstreams: tuple[str, ...]) -> Said:
    """The settings among the variables. `upstreams` are the names that are known already, for suggestions.

    A name that holds no double underscore is ignored with a warning, since orchestrators inject such (Kubernetes sets
    HEADGATE_PORT and HEADGATE_SERVICE_HOST beside a service called headgate).
    """
    layers: list[tuple[int, Layer]] = []
    faults: list[SettingsFault] = []
    warnings: list[str] = []
    seen: dict[SettingPath, str] = {}
    for name in sorted(environ):
        if not name.upper().startswith(PREFIX) or name == CONFIG_VARIABLE:
            continue
        if not name.startswith(PREFIX) or SEPARATOR not in name:
            warnings.append(_ignored(name, catalogue, upstreams))
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split(SEPARATOR))
        source = Source.environment(shown_variable(name))
        if path in seen:
            faults.append(SettingsFault(shown_path(path), f"one variable, but {seen[path]} sets it, too", source))
        elif not _reachable(path, catalogue):
            expected = f"the name of a setting{_suggestion(name, path, catalogue, upstreams)}"
            faults.append(SettingsFault(shown_path(path), expected, source))
        else:
            seen[path] = source.where
            value = parse_text(path, environ[name], catalogue)
            layers.append((len(path), Layer.single(path, value, source)))
    layers.sort(key=lambda pair: pair[0])  # the more exact name wins: …__GITHUB={…} before …__GITHUB__TOKEN
    return Said(merge(*(layer for _, layer in layers)), tuple(faults), tuple(warnings))


def read_command_line(given: Mapping[str, Any], catalogue: Catalogue) -> Said:
    """Options by dotted path (`{"server.port": "9000"}`). None means that the option was not given."""
    layers: list[Layer] = []
    faults: list[SettingsFault] = []
    for dotted, value in given.items():
        path = tuple(dotted.split("."))
        if value is None:
            continue
        source = Source.command_line(f"--{path[-1].replace('_', '-')}" if path[0] == "server" else "")
        if catalogue.setting(path) is None:
            faults.append(SettingsFault(shown_path(path), "the path of a setting", source))
        else:
            parsed = parse_text(path, value, catalogue) if isinstance(value, str) else value
            layers.append(Layer.single(path, parsed, source))
    return Said(merge(*layers), tuple(faults))


def parse_text(path: SettingPath, text: str, catalogue: Catalogue) -> object:
    """What `text` means as the value of `path`: as it stands where that is text, else by the rules of YAML.

    `null` is null wherever null is allowed, a path or a token included.
    """
    setting = catalogue.setting(path)
    if setting is None or not setting.text:
        return read_value(text)
    return None if setting.nullable and text == "null" else text


def _reachable(path: SettingPath, catalogue: Catalogue) -> bool:
    """Whether a variable may set `path`: a setting, or a section below the top. A list is given as a whole."""
    if any(not step or step.startswith("[") for step in path):
        return False
    return catalogue.setting(path) is not None or (catalogue.is_section(path) and len(path) > 1)


def _ignored(name: str, catalogue: Catalogue, upstreams: tuple[str, ...]) -> str:
    shown = shown_variable(name)
    if SEPARATOR in name:
        return f"environment {shown} is ignored: names of settings begin with {PREFIX} in capitals"
    rest = name[len(PREFIX) :].lower()
    near = next((path for path in catalogue.paths(upstreams) if "_".join(path) == rest), None)
    hint = f"; did you mean {variable_name(near)}?" if near else ""
    return f"environment {shown} is ignored: names of settings hold a double underscore{hint}"


def _suggestion(name: str, path: SettingPath, catalogue: Catalogue, upstreams: tuple[str, ...]) -> str:
    # An upstream may exist by environment alone, so the name in the variable is as good as the known ones.
    given = (path[1],) if path[0] == "upstreams" and len(path) > 1 and path[1] else ()
    names = tuple(dict.fromkeys((*given, *upstreams))) or (NAME,)
    candidates = [variable_name(known) for known in catalogue.paths(names)]
    close = difflib.get_close_matches(name.upper(), candidates, n=1, cutoff=0.7)
    return f"; did you mean {shown_variable(close[0])}?" if close else " (`headgate config schema` lists them all)"
