"""`make faults`: plays every row in every situation, and writes the table of docs/reliability.md."""

import asyncio
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.faults.bench import Bench, Outcome, rows
from tests.faults.certificates import AVAILABLE
from tests.faults.fault import Fault, Situation
from tests.faults.gateways import a_nursery
from tests.faults.profile import LONG
from tests.faults.table import PLACE, table


async def _measured(faults: Sequence[Fault]) -> Mapping[str, Outcome]:
    with tempfile.TemporaryDirectory() as directory:
        async with a_nursery() as gateways:
            return await Bench(LONG, gateways, Path(directory)).measured(faults, [*Situation])


def _complaints(faults: Sequence[Fault], outcomes: Mapping[str, Outcome]) -> list[str]:
    found = []
    for fault in faults:
        outcome = outcomes[fault.name]
        if isinstance(outcome, Exception):
            found.append(f"{fault.name}: {outcome!r}")
            continue
        for measured in outcome:
            found += [f"{fault.name}, {measured.situation.value}: {one}" for one in measured.complaints(fault, LONG)]
    return found


def main() -> int:
    if not AVAILABLE:
        sys.stderr.write("the openssl command is needed: it makes the certificates\n")
        return 1
    faults = rows(LONG)
    started = time.monotonic()
    outcomes = asyncio.run(_measured(faults))
    complaints = _complaints(faults, outcomes)
    said = (
        f"Made by `make faults` on {datetime.now(UTC):%Y-%m-%d}: {len(faults)} faults in {len(Situation)} situations, "
        f"{len(complaints)} otherwise than they must be.\n\n"
    )
    trouble = "".join(f"- {complaint}\n" for complaint in complaints)
    PLACE.renew(f"{said}{table(faults, outcomes)}{trouble and chr(10) + trouble}")
    sys.stdout.write(f"{said.strip()}\n{trouble}{time.monotonic() - started:.0f} s\n")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
