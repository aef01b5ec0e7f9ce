"""The composition root fits one screen."""

from pathlib import Path

import app.container

LARGEST = 60


def test_the_container_fits_one_screen() -> None:
    lines = Path(app.container.__file__).read_text(encoding="utf-8").splitlines()
    begins = next(number for number, line in enumerate(lines) if line.startswith("class "))
    assert len(lines) - begins <= LARGEST, "imports aside, which say what it is made of and nothing more"
    assert max(map(len, lines)) <= 120, "lines are not made longer to have fewer"
