"""The table of docs/hostile-input.md."""

from collections.abc import Sequence
from itertools import groupby

from tests.hostile.inputs import Input
from tests.hostile.judging import told
from tests.hostile.scene import Outcome
from tests.marked import DOCS, Marked, line

PLACE = Marked(DOCS / "hostile-input.md", "hostile")

Row = tuple[Input, Outcome, Outcome]


def table(rows: Sequence[Row]) -> str:
    """Markdown: by group, a row for each input with what it got on a mount and elsewhere."""
    parts = []
    for group, members in groupby(rows, lambda row: row[0].group):
        lines = [line((cell(one.shown), told(mounted), told(typed))) for one, mounted, typed in members]
        head = "| sent | on a mount | elsewhere |\n|---|---|---|\n"
        parts.append(f"**{group[:1].upper()}{group[1:]}**\n\n{head}" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def cell(text: str) -> str:
    """As code. A bar would end a cell, whatever it stands in."""
    fence = "``" if "`" in text else "`"
    return f"{fence}{text}{fence}".replace("|", "\\|")
