"""The table of docs/clients.md, and the markers between which it stands."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.clients.step import Outcome

DOCUMENT = Path(__file__).parents[2] / "docs" / "clients.md"
BEGIN, END = "<!-- clients: begin -->\n", "<!-- clients: end -->\n"

Outcomes = Mapping[str, Mapping[str, Outcome]]
"""By client, and of each by the name of the step."""


def table(outcomes: Outcomes) -> str:
    """Markdown: a row for each step, and of each client its figures."""
    names = list(dict.fromkeys(name for steps in outcomes.values() for name in steps))
    head = ["step", *(f"{client}: sent, reached, past" for client in outcomes)]
    lines = [_line(head), _line(["---"] * len(head))]
    lines += [_line([name, *(_cell(steps.get(name)) for steps in outcomes.values())]) for name in names]
    return "\n".join(lines) + "\n"


def named_steps(document: str) -> list[str]:
    """The steps that the table in `document` has a row for.

    Raises:
        ValueError: It has no table between the markers.
    """
    _, begun, rest = document.partition(BEGIN)
    content, ended, _ = rest.partition(END)
    if not begun or not ended:
        raise ValueError("no table of clients between the markers")
    rows = [line for line in content.splitlines() if line.startswith("| ")]
    return [row.split(" | ")[0].removeprefix("| ") for row in rows[2:]]


def renew(content: str, document: Path = DOCUMENT) -> None:
    """Replaces what stands between the markers.

    Raises:
        ValueError: They are not there.
    """
    text = document.read_text(encoding="utf-8")
    named_steps(text)
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    document.write_text(f"{before}{BEGIN}{content}{END}{after}", encoding="utf-8")


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "not offered"
    past = max(len(outcome.past), outcome.without_via)
    return f"{'ok' if outcome.is_well else '**not**'}: {len(outcome.sent)}, {outcome.reached}, {past}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
