"""The chaos run in its short form: one seed, the gateway in this process. `make chaos` is the long one.

What depends on how fast the machine is just now (how many were answered in time) is judged by the long one alone.
"""

from pathlib import Path

from tests.chaos.findings import LATE
from tests.chaos.run import Size, run

SHORT = Size(questions=1_500, concurrency=80, pause_seconds=0.1, workers=0, first_episode_seconds=2.0)


async def test_nothing_happens_that_must_not(tmp_path: Path) -> None:
    outcome = await run(1, SHORT, tmp_path)

    assert len(outcome.answers) == 1_500
    late = outcome.counts[LATE] - outcome.lateness.explained  # the gateway's own loop was as late as the driver's
    assert {**outcome.counts, LATE: late} == dict.fromkeys(outcome.counts, 0), (
        outcome.findings,
        outcome.leaks.faults,
        outcome.recoveries.faults,
    )
    assert outcome.answered > 0.9 * outcome.answerable > 500
    assert sum(kind != "HEALTHY" for kind in outcome.faults) > 10, "hardly anything went wrong"
