"""The file that workers share: two hands on it, damage, removal."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.usage import database
from app.usage.file import SET_ASIDE_SECONDS, UsageFile
from app.usage.sums import Row, Sums
from app.usage.trouble import Busy
from tests.stored import Clock
from tests.usage_records import NOON

ROW = {Row(NOON, "ci", "/r", "hit"): Sums(requests=1)}


class Hands:
    """Two workers."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.clock = Clock(NOON)
        self.named: list[str] = []
        self.one, self.other = (UsageFile(path, self.clock, self.named.append) for _ in range(2))

    def damage(self) -> None:
        """Of the header, without which it is no database."""
        with self.path.open("r+b") as file:
            file.write(b"x" * 100)


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    hands = Hands(tmp_path / "kept" / "usage.db")
    yield hands
    hands.one.close()
    hands.other.close()


def requests(file: UsageFile) -> int:
    count: int = file.connected().execute("SELECT total(requests) FROM minute").fetchone()[0]
    return int(count)


def test_it_is_made_with_its_directory_for_its_owner_alone(hands: Hands) -> None:
    database.count(hands.one.connected(), ROW)

    assert requests(hands.other) == 1
    modes = {path.name: path.stat().st_mode & 0o777 for path in hands.path.parent.iterdir()}
    assert set(modes) == {"usage.db", "usage.db-wal", "usage.db-shm", "usage.db.lock"}
    assert set(modes.values()) == {0o600}


def test_it_is_kept_open(hands: Hands) -> None:
    assert hands.one.connected() is hands.one.connected()


def test_a_damaged_one_is_set_aside_once_everybody_lets_go(hands: Hands) -> None:
    database.count(hands.one.connected(), ROW)
    before = hands.other.connected()
    hands.damage()

    assert hands.one.condemn()
    with pytest.raises(Busy):
        hands.one.connected()
    after = hands.other.connected()

    assert after is not before
    assert hands.named == ["usage.db.damaged-20260601T120000Z"]
    assert (hands.path.parent / hands.named[0]).stat().st_size > 0
    database.count(after, ROW)
    assert requests(hands.one) == 1, "the new one, in which the other has counted"


def test_what_is_set_aside_is_a_database_still(hands: Hands) -> None:
    database.count(hands.one.connected(), ROW)
    assert hands.one.condemn()
    hands.one.connected()

    aside = sqlite3.connect(hands.path.parent / hands.named[0])
    assert aside.execute("SELECT requests FROM minute").fetchall() == [(1,)]
    aside.close()
    assert requests(hands.one) == 0


def test_whoever_is_late_does_not_condemn_the_new_one(hands: Hands) -> None:
    database.count(hands.one.connected(), ROW)
    requests(hands.other)
    assert hands.one.condemn()
    hands.other.close()
    database.count(hands.one.connected(), ROW)

    assert hands.other.condemn(), "it may try again"
    assert requests(hands.other) == 1
    assert len(hands.named) == 1


def test_a_disk_that_damages_all_the_time_does_not_get_a_file_each_time(hands: Hands) -> None:
    hands.one.connected()
    assert hands.one.condemn()
    hands.one.connected()
    assert not hands.one.condemn()
    hands.clock.now += SET_ASIDE_SECONDS
    hands.one.connected()
    assert hands.one.condemn()


def test_one_that_cannot_even_be_opened_is_set_aside_too(hands: Hands) -> None:
    hands.path.parent.mkdir()
    hands.path.write_bytes(b"not a database, and long enough to be sure" * 10)

    with pytest.raises(sqlite3.DatabaseError):
        hands.one.connected()
    assert hands.one.condemn()
    assert requests(hands.one) == 0
    assert (hands.path.parent / hands.named[0]).read_bytes().startswith(b"not a database")


def test_what_a_killed_worker_condemned_the_next_one_sets_aside(hands: Hands) -> None:
    database.count(hands.one.connected(), ROW)
    hands.one.close()
    (hands.path.parent / "usage.db.lock").write_bytes(b"x")

    assert requests(hands.other) == 0
    assert len(hands.named) == 1


def test_one_that_was_removed_is_made_again_once_everybody_lets_go(hands: Hands) -> None:
    database.count(hands.one.connected(), ROW)
    requests(hands.other)
    for path in hands.path.parent.iterdir():
        if path.suffix != ".lock":
            path.unlink()

    with pytest.raises(Busy):
        hands.one.connected()
    assert requests(hands.other) == 0
    database.count(hands.one.connected(), ROW)
    assert requests(hands.other) == 1
    assert hands.named == []


def test_with_all_that_belongs_to_it_removed_it_is_made_again(hands: Hands) -> None:
    requests(hands.one)
    for path in hands.path.parent.iterdir():
        path.unlink()
    assert requests(hands.one) == 0
    assert requests(hands.other) == 0


def test_a_killed_maker_leaves_an_empty_file_that_is_filled(hands: Hands) -> None:
    hands.path.parent.mkdir()
    hands.path.touch(mode=0o600)
    assert requests(hands.one) == 0


def test_a_lock_that_is_a_link_is_not_followed(hands: Hands, tmp_path: Path) -> None:
    hands.path.parent.mkdir()
    (tmp_path / "elsewhere").write_bytes(b"precious")
    (hands.path.parent / "usage.db.lock").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(OSError, match="symbolic link"):
        hands.one.connected()


def test_nothing_stays_open(hands: Hands) -> None:
    before = len([*Path("/proc/self/fd").iterdir()])
    hands.path.parent.mkdir()
    hands.path.write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        hands.one.connected()
    assert hands.one.condemn()
    hands.one.connected()
    hands.one.close()
    assert len([*Path("/proc/self/fd").iterdir()]) == before
