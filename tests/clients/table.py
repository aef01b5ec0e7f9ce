"""The table of docs/clients.md."""

from collections.abc import Mapping

from tests.clients.step import Outcome
from tests.marked import DOCS, Marked, line

PLACE = Marked(DOCS / "clients.md", "clients")

Outcomes = Mapping[str, Mapping[str, Outcome]]
"""By client, and of each by the name of the step."""


def table(outcomes: Outcomes) -> str:
    """Markdown: a row for each step, and of each client its figures."""
    names = list(dict.fromkeys(name for steps in outcomes.values() for name in steps))
    head = ["step", *(f"{client}: sent, reached, past" for client in outcomes)]
    lines = [line(head), line(["---"] * len(head))]
    lines += [line([name, *(_cell(steps.get(name)) for steps in outcomes.values())]) for name in names]
    return "\n".join(lines) + "\n"


def _cell(outcome: Outcome | None) -> str:
    if outcome is None:
        return "not offered"
    past = max(len(outcome.past), outcome.without_via)
    return f"{'ok' if outcome.is_well else '**not**'}: {len(outcome.sent)}, {outcome.reached}, {past}"
