"""The table of docs/reliability.md, and the markers between which it stands."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.faults.bench import Measured, Outcome
from tests.faults.fault import Fault
from tests.faults.profile import MEBIBYTE

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- faults: begin -->\n", "<!-- faults: end -->\n"
HEAD = ("fault", "nothing cached", "stale copy", "mount", "after s", "asked", "left", "MiB", "well again after s")
NOISE_MEBIBYTES = 0.05
QUICK_SECONDS = 0.05


def table(faults: Iterable[Fault], outcomes: Mapping[str, Outcome]) -> str:
    """Markdown: a row for each fault, and in its cells one figure for each situation."""
    lines = [_line(HEAD), _line(["---"] * 4 + ["---:"] * (len(HEAD) - 4))]
    lines += [_line(_cells(fault, outcomes[fault.name])) for fault in faults]
    return "\n".join(lines) + "\n"


def named_faults(document: str) -> list[str]:
    """The faults that the table in `document` has a row for.

    Raises:
        ValueError: It has no table between the markers.
    """
    _, begun, rest = document.partition(BEGIN)
    content, ended, _ = rest.partition(END)
    if not begun or not ended:
        raise ValueError("no table of faults between the markers")
    rows = [line for line in content.splitlines() if line.startswith("| ")]
    return [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]]


def renew(content: str, document: Path = DOCUMENT) -> None:
    """Replaces what stands between the markers.

    Raises:
        ValueError: They are not there.
    """
    text = document.read_text(encoding="utf-8")
    named_faults(text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}{content}{END}{after}", encoding="utf-8")


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


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
