"""`headgate usage`: who spent the quota, and what was saved, from the database that the workers share, also while they run."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final, TextIO

from app.cli.amounts import readable_size
from app.cli.loading import loaded_or_told
from app.cli.paint import Colour, Paint
from app.errors import InvalidRequest, ParameterFault
from app.services.answers.usage import By, UsageState, UsageSums
from app.services.usage import question_of, state_of
from app.settings import SettingsFault
from app.usage import database
from app.usage.file import TIMEOUT_SECONDS
from app.usage.question import Found, Question
from app.usage.trouble import FAILURES, reason

DONE: Final = 0
FAILED: Final = 1
AT_FAULT: Final = 2
_PATH: Final = "usage.path"

_COLUMNS: Final = ("requests", "hits", "points", "saved", "saved %", "upstream", "failed", "bytes")


def usage(
    *,
    by: By = "caller",
    since: str = "24h",
    until: str | None = None,
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    as_json: bool = False,
    output: TextIO,
    errors: TextIO,
    clock: Callable[[], float] = time.time,
) -> int:
    """Shows what the workers have written: 0; 1 when that cannot be read; 2 when the configuration or the span is at fault.

    Args:
        by: What it is told apart by.
        since: From when on, as the API takes it.
        until: Up to when; None: now.
        config_path: As for every command.
        environ: The same.
        working_directory: The same.
        as_json: As `GET /api/v1/usage` answers, instead of a table.
        output: For what was used.
        errors: For what is wrong.
        clock: Seconds since the epoch.
    """
    loaded = loaded_or_told(config_path, environ, working_directory, {}, errors, for_serving=False)
    if loaded is None:
        return AT_FAULT
    path = loaded.settings.usage.path
    if path is None:
        expected = (
            "a file for this command, since without one each worker has what it counted in memory; ask the workers: GET "
            "/api/v1/usage"
        )
        print(SettingsFault(_PATH, expected, loaded.source(_PATH)), file=errors)
        return AT_FAULT
    try:
        question = question_of(by, since, until, clock())
    except InvalidRequest as refusal:
        for fault in refusal.faults:
            if isinstance(fault, ParameterFault):
                print(f"--{fault.name}: {fault.detail.replace('should be', 'expected')} (command line)", file=errors)
        return AT_FAULT
    file = working_directory / path
    if file.exists() and (owner := file.stat().st_uid) != os.geteuid():
        # What SQLite makes beside the file would be closed to the gateway.
        print(f"{path} belongs to another user (uid {owner}): run this command as that user", file=errors)
        return FAILED
    try:
        state = state_of(question, _found(file, question))
    except FAILURES as failure:
        print(f"{path} cannot be read: {reason(failure)}", file=errors)
        return FAILED
    if as_json:
        print(state.model_dump_json(indent=2), file=output)
    else:
        _write_table(state, path, output, Paint.for_stream(output, environ))
    return DONE


def _found(file: Path, question: Question) -> Found:
    """What is in the database; nothing, where there is none yet. It is not changed."""
    found = Found(shared=True)
    if file.exists():
        connection = database.connect(file, timeout_seconds=TIMEOUT_SECONDS, mode="ro")
        try:
            database.check(connection)
            database.find(connection, question, found)
        finally:
            connection.close()
    return found


def _write_table(state: UsageState, path: Path, output: TextIO, paint: Paint) -> None:
    since, until = (moment.strftime("%Y-%m-%d %H:%M") for moment in (state.since, state.until))
    print(f"{path}: {since} to {until} UTC", file=output)
    if state.kept_since is None:
        print("nothing was counted yet", file=output)
        return
    if state.kept_since > state.since:
        print(f"(there is nothing from before {state.kept_since.strftime('%Y-%m-%d %H:%M')})", file=output)
    if not state.rows:
        print("nothing was counted in that time", file=output)
        return
    rows = [(state.by, *_COLUMNS), *((_printable(row.name), *_cells(row)) for row in state.rows)]
    if len(state.rows) > 1:
        rows.append(("all", *_cells(state.totals)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for number, row in enumerate(rows):
        line = _line(row, widths)
        print(paint(line, Colour.BOLD) if number == 0 else line, file=output)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers = (
        cell.rjust(width) if column else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join((name, *numbers)).rstrip()


def _cells(sums: UsageSums) -> tuple[str, ...]:
    return (
        f"{sums.requests:,}",
        _percent(None if sums.hit_ratio is None else 100 * sums.hit_ratio),
        f"{sums.points:,}",
        f"{sums.saved_points:,}",
        _percent(sums.saved_percent),
        f"{sums.upstream_requests:,}",
        f"{sums.failed_requests:,}",
        readable_size(sums.sent_bytes),
    )


def _percent(percent: float | None) -> str:
    return "-" if percent is None else f"{percent:.1f} %"


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)
