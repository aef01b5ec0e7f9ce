"""`headgate report`: makes a report and shows it."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from pydantic import BaseModel

from app.cli import demo
from app.cli.loading import loaded_or_told
from app.cli.paint import Paint
from app.cli.report import tables
from app.cli.report.progress import progress_bar
from app.cli.report.running import made
from app.cli.report.sheets import sheet
from app.cli.report.wanted import Kind, Wanted
from app.dashboard import inline
from app.errors import HeadgateError
from app.services.answers.organization_report import OrganizationReport
from app.services.answers.report import Comparison, RepositoryReport
from app.settings import Settings

DONE: Final = 0
FAILED: Final = 1
AT_FAULT: Final = 2
PARTIAL: Final = 3
INTERRUPTED: Final = 130
_PAGES: Final[Mapping[Kind, inline.Kind]] = {"repo": "repository", "org": "organization", "compare": "comparison"}


def report(
    wanted: Wanted,
    *,
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    file: Path | None,
    output: TextIO,
    errors: TextIO,
    in_demo: bool = False,
) -> int:
    """Shows a report: 0; 3 when a part of it is missing; 1 when there is none; 2 when the command line or the configuration is
    at fault; 130 after Ctrl-C.

    Args:
        wanted: Which.
        config_path: As for every command.
        environ: The same.
        working_directory: The same.
        file: Where it is written; None: to `output`.
        output: For the report.
        errors: For what is wrong, and how far it has come.
        in_demo: Whether the stand-ins are asked.
    """
    fault = wanted.fault()
    if fault is not None:
        print(fault, file=errors)
        return AT_FAULT
    if file is not None and not os.access(file.parent, os.W_OK | os.X_OK):  # better now than when all is paid for
        print(f"{file} cannot be written: there is no such directory, or it is closed", file=errors)
        return FAILED
    is_kept = False
    try:
        with _settings(config_path, environ, working_directory, errors, in_demo=in_demo) as settings:
            if settings is None:
                return AT_FAULT
            is_kept = settings.cache.store == "disk"
            paint = Paint.for_stream(errors, environ)
            with progress_bar(errors, paint) as seen:
                found = asyncio.run(made(settings, wanted, seen))
    except demo.StandInsFailed as error:
        print(error, file=errors)
        return FAILED
    except HeadgateError as error:
        print(f"{' '.join(wanted.names)}: {error.detail}", file=errors)
        return FAILED
    except KeyboardInterrupt:
        more = "; what was fetched is in the cache, so that the next time goes on from there" if is_kept else ""
        print(f"interrupted{more}", file=errors)
        return INTERRUPTED
    return _shown(found, wanted, file, output, errors, environ)


@contextmanager
def _settings(
    config_path: Path | None, environ: Mapping[str, str], directory: Path, errors: TextIO, *, in_demo: bool
) -> Iterator[Settings | None]:
    if not in_demo:
        loaded = loaded_or_told(config_path, environ, directory, {}, errors, for_serving=False)
        yield None if loaded is None else loaded.settings
        return
    with demo.stand_ins(0) as addresses:
        loaded = loaded_or_told(demo.CONFIG, environ, directory, demo.pointing_to(addresses), errors, for_serving=False)
        yield None if loaded is None else loaded.settings


def _shown(
    found: BaseModel, wanted: Wanted, file: Path | None, output: TextIO, errors: TextIO, environ: Mapping[str, str]
) -> int:
    if file is None:
        _write(found, wanted, output, environ)
    else:
        try:
            with file.open("w", encoding="utf-8", newline="") as there:
                _write(found, wanted, there, environ)
        except OSError as error:
            print(f"{file} cannot be written: {error.strerror or error}", file=errors)
            return FAILED
    missing = lacks(found)
    if missing:
        print(f"not all of it is there: {missing}", file=errors)
    return PARTIAL if missing else DONE


def _write(found: BaseModel, wanted: Wanted, output: TextIO, environ: Mapping[str, str]) -> None:
    match wanted.form:
        case "json":
            print(found.model_dump_json(indent=2), file=output)
        case "csv":
            output.write(sheet(found))
        case "html":
            title = f"{', '.join(wanted.names)} · Headgate"
            output.write(inline.self_contained_page(_PAGES[wanted.kind], found.model_dump(mode="json"), title))
        case "text":
            tables.write(found, output, Paint.for_stream(output, environ))


def lacks(found: BaseModel) -> str:
    """What is missing from a report, for a person; empty: nothing."""
    match found:
        case RepositoryReport():
            return ", ".join(name for name, part in found if getattr(part, "state", None) == "failed")
        case Comparison():
            each = ((one.name, "everything" if one.report is None else lacks(one.report)) for one in found.repositories)
            return "; ".join(f"{name}: {missing}" for name, missing in each if missing)
        case OrganizationReport():
            return f"some part of {found.incomplete} repositories" if found.incomplete else ""
        case _:
            raise TypeError(type(found))
