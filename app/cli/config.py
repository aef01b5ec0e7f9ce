"""`headgate config check | show | schema`: looking at a configuration without starting anything."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TextIO

from app.cli.loading import loaded_or_told
from app.settings import effective_values, json_schema, written

VALID: Final = 0
INVALID: Final = 2
_NOTHING_GIVEN: Final[Mapping[str, Any]] = MappingProxyType({})


def check(
    *,
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    command_line: Mapping[str, Any] = _NOTHING_GIVEN,
    output: TextIO,
    errors: TextIO,
) -> int:
    """Says whether the configuration is valid: 0, or 2 with one line per fault on `errors`. Connects to nothing."""
    loaded = loaded_or_told(config_path, environ, working_directory, command_line, errors)
    if loaded is None:
        return INVALID
    names = list(loaded.settings.upstreams)
    file = loaded.file or "the packaged defaults, since there is no file"
    count = f"{len(names)} upstream{'s' * (len(names) != 1)} ({', '.join(names)})"
    print(f"configuration is valid: {file}, {count}", file=output)
    return VALID


def show(
    *,
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    command_line: Mapping[str, Any] = _NOTHING_GIVEN,
    as_json: bool = False,
    output: TextIO,
    errors: TextIO,
) -> int:
    """Lists every setting with the value in effect and where it came from; secrets are masked.

    As JSON: an object of `{"value": …, "source": …}` by path; byte sizes are numbers there.
    """
    loaded = loaded_or_told(config_path, environ, working_directory, command_line, errors, for_serving=False)
    if loaded is None:
        return INVALID
    values = list(effective_values(loaded.settings))
    if as_json:
        listing = {path: {"value": value, "source": str(loaded.source(path))} for path, value in values}
        print(json.dumps(listing, indent=2, default=str), file=output)  # str: paths
        return VALID
    texts = [(path, written(value, path)) for path, value in values]
    longest_path = max(len(path) for path, _ in texts)
    longest_value = max(len(text) for _, text in texts)
    for path, text in texts:
        print(f"{path:<{longest_path}} = {text:<{longest_value}}  # {loaded.source(path)}", file=output)
    return VALID


def schema(*, output: TextIO) -> int:
    """Prints the JSON schema of the YAML file. config/headgate.schema.json is a copy of it."""
    print(json.dumps(json_schema(), indent=2), file=output)
    return VALID
