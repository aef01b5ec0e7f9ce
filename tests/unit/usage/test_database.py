"""The tables: what is counted is found again, old minutes become hours, and what is too old goes."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.usage import database
from app.usage.question import By, Found, Question
from app.usage.sums import DAY_SECONDS, HOUR_SECONDS, Row, Sums
from app.usage.trouble import Unfit
from tests.usage_records import NOON

ALL = Question("caller", 0, NOON * 2)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    database.create(tmp_path / "usage.db")
    connection = database.connect(tmp_path / "usage.db", timeout_seconds=1)
    database.prepare(connection)
    yield connection
    connection.close()


def found(connection: sqlite3.Connection, question: Question = ALL) -> Found:
    answer = Found()
    database.find(connection, question, answer)
    return answer


def count(connection: sqlite3.Connection, at: int, caller: str = "ci", outcome: str = "hit", requests: int = 1) -> None:
    row = Row(at, caller, "/r", outcome)
    database.count(connection, {row: Sums(requests, 2, 3, 4, 5, 0.5, 7)})


def test_what_comes_again_is_added(connection: sqlite3.Connection) -> None:
    count(connection, NOON)
    count(connection, NOON)
    count(connection, NOON + 60)

    assert found(connection).sums == {("ci", "hit"): Sums(3, 6, 9, 12, 15, 1.5, 21)}


@pytest.mark.parametrize(
    ("by", "names"),
    [
        ("caller", {("a", "hit"): 2, ("a", "miss"): 1, ("b", "hit"): 1}),
        ("route", {("/r", "hit"): 3, ("/r", "miss"): 1}),
        ("outcome", {("hit", "hit"): 3, ("miss", "miss"): 1}),
    ],
)
def test_it_is_told_apart(connection: sqlite3.Connection, by: By, names: dict[tuple[str, str], int]) -> None:
    for at, caller, outcome in ((0, "a", "hit"), (60, "a", "hit"), (60, "a", "miss"), (60, "b", "hit")):
        count(connection, NOON + at, caller, outcome)

    answer = found(connection, Question(by, NOON, NOON + 120))
    assert {name: sums.requests for name, sums in answer.sums.items()} == names


def test_of_a_span_and_a_caller(connection: sqlite3.Connection) -> None:
    for at in (0, 60, 120):
        count(connection, NOON + at, "a")
    count(connection, NOON - 600, "b")

    answer = found(connection, Question("caller", NOON + 60, NOON + 120, "a"))
    assert {name: sums.requests for name, sums in answer.sums.items()} == {("a", "hit"): 1}
    assert answer.oldest == NOON
    assert found(connection).oldest == NOON - 600
    nobody = found(connection, Question("caller", 0, NOON * 2, "nobody"))
    assert (nobody.sums, nobody.oldest) == ({}, None)


def test_old_minutes_become_hours_and_nothing_is_lost(connection: sqlite3.Connection) -> None:
    for hour in range(5):
        for minute in range(3):
            count(connection, NOON + hour * HOUR_SECONDS + minute * 60)
    before = found(connection).sums
    now = NOON + 2 * HOUR_SECONDS + 2 * DAY_SECONDS

    assert database.look_after(connection, now, 30 * DAY_SECONDS)

    assert found(connection).sums == before
    assert connection.execute("SELECT at, requests FROM hour ORDER BY at").fetchall() == [
        (NOON, 3),
        (NOON + HOUR_SECONDS, 3),
    ]
    assert connection.execute("SELECT count(*) FROM minute").fetchone() == (9,)
    count(connection, NOON)  # a straggler
    database.fold(connection, NOON + HOUR_SECONDS)
    assert connection.execute("SELECT requests FROM hour WHERE at = ?", (NOON,)).fetchone() == (4,)


def test_what_is_too_old_goes_with_the_names_that_only_it_had(connection: sqlite3.Connection) -> None:
    count(connection, NOON, "former")
    count(connection, NOON + 40 * DAY_SECONDS, "present")

    assert database.look_after(connection, NOON + 40 * DAY_SECONDS, 35 * DAY_SECONDS)

    assert found(connection).sums.keys() == {("present", "hit")}
    assert connection.execute("SELECT caller FROM series").fetchall() == [("present",)]


def test_one_looks_after_it_in_an_hour(connection: sqlite3.Connection) -> None:
    assert database.look_after(connection, NOON, DAY_SECONDS)
    assert not database.look_after(connection, NOON + HOUR_SECONDS - 1, DAY_SECONDS)
    assert database.look_after(connection, NOON + HOUR_SECONDS, DAY_SECONDS)
    assert database.look_after(connection, NOON - DAY_SECONDS, DAY_SECONDS), "a clock that was set back"


def test_the_points_of_a_day(connection: sqlite3.Connection) -> None:
    midnight = NOON - 12 * HOUR_SECONDS
    count(connection, midnight - 60, "a")
    count(connection, midnight, "a")
    count(connection, NOON, "a", "miss")
    count(connection, NOON, "b")
    database.count(connection, {Row(NOON, "free", "/r", "hit"): Sums(requests=1)})

    assert database.start_of_day(NOON) == midnight
    assert database.points_since(connection, midnight) == {"a": 4, "b": 2}


def test_a_transaction_is_whole_or_nothing(connection: sqlite3.Connection) -> None:
    def half_of_it() -> None:
        with database.transaction(connection):
            connection.execute("INSERT INTO series (caller, route, outcome) VALUES ('a', 'b', 'c')")
            raise KeyError

    with pytest.raises(KeyError):
        half_of_it()
    assert connection.execute("SELECT count(*) FROM series").fetchone() == (0,)


def test_prepared_again_it_is_as_it_was(connection: sqlite3.Connection) -> None:
    count(connection, NOON)
    database.prepare(connection)
    assert len(found(connection).sums) == 1


@pytest.mark.parametrize(
    ("statements", "words"),
    [
        ("CREATE TABLE theirs (x)", "a file of another program"),
        (f"CREATE TABLE x (x); PRAGMA application_id = {database.APPLICATION_ID}; PRAGMA user_version = 99", "another version"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_stays_as_it_is(tmp_path: Path, statements: str, words: str) -> None:
    path = tmp_path / "theirs.db"
    theirs = sqlite3.connect(path)
    theirs.executescript(statements)
    theirs.close()
    before = path.read_bytes()

    connection = database.connect(path, timeout_seconds=1)
    with pytest.raises(Unfit, match=words):
        database.prepare(connection)
    connection.close()
    assert path.read_bytes() == before


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    database.create(tmp_path / "usage.db")
    assert (tmp_path / "usage.db").stat().st_mode & 0o777 == 0o600


def test_in_an_empty_file_there_is_nothing(tmp_path: Path) -> None:
    database.create(tmp_path / "usage.db")
    connection = database.connect(tmp_path / "usage.db", timeout_seconds=1, mode="ro")
    database.check(connection)
    assert found(connection).sums == {}
    assert database.points_since(connection, 0) == {}
    connection.close()
