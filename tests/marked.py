"""The part of a page of the documentation that a command writes, between two markers."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


@dataclass(frozen=True, slots=True)
class Marked:
    """One such part.

    Attributes:
        document: The page.
        name: Of the part, as its markers have it.
    """

    document: Path
    name: str

    def content(self) -> str:
        """What stands there.

        Raises:
            ValueError: The markers are not there.
        """
        return self._parts()[1]

    def rows(self, first: str = "| ") -> list[str]:
        """The first cell of each row of its tables whose line begins so, without their heads."""
        lines = [line for line in self.content().splitlines() if line.startswith("|")]
        rules = {at for at, line in enumerate(lines) if not line.strip("|-: ")}
        heads = rules | {at - 1 for at in rules}
        rows = [line for at, line in enumerate(lines) if at not in heads and line.startswith(first)]
        return [row.removeprefix("| ").partition(" | ")[0] for row in rows]

    def renew(self, content: str) -> None:
        """Replaces what stands there.

        Raises:
            ValueError: The markers are not there.
        """
        before, _, after = self._parts()
        self.document.write_text(f"{before}{self._begin}{content}{self._end}{after}", encoding="utf-8")

    @property
    def _begin(self) -> str:
        return f"<!-- {self.name}: begin -->\n"

    @property
    def _end(self) -> str:
        return f"<!-- {self.name}: end -->\n"

    def _parts(self) -> tuple[str, str, str]:
        before, begun, rest = self.document.read_text(encoding="utf-8").partition(self._begin)
        content, ended, after = rest.partition(self._end)
        if not begun or not ended:
            raise ValueError(f"{self.document.name} lacks the markers of {self.name}")
        return before, content, after


def line(cells: Sequence[str]) -> str:
    """A row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"
