"""The fault bench in its short form: every row, at small time-outs. `make faults` is the long one."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.faults.bench import Bench, Outcome, rows
from tests.faults.certificates import AVAILABLE
from tests.faults.fault import Fault, Situation, Way
from tests.faults.gateways import a_nursery
from tests.faults.profile import SHORT

ROWS = [row for row in rows(SHORT) if AVAILABLE or row.way is not Way.TLS]


def identifier(fault: Fault) -> str:
    return fault.name.replace(" ", "_")


async def _measured(faults: Sequence[Fault], directory: Path) -> Mapping[str, Outcome]:
    async with a_nursery() as gateways:
        return await Bench(SHORT, gateways, directory).measured(faults, [*Situation])


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Outcome]:
    """All rows that are asked for, played several at once: most of them wait most of the time."""
    asked_for = {item.name for item in request.session.items if item.path == Path(__file__)}
    faults = [row for row in ROWS if any(f"[{identifier(row)}]" in name for name in asked_for)]
    return asyncio.run(_measured(faults, tmp_path_factory.mktemp("faults")))


@pytest.mark.parametrize("fault", ROWS, ids=identifier)
def test_what_a_caller_gets_and_what_is_left(fault: Fault, outcomes: Mapping[str, Outcome]) -> None:
    outcome = outcomes[fault.name]
    if isinstance(outcome, Exception):
        raise outcome
    assert {measured.situation.value: measured.complaints(fault, SHORT) for measured in outcome} == {
        measured.situation.value: [] for measured in outcome
    }


def test_no_two_rows_have_one_name() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
