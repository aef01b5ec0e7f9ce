"""What becomes of what is counted: written, or kept for better times; asked for, it is all there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.usage import database
from app.usage.keeper import Count, Find, Keeper
from app.usage.moments import DETAIL_SECONDS
from app.usage.question import Found, Question
from app.usage.sums import DAY_SECONDS, HOUR_SECONDS, Row, Sums
from tests.stored import Clock
from tests.usage_records import NOON

EVERYTHING = Question("caller", 0, NOON * 2)


class Desk:
    """Keepers on one file, as workers are, and what they are asked."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.clock = Clock(NOON)
        self.keepers: list[Keeper] = []

    def keeper(self) -> Keeper:
        self.keepers.append(Keeper(self.path, 35, self.clock))
        return self.keepers[-1]

    def count(self, keeper: Keeper, requests: int = 1, at: int = NOON, caller: str = "ci") -> None:
        done: list[bool] = []
        keeper.work([Count({Row(at, caller, "/r", "hit"): Sums(requests)}, lambda: done.append(True))])
        assert done == [True]

    def find(self, keeper: Keeper, question: Question = EVERYTHING) -> Found:
        told: list[Found | Exception] = []
        keeper.work([Find(question, told.append)])
        (found,) = told
        assert isinstance(found, Found)
        return found

    def requests(self, keeper: Keeper) -> int:
        return sum(sums.requests for sums in self.find(keeper).sums.values())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path / "usage.db")
    yield desk
    for keeper in desk.keepers:
        keeper.close()


def test_what_one_worker_counts_every_other_finds(desk: Desk) -> None:
    one, other = desk.keeper(), desk.keeper()
    desk.count(one, 2)
    desk.count(other, 3)

    found = desk.find(one)
    assert found.sums == {("ci", "hit"): Sums(5)}
    assert (found.shared, found.trouble, found.oldest) == (True, None, NOON)


def test_a_restart_loses_nothing(desk: Desk) -> None:
    first = desk.keeper()
    desk.count(first, 2)
    first.close()
    assert desk.requests(desk.keeper()) == 2


def test_of_what_is_told_at_once_nothing_is_missing(desk: Desk) -> None:
    told: list[Found | Exception] = []
    count = Count({Row(NOON, "ci", "/r", "hit"): Sums(1)}, lambda: None)
    desk.keeper().work([count, count, Find(EVERYTHING, told.append)])
    assert isinstance(told[0], Found)
    assert told[0].sums == {("ci", "hit"): Sums(2)}


def test_without_a_file_it_is_the_workers_own(tmp_path: Path) -> None:
    desk = Desk(None)
    one, other = desk.keeper(), desk.keeper()
    desk.count(one, 2)

    found = desk.find(one)
    assert (found.sums, found.shared, found.trouble) == ({("ci", "hit"): Sums(2)}, False, None)
    assert desk.requests(other) == 0
    assert list(tmp_path.iterdir()) == []


def test_without_a_file_it_is_kept_as_long(tmp_path: Path) -> None:
    desk = Desk(None)
    keeper = desk.keeper()
    desk.count(keeper, at=NOON)
    desk.count(keeper, at=NOON + 60)
    desk.clock.now += DETAIL_SECONDS + HOUR_SECONDS
    desk.count(keeper, at=int(desk.clock.now))
    assert len(keeper._unwritten) == 2, "an hour and a minute"
    desk.clock.now += 34 * DAY_SECONDS
    assert desk.requests(keeper) == 1


def test_of_a_caller_alone(desk: Desk) -> None:
    for path in (desk.path, None):
        keeper = Keeper(path, 35, desk.clock)
        desk.count(keeper, caller="a")
        desk.count(keeper, caller="b", at=NOON - 600)
        found = desk.find(keeper, Question("route", 0, NOON * 2, "a"))
        assert (found.sums, found.oldest) == ({("/r", "hit"): Sums(1)}, NOON)
        keeper.close()


def is_root_proof(path: Path) -> None:
    """A file in the place of the directory: not even root makes anything below it."""
    path.parent.rmdir()
    path.parent.write_bytes(b"")


