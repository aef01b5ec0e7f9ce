"""Loads the settings for a command, and tells a person what is wrong with them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from app.settings import InvalidSettings, Loaded, load_settings


def loaded_or_told(
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    command_line: Mapping[str, Any],
    errors: TextIO,
    *,
    for_serving: bool = True,
) -> Loaded | None:
    """The configuration; None after its faults were printed. What was ignored is printed in either case.

    `for_serving` is as for `load_settings`.
    """
    try:
        loaded = load_settings(
            config_path=config_path,
            environ=environ,
            command_line=command_line,
            working_directory=working_directory,
            for_serving=for_serving,
        )
    except InvalidSettings as invalid:
        _print_warnings(invalid.warnings, errors)
        for fault in invalid.faults:
            print(fault, file=errors)
        return None
    _print_warnings(loaded.warnings, errors)
    return loaded


def _print_warnings(warnings: tuple[str, ...], errors: TextIO) -> None:
    for warning in warnings:
        print(f"warning: {warning}", file=errors)
