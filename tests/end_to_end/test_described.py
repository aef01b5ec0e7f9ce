"""What /openapi.json describes holds for whatever schemathesis makes of it (`make schemathesis` asks for more)."""

from pathlib import Path

import pytest

from tests.hostile.described import asked

pytestmark = pytest.mark.workers


def test_what_is_described_holds(tmp_path: Path) -> None:
    found = asked(tmp_path, examples=2, seconds=30, phases=("examples", "coverage", "fuzzing"))

    assert found.returncode == 0, found.stdout[-8_000:] + found.stderr
    assert " passed" in found.stdout
