"""`headgate usage`, on a database of its own."""

import io
import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.cli.main import main
from app.cli.usage import usage
from app.usage import database
from app.usage.sums import DAY_SECONDS, Row, Sums
from tests.stored import Clock
from tests.usage_records import NOON

YAML = "usage: {path: kept.db}\nupstreams: {github: {kind: github}}\n"


class Ran:
    """What one command did."""

    def __init__(self, directory: Path, **more: Any) -> None:
        output, errors = io.StringIO(), io.StringIO()
        self.code = usage(
            config_path=Path("x.yaml"),
            environ={},
            working_directory=directory,
            output=output,
            errors=errors,
            clock=Clock(NOON + 90),
            **more,
        )
        self.output, self.errors = output.getvalue(), errors.getvalue()

    @property
    def told(self) -> tuple[int, str, str]:
        return self.code, self.output, self.errors


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "x.yaml").write_text(YAML, encoding="utf-8")
    return tmp_path


@pytest.fixture
def filled(directory: Path) -> Path:
    """The same with an hour of two callers, and of one a month ago."""
    database.create(directory / "kept.db")
    connection = database.connect(directory / "kept.db", timeout_seconds=1)
    database.prepare(connection)
    database.count(
        connection,
        {
            Row(NOON, "ci", "/github/*", "hit"): Sums(9_000, 0, 9_000, 0, 0, 1.5, 2**20),
            Row(NOON, "ci", "/github/*", "miss"): Sums(1_000, 1_000, 0, 1_001, 3, 100.0, 2**20),
            Row(NOON, "boss", "-", "-"): Sums(5, 0, 0, 0, 0, 0.5, 500),
            Row(NOON - 30 * DAY_SECONDS, "former", "-", "-"): Sums(1),
        },
    )
    connection.close()
    return directory


def test_a_table(filled: Path) -> None:
    assert Ran(filled, since="1h").told == (
        0,
        (
            "kept.db: 2026-06-01 11:01 to 2026-06-01 12:02 UTC\n"
            "caller  requests    hits  points  saved  saved %  upstream  failed      bytes\n"
            "ci        10,000  90.0 %   1,000  9,000   90.0 %     1,001       3      2 MiB\n"
            "boss           5       -       0      0        -         0       0  500 bytes\n"
            "all       10,005  90.0 %   1,000  9,000   90.0 %     1,001       3      2 MiB\n"
        ),
        "",
    )


def test_of_one_there_is_no_sum(filled: Path) -> None:
    lines = Ran(filled, by="outcome", since="31d", until="29d").output.splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["outcome", "-"]


def test_since_before_there_was_anything(filled: Path) -> None:
    assert "(there is nothing from before 2026-05-02 12:00)\n" in Ran(filled, since="10w").output


def test_a_time_in_which_nobody_asked(filled: Path) -> None:
    assert Ran(filled, since="2026-05-20", until="2026-05-21").output.endswith("nothing was counted in that time\n")


def test_as_json(filled: Path) -> None:
    told = json.loads(Ran(filled, since="1h", as_json=True).output)

    assert (told["by"], told["scope"], told["degraded"]) == ("caller", "machine", None)
    assert list(told["rows"][0].items())[:2] == [("name", "ci"), ("requests", 10_000)]


def test_looking_makes_no_database_and_changes_none(directory: Path) -> None:
    assert Ran(directory).output.endswith("nothing was counted yet\n")
    assert [path.name for path in directory.iterdir()] == ["x.yaml"]
    (directory / "kept.db").touch()
    assert Ran(directory).output.endswith("nothing was counted yet\n")
    assert (directory / "kept.db").stat().st_size == 0


def test_while_a_worker_has_it_open(filled: Path) -> None:
    connection = database.connect(filled / "kept.db", timeout_seconds=1)
    with database.transaction(connection):
        database_rows = Ran(filled, since="1h").output
    connection.close()
    assert "10,000" in database_rows


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"since": "soon"}, "--since: expected a moment (RFC 3339), such as "),
        ({"since": ""}, "--since: expected a moment (RFC 3339), such as "),
        ({"until": "1 h"}, "--until: expected a moment (RFC 3339), such as "),
        ({"since": "1h", "until": "2h"}, "--since: expected before the end of the span"),
    ],
)
def test_a_span_that_cannot_be_meant(filled: Path, given: dict[str, str], words: str) -> None:
    ran = Ran(filled, **given)
    assert (ran.code, ran.output) == (2, "")
    assert ran.errors.startswith(words)
    assert ran.errors.endswith(" (command line)\n")


def test_without_a_database_each_worker_has_its_own(directory: Path) -> None:
    (directory / "x.yaml").write_text("usage: {path: null}\nupstreams: {github: {kind: github}}\n", encoding="utf-8")
    assert Ran(directory).told == (
        2,
        "",
        (
            "usage.path: expected a file for this command, since without one each worker has what it counted in memory; ask the "
            "workers: GET /api/v1/usage (x.yaml:1)\n"
        ),
    )


def test_faults_of_the_configuration_are_told(directory: Path) -> None:
    (directory / "x.yaml").write_text("usage: {keep_days: 0}\nupstreams: {github: {kind: github}}\n", encoding="utf-8")
    ran = Ran(directory)
    assert (ran.code, ran.output) == (2, "")
    assert ran.errors.startswith("usage.keep_days: ")


def test_somebody_elses_is_left_alone(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = (filled / "kept.db").stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    assert Ran(filled).told == (
        1,
        "",
        f"kept.db belongs to another user (uid {owner}): run this command as that user\n",
    )


def test_what_cannot_be_read_is_told(directory: Path) -> None:
    (directory / "kept.db").write_bytes(b"not a database" * 100)
    assert Ran(directory).told == (1, "", "kept.db cannot be read: damaged\n")
    (directory / "kept.db").unlink()
    theirs = sqlite3.connect(directory / "kept.db")
    theirs.execute("CREATE TABLE theirs (x)")
    theirs.close()
    assert Ran(directory).told == (1, "", "kept.db cannot be read: a file of another program\n")


def test_the_command_line(filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(filled)
    assert main(["usage", "--by", "route", "--since", "2026-06-01", "--until", "2026-06-02", "--config", "x.yaml"]) == 0
    assert "/github/*" in capsys.readouterr().out
