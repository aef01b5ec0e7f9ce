"""The table of docs/reliability.md."""

from collections.abc import Iterable, Mapping, Sequence

from tests.faults.bench import Measured, Outcome
from tests.faults.fault import Fault
from tests.faults.profile import MEBIBYTE
from tests.marked import DOCS, Marked, line

PLACE = Marked(DOCS / "reliability.md", "faults")
HEAD = ("fault", "nothing cached", "stale copy", "mount", "after s", "asked", "left", "MiB", "well again after s")
NOISE_MEBIBYTES = 0.05
QUICK_SECONDS = 0.05


def table(faults: Iterable[Fault], outcomes: Mapping[str, Outcome]) -> str:
    """Markdown: a row for each fault, and in its cells one figure for each situation."""
    lines = [line(HEAD), line(["---"] * 4 + ["---:"] * (len(HEAD) - 4))]
    lines += [line(_cells(fault, outcomes[fault.name])) for fault in faults]
    return "\n".join(lines) + "\n"


def _cells(fault: Fault, outcome: Outcome) -> Sequence[str]:
    if isinstance(outcome, Exception):
        return [fault.name, f"not played: {type(outcome).__name__}", *[""] * (len(HEAD) - 2)]
    return [
        fault.name,
        *(", ".join(f"`{answer}`{_times(measured, answer)}" for answer in _sorted(measured)) for measured in outcome),
        " / ".join(_seconds(measured.seconds) for measured in outcome),
        " / ".join(str(measured.requests) for measured in outcome),
        " / ".join(str(measured.acquired + max(0, measured.left_open)) for measured in outcome),
        " / ".join(_mebibytes(measured.peak_bytes) for measured in outcome),
        " / ".join(_seconds(measured.next_seconds) for measured in outcome),
    ]


def _sorted(measured: Measured) -> list[str]:
    return [answer for answer, _ in measured.answers.most_common()]


def _times(measured: Measured, answer: str) -> str:
    return f" x {measured.answers[answer]}" if measured.answers.total() > 1 else ""


def _seconds(seconds: float) -> str:
    return "0" if seconds < QUICK_SECONDS else f"{seconds:.1f}"


def _mebibytes(size_bytes: int | None) -> str:
    if size_bytes is None:
        return "?"
    mebibytes = size_bytes / MEBIBYTE
    return "0" if mebibytes < NOISE_MEBIBYTES else f"{mebibytes:.1f}"
