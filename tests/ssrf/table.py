"""The table of docs/any-upstream.md."""

from collections.abc import Sequence
from itertools import groupby

from tests.marked import DOCS, Marked, line
from tests.ssrf.hostile import Hostile

PLACE = Marked(DOCS / "any-upstream.md", "ssrf")
LONGEST_SHOWN = 60


def table(rows: Sequence[tuple[Hostile, str | int]]) -> str:
    """Markdown: by group, a row for each request with where it went."""
    parts = []
    for group, members in groupby(rows, lambda row: row[0].group):
        lines = [line((cell(hostile.name), _went(went))) for hostile, went in members]
        parts.append(f"**{group.capitalize()}**\n\n| asked | went |\n|---|---|\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)


def cell(text: str) -> str:
    """As code. A bar would end a cell, whatever it stands in."""
    shown = text if len(text) <= LONGEST_SHOWN + 40 else f"{text[:LONGEST_SHOWN]}… ({len(text):,} characters)"
    fence = "``" if "`" in shown else "`"
    return f"{fence}{shown}{fence}".replace("|", "\\|")


def _went(went: str | int) -> str:
    return f"upstream: {cell(went)}" if isinstance(went, str) else f"nowhere: {went}"
