"""`make bench`: measures and renews docs/performance.md. `--rounds N` for more certainty, `--dry` to write nothing."""

import argparse
import platform
from collections.abc import Iterable
from pathlib import Path

from benchmarks import layers
from benchmarks.load import Rates

DOCUMENT = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- {name}: begin (made by make bench) -->", "<!-- {name}: end -->"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--dry", action="store_true", help="print only")
    options = parser.parse_args()
    measured = layers.measure(rounds=options.rounds)
    found = "\n".join(
        f"Over {upstream}:\n\n{table(rates.values(), reference=layers.RECIPE)}" for upstream, rates in measured.items()
    )
    print(found)
    if not options.dry:
        written = f"{found}\n{options.rounds} rounds of 4 s, `wrk -t1 -c32`, Python {platform.python_version()}.\n"
        DOCUMENT.write_text(renewed(DOCUMENT.read_text(), "layers", written))


def table(rates: Iterable[Rates], reference: str) -> str:
    """Medians, spread, and the ratio to the median of `reference`: the only figure that means something elsewhere."""
    by_name = {rate.name: rate for rate in rates}
    lines = ["| | requests/s (median) | spread | ratio |", "|---|---|---|---|"]
    lines += [
        f"| {rate.name} | {rate.median:,.0f} | {rate.spread:.0%} | {rate.median / by_name[reference].median:.2f} |"
        for rate in by_name.values()
    ]
    return "\n".join(lines) + "\n"


def renewed(document: str, name: str, content: str) -> str:
    """The document with the content between the markers of `name` replaced."""
    begin, end = BEGIN.format(name=name), END.format(name=name)
    before, found, rest = document.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{DOCUMENT.name} lacks the markers of {name}")
    return f"{before}{begin}\n{content}{end}{after}"


if __name__ == "__main__":
    main()