def test_where_nothing_can_be_written_it_stays_in_memory_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "kept").mkdir()
    desk = Desk(tmp_path / "kept" / "usage.db")
    is_root_proof(tmp_path / "kept" / "usage.db")
    keeper = desk.keeper()
    desk.count(keeper, 2)
    desk.count(keeper, 2)

    found = desk.find(keeper)
    assert (found.sums, found.shared) == ({("ci", "hit"): Sums(4)}, False)
    assert found.trouble is not None
    assert found.trouble.startswith("unusable: ")
    assert len(caplog.records) == 1
    assert str(tmp_path) not in caplog.text

    (tmp_path / "kept").unlink()
    found = desk.find(keeper)
    assert (found.sums, found.shared, found.trouble) == ({("ci", "hit"): Sums(4)}, True, None)
    other = desk.keeper()
    assert desk.requests(other) == 4, "it was written as soon as that could be done"
    keeper.close()
    other.close()


def test_a_full_disk_loses_nothing(desk: Desk) -> None:
    keeper = desk.keeper()
    desk.count(keeper)
    connection = keeper._file.connected() if keeper._file else None
    assert connection is not None
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    for number in range(200):
        desk.count(keeper, caller=f"caller-{number}")

    found = desk.find(keeper)
    assert found.trouble == "disk full"
    assert len(found.sums) == 201
    connection.execute("PRAGMA max_page_count = 100000")
    assert desk.find(keeper).trouble is None
    assert len(desk.find(desk.keeper()).sums) == 201


def test_one_that_is_damaged_is_set_aside_and_begun_anew(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    assert desk.path is not None
    desk.path.write_bytes(b"not a database, and long enough to be sure" * 10)
    keeper = desk.keeper()
    desk.count(keeper, 2)

    found = desk.find(keeper)
    assert (found.sums, found.trouble) == ({("ci", "hit"): Sums(2)}, None)
    (aside,) = desk.path.parent.glob("usage.db.damaged-*")
    assert aside.read_bytes().startswith(b"not a database")
    assert aside.name in caplog.text


def test_damage_that_only_shows_when_it_is_read_is_found_too(desk: Desk) -> None:
    keeper = desk.keeper()
    desk.count(keeper)
    for number in range(2000):  # many pages
        keeper.work([Count({Row(NOON - 60 * number, "ci", "/r", "hit"): Sums(1)}, lambda: None)])
    keeper.close()
    assert desk.path is not None
    with desk.path.open("r+b") as file:
        file.seek(8 * 4096)
        file.write(b"\xff" * 4096 * 4)
    keeper = desk.keeper()
    desk.count(keeper, 7, at=NOON)
    desk.find(keeper)

    found = desk.find(keeper)
    assert found.trouble is None
    assert list(desk.path.parent.glob("usage.db.damaged-*"))


def test_another_programs_file_is_left_alone(desk: Desk) -> None:
    assert desk.path is not None
    theirs = sqlite3.connect(desk.path)
    theirs.execute("CREATE TABLE theirs (x)")
    theirs.close()
    before = desk.path.read_bytes()
    keeper = desk.keeper()
    desk.count(keeper, 2)

    found = desk.find(keeper)
    assert (found.sums, found.shared, found.trouble) == ({("ci", "hit"): Sums(2)}, False, "a file of another program")
    assert desk.path.read_bytes() == before


def test_somebody_who_writes_for_long_is_not_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.usage.file.TIMEOUT_SECONDS", 0.01)
    assert desk.path is not None
    keeper = desk.keeper()
    desk.count(keeper)
    other = database.connect(desk.path, timeout_seconds=1)
    with database.transaction(other):
        desk.count(keeper)
        found = desk.find(keeper)
        assert (found.trouble, found.sums) == ("busy", {("ci", "hit"): Sums(2)})
    other.close()
    assert desk.find(keeper).trouble is None


def test_it_looks_after_the_file_once_an_hour(desk: Desk) -> None:
    keeper = desk.keeper()
    desk.count(keeper, at=NOON - 36 * DAY_SECONDS)
    assert desk.requests(keeper) == 0, "dropped in the same round"
    desk.count(keeper, at=NOON - 36 * DAY_SECONDS)
    assert desk.requests(keeper) == 1
    desk.clock.now += HOUR_SECONDS
    assert desk.requests(keeper) == 0


def test_a_fault_of_ours_leaves_nobody_waiting(desk: Desk) -> None:
    done: list[bool] = []
    told: list[Found | Exception] = []
    desk.keeper().gave_up([Count({}, lambda: done.append(True)), Find(EVERYTHING, told.append)])
    assert done == [True]
    assert isinstance(told[0], RuntimeError)
