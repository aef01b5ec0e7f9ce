"""Writes what was found: for a person, one line a check and below it what to do; for a program, JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import TextIO

from app import __version__
from app.cli.doctor.finding import Finding, Verdict
from app.cli.paint import Colour, Paint

_COLOURS = {Verdict.OK: Colour.GREEN, Verdict.WARN: Colour.YELLOW, Verdict.FAIL: Colour.RED}
_MARGIN = "      "


def write_text(findings: Sequence[Finding], output: TextIO, paint: Paint) -> None:
    """`ok|warn|fail  name  what was found`; under the last two, indented, what to do."""
    longest = max(len(finding.name) for finding in findings)
    for finding in findings:
        verdict = paint(f"{finding.verdict.value:<4}", _COLOURS[finding.verdict])
        print(f"{verdict}  {finding.name:<{longest}}  {_one_line(finding.found)}", file=output)
        if finding.advice:
            print(f"{_MARGIN}→ {_one_line(finding.advice)}", file=output)
    print(f"\n{summary(findings)}", file=output)


def write_json(findings: Sequence[Finding], output: TextIO) -> None:
    """`{"version", "ok", "checks": [{"name", "verdict", "found", "advice"}]}`; `ok`: there is no failure."""
    checks = [
        {"name": one.name, "verdict": one.verdict.value, "found": one.found, "advice": one.advice} for one in findings
    ]
    told = {"version": __version__, "ok": not has_failed(findings), "checks": checks}
    print(json.dumps(told, indent=2, ensure_ascii=False), file=output)


def has_failed(findings: Sequence[Finding]) -> bool:
    return any(finding.verdict is Verdict.FAIL for finding in findings)


def summary(findings: Sequence[Finding]) -> str:
    """`12 checks: 10 ok, 2 warnings, 0 failures`."""
    counts = Counter(finding.verdict for finding in findings)
    warned, failed = counts[Verdict.WARN], counts[Verdict.FAIL]
    return (
        f"{len(findings)} checks: {counts[Verdict.OK]} ok, {warned} warning{'s' * (warned != 1)}, "
        f"{failed} failure{'s' * (failed != 1)}"
    )


def _one_line(text: str) -> str:
    """What others have said may hold anything."""
    return "".join(character if character.isprintable() else "?" for character in text)
