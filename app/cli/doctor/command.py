"""`headgate doctor`."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TextIO

from app.cli.doctor.asking import questions
from app.cli.doctor.checkup import Checkup
from app.cli.doctor.finding import Finding, failure
from app.cli.doctor.probing import RealProbes
from app.cli.doctor.report import has_failed, write_json, write_text
from app.cli.paint import Paint
from app.errors import HeadgateError
from app.settings import InvalidSettings, Loaded, load_settings

FINE: Final = 0
FAILED: Final = 1
AT_FAULT: Final = 2


def doctor(
    *,
    config_path: Path | None,
    environ: Mapping[str, str],
    command_line: Mapping[str, Any],
    working_directory: Path,
    as_json: bool,
    offline: bool,
    output: TextIO,
) -> int:
    """Looks at a deployment and says what to do: 0, also where there are warnings; 1 where something does not work; 2 where
    the configuration is at fault, so that nothing else could be looked at.
    """
    code = FINE
    try:
        loaded = load_settings(
            config_path=config_path,
            environ=environ,
            command_line=command_line,
            working_directory=working_directory,
            for_serving=False,
        )
    except InvalidSettings as invalid:
        code = AT_FAULT
        findings: Sequence[Finding] = [
            failure("configuration", f"{fault.path} ({fault.source})", f"expected {fault.expected}")
            for fault in invalid.faults
        ]
    else:
        findings = asyncio.run(_findings(loaded, working_directory, offline=offline))
        if has_failed(findings):
            code = FAILED
        if loaded.unsafe:
            code = AT_FAULT
    if as_json:
        write_json(findings, output)
    else:
        write_text(findings, output, Paint.for_stream(output, environ))
    return code


async def _findings(loaded: Loaded, working_directory: Path, *, offline: bool) -> Sequence[Finding]:
    try:
        async with questions(loaded.settings) as asked:
            checkup = Checkup(loaded, RealProbes(asked, working_directory), offline=offline)
            return await checkup.findings()
    except HeadgateError as error:  # what would stop the gateway's own start
        return [failure("configuration", error.detail, "mend it: the gateway would not start, either")]
