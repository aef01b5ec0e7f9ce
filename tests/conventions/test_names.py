"""A module is named by what is in it, and is short enough to be read."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("app", "tests", "examples", "benchmarks")
MODULES = sorted(path for place in PLACES for path in (ROOT / place).rglob("*.py"))
SAYS_NOTHING = {
    "util",
    "utils",
    "helper",
    "helpers",
    "common",
    "commons",
    "manager",
    "managers",
    "misc",
    "base",
    "core",
}
LONGEST = 300

LONGER = {
    "app/clients/github/fake.py": "a fake answers every call of its client: one method each",
    "app/errors.py": "the whole error tree, drawn and told in one place",
    "app/clients/github/models.py": "one model per thing of GitHub's; splitting them would scatter one API",
}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("place", PLACES)
def test_no_name_says_nothing(place: str) -> None:
    parts = {
        str(path.relative_to(ROOT)): {*path.relative_to(ROOT).with_suffix("").parts}
        for path in MODULES
        if path.is_relative_to(ROOT / place)
    }
    assert parts
    found = [
        path for path, names in parts.items() if {word for name in names for word in name.split("_")} & SAYS_NOTHING
    ]
    assert found == []


def test_a_module_of_app_is_at_most_300_lines_or_says_why_not() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines(path)
        for path in MODULES
        if path.is_relative_to(ROOT / "app") and lines(path) > LONGEST
    }
    assert {path: count for path, count in long.items() if path not in LONGER} == {}
    assert {*LONGER} <= {*long}, "what has become short needs no reason any more"
