"""`make chaos`: three runs; exit code 1 where something that must be zero is not, or too little was answered.

`python -m tests.chaos --seed 7 --explain` is one, and tells every finding.
"""

import argparse
import platform
import sys
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from tests.chaos.driver import Answer
from tests.chaos.report import PLACE, report
from tests.chaos.run import Outcome, Size, run

FULL = Size()
SEEDS = (1, 2, 3)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description="Headgate in front of chaos.")
    parser.add_argument("--seed", type=int, action="append", help="may be given several times (default: 1, 2, 3)")
    parser.add_argument("--questions", type=int, default=FULL.questions)
    parser.add_argument("--concurrency", type=int, default=FULL.concurrency)
    parser.add_argument("--pause", type=float, default=FULL.pause_seconds, help="of each caller, on average (seconds)")
    parser.add_argument("--workers", type=int, default=FULL.workers, help="0: the gateway in this process")
    parser.add_argument("--faults", type=float, default=FULL.fault_share, help="share of single arrivals (0 to 1)")
    parser.add_argument("--write", action="store_true", help="renew docs/chaos.md")
    parser.add_argument("--explain", action="store_true", help="tell every finding, and what was missed")
    parser.add_argument("--log", type=Path, help="keep the gateway's log here")
    options = parser.parse_args()
    size = Size(options.questions, options.concurrency, options.pause, options.workers, options.faults)
    outcomes = []
    for seed in options.seed or SEEDS:
        with TemporaryDirectory(prefix="headgate-chaos-") as folder:
            outcome = uvloop.run(run(seed, size, Path(folder)))
        outcomes.append(outcome)
        if options.log is not None:
            options.log.write_text(outcome.log, encoding="utf-8")
        for line in _faults(outcome, every=options.explain):
            sys.stderr.write(f"{line}\n")
    made = f"Made by `python -m tests.chaos` on Python {platform.python_version()}.\n"
    tables = f"{report(outcomes)}\n{made}"
    sys.stdout.write(f"{tables}\n")
    if options.write:
        PLACE.renew(f"\n{tables}\n")
    sys.exit(not all(outcome.passed for outcome in outcomes))


def _faults(outcome: Outcome, *, every: bool) -> list[str]:
    """What a person needs to find the reasons; some of each kind unless `every` is wanted."""
    lines = [f"leak: {fault}" for fault in outcome.leaks.faults]
    lines += [f"recovery: {fault}" for fault in outcome.recoveries.faults]
    told: Counter[str] = Counter()
    for finding in outcome.findings:
        told[finding.what] += 1
        if every or told[finding.what] <= 5:
            lines.append(f"{finding.what}: {finding.detail}: {_told(finding.answer)}")
    for answer, reason in outcome.missed:
        told["missed"] += 1
        if every or told["missed"] <= 5:
            lines.append(f"missed ({reason.value}): {_told(answer)}")
    return [f"seed {outcome.seed}: {line}" for line in lines]


def _told(answer: Answer) -> str:
    question = answer.question
    return (
        f"#{question.number} {question.method} {question.path} began {answer.began:.3f} took "
        f"{answer.ended - answer.began:.3f} of {question.patience_seconds:g} s: {answer.status} {answer.code}"
        f"{' relayed' if answer.relayed else ''}"
    )


if __name__ == "__main__":
    main()
