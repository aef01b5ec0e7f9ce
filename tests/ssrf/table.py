"""The table of docs/any-upstream.md, and the markers between which it stands."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from tests.ssrf.hostile import Hostile

DOCUMENT = Path(__file__).parents[2] / "docs" / "any-upstream.md"
BEGIN, END = "<!-- ssrf: begin -->\n", "<!-- ssrf: end -->\n"
LONGEST_SHOWN = 60


def table(rows: Sequence[tuple[Hostile, str | int]]) -> str:
    """Markdown: by group, a row for each request with where it went."""
    parts = []
    for group, members in groupby(rows, lambda row: row[0].group):
        lines = [_line((cell(hostile.name), _went(went))) for hostile, went in members]
        parts.append(f"**{group.capitalize()}**\n\n| asked | went |\n|---|---|\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def named_rows(document: str) -> list[str]:
    """The requests that the tables in `document` have a row for, as they are shown.

    Raises:
        ValueError: There is nothing between the markers.
    """
    _, begun, rest = document.partition(BEGIN)
    content, ended, _ = rest.partition(END)
    if not begun or not ended:
        raise ValueError("no table of hostile targets between the markers")
    rows = [line for line in content.splitlines() if line.startswith("| `")]
    return [row.removeprefix("| ").partition(" | ")[0] for row in rows]


def renew(content: str, document: Path = DOCUMENT) -> None:
    """Replaces what stands between the markers.

    Raises:
        ValueError: They are not there.
    """
    text = document.read_text(encoding="utf-8")
    named_rows(text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}{content}{END}{after}", encoding="utf-8")


def cell(text: str) -> str:
    """As code. A bar would end a cell, whatever it stands in."""
    shown = text if len(text) <= LONGEST_SHOWN + 40 else f"{text[:LONGEST_SHOWN]}… ({len(text):,} characters)"
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}".replace("|", "\\|")


def _went(went: str | int) -> str:
    return f"upstream: {cell(went)}" if isinstance(went, str) else f"nowhere: {went}"


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
