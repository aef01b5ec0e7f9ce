"""docs/performance.md: its tables, and the markers between which they stand."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from benchmarks.load import Rates

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
PLOTS = DOCUMENT.parent / "performance"
BEGIN, END = "<!-- {name}: begin (made by make bench) -->", "<!-- {name}: end -->"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown; all columns but the first to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def rates_table(rates: Iterable[Rates], reference: str) -> str:
    """Medians with their spread, and the ratio to `reference` in the same round: what means something elsewhere."""
    by_name = {rate.name: rate for rate in rates}
    rows = []
    for rate in by_name.values():
        ratios = rate.ratios(by_name[reference])
        between = "" if rate.name == reference else f"{min(ratios.rounds):.2f} to {max(ratios.rounds):.2f}"
        rows.append([rate.name, f"{rate.median:,.0f}", f"{rate.spread:.0%}", f"{ratios.median:.2f}", between])
    return table(["", "requests/s (median)", "spread", "ratio (median)", "in all rounds"], rows)


def renew(name: str, content: str, document: Path = DOCUMENT) -> None:
    """Replaces what stands between the markers of `name`.

    Raises:
        ValueError: They are not there.
    """
    text = document.read_text()
    begin, end = BEGIN.format(name=name), END.format(name=name)
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{document.name} lacks the markers of {name}")
    document.write_text(f"{before}{begin}\n{content}{end}{after}")
