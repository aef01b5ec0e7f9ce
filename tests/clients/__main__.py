"""`python -m tests.clients`: plays every step with every client, and writes the table of docs/clients.md."""

import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.clients.clients import CLIENTS
from tests.clients.scene import MOUNT, a_scene
from tests.clients.step import Outcome, played
from tests.clients.table import PLACE, Outcomes, table


def _outcomes() -> Outcomes:
    with tempfile.TemporaryDirectory() as directory, a_scene(Path(directory)) as scene:
        return {client: {step.name: played(step, scene, MOUNT) for step in steps} for client, steps in CLIENTS.items()}


def _troubles(outcomes: Outcomes) -> Iterator[str]:
    for client, steps in outcomes.items():
        for name, outcome in steps.items():
            if not outcome.is_well:
                yield f"{client}, {name}: {'; '.join(_said(outcome))}"


def _said(outcome: Outcome) -> list[str]:
    return [*([] if outcome.failure is None else [repr(outcome.failure)]), *outcome.complaints()]


def main() -> int:
    outcomes = _outcomes()
    troubles = list(_troubles(outcomes))
    steps = sum(len(steps) for steps in outcomes.values())
    names = " and ".join(f"{client} {version(client)}" for client in outcomes)
    said = (
        f"Made by `python -m tests.clients` on {datetime.now(UTC):%Y-%m-%d} with {names}: {steps} steps, {len(troubles)} "
        "otherwise than with GitHub.\n\n"
    )
    PLACE.renew(said + table(outcomes))
    sys.stdout.write(f"{said.strip()}\n{''.join(f'- {trouble}{chr(10)}' for trouble in troubles)}")
    return 1 if troubles else 0


if __name__ == "__main__":
    sys.exit(main())
