"""Numbers in files: who counts on, whose count, and what damage does."""

import os
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.metrics import families
from app.metrics.family import Key
from app.metrics.numbers_file import Garbled, Reader, head, written
from app.metrics.rendering import merged
from app.metrics.slot import FIRST_BYTES, Slot

HITS: Key = families.CACHE_OUTCOMES.key("/r", "hit")
WAITING: Key = families.QUEUE_WAITING.key("github")
START: Key = families.START_TIME.key()
STATE: Key = families.BREAKER_STATE.key("github")

# `Slot.all` reads files, so nothing here needs another process: the locks are of open files.


def test_counters_are_summed_and_gauges_by_their_kind(tmp_path: Path) -> None:
    one, other = Slot(tmp_path), Slot(tmp_path)
    for slot, number in ((one, 2), (other, 5)):
        slot.add(HITS, number)
        slot.set(WAITING, number)
        slot.set(START, number)
        slot.set(STATE, number)
    found = merged(one.all())
    assert (found[HITS], found[WAITING], found[START], found[STATE]) == (7, 7, 2, 5)
    assert found == merged(other.all())


def test_who_takes_the_place_of_a_dead_one_counts_on(tmp_path: Path) -> None:
    alive, dead = Slot(tmp_path), Slot(tmp_path)
    dead.add(HITS, 3)
    dead.set(WAITING, 9)
    dead.close()
    found = merged(alive.all())
    assert found[HITS] == 3, "what was counted stays"
    assert WAITING not in found, "what was so is so no more"
    heir = Slot(tmp_path)
    assert heir.path == dead.path
    heir.add(HITS, 1)
    found = merged(alive.all())
    assert found[HITS] == 4
    assert WAITING not in found
    heir.set(WAITING, 1)
    assert merged(alive.all())[WAITING] == 1
    assert len(list(tmp_path.iterdir())) == 2, "files do not pile up"


def test_a_file_grows_with_its_numbers(tmp_path: Path) -> None:
    slot, other = Slot(tmp_path), Slot(tmp_path)
    keys = [families.REQUESTS.key(f"/route/{number:04}/" + "x" * 100, "GET", "2xx", "ci") for number in range(3000)]
    for key in keys:
        slot.add(key, 1)
        slot.add(key, 1)
    assert slot.path.stat().st_size > FIRST_BYTES
    found = merged(other.all())
    assert all(found[key] == 2 for key in keys)
    assert slot.own() == dict.fromkeys(keys, 2)
    slot.close()
    assert Slot(tmp_path).own() == dict.fromkeys(keys, 2)


def test_without_room_what_is_there_counts_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    slot = Slot(tmp_path)
    slot.add(HITS, 1)
    allocate = os.posix_fallocate

    def full(descriptor: int, offset: int, size: int) -> None:
        if size > FIRST_BYTES:
            raise OSError(28, os.strerror(28))
        allocate(descriptor, offset, size)

    monkeypatch.setattr(os, "posix_fallocate", full)
    for number in range(10_000):
        slot.add(families.PROBLEMS.key(f"code {number}"), 1)
    slot.add(HITS, 1)
    found = merged(slot.all())
    assert found[HITS] == 2
    assert 1000 < len(found) < 10_000
    assert caplog.text.count("there is no room for more metrics") == 1


@pytest.mark.parametrize(
    "content",
    [
        b"\x01",
        b"no numbers at all, and longer than a head",
        head(1 << 40),
        head(17),
        head(24) + struct.pack("@Q", 1 << 60),
        head(40) + struct.pack("@Q", 8) + b"no json!" + struct.pack("@d", 1.0),
        head(40) + struct.pack("@Q", 8) + b"[1,2, 3]" + struct.pack("@d", 1.0),
    ],
)
def test_a_damaged_file_costs_its_own_numbers_only(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    alive = Slot(tmp_path)
    alive.add(HITS, 1)
    damaged = tmp_path / "0001.numbers"
    damaged.write_bytes(content)
    assert merged(alive.all())[HITS] == 1
    assert "numbers of a worker cannot be read" in caplog.text
    heir = Slot(tmp_path)
    assert heir.path == damaged
    heir.add(HITS, 1)
    assert merged(alive.all())[HITS] == 2


@pytest.mark.parametrize("content", [b"", b"\0" * 8, b"\0" * FIRST_BYTES])
def test_a_file_whose_process_was_killed_in_its_making_is_an_empty_one(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    alive = Slot(tmp_path)
    alive.add(HITS, 1)
    (tmp_path / "0001.numbers").write_bytes(content)
    assert merged(alive.all())[HITS] == 1
    heir = Slot(tmp_path)
    heir.add(HITS, 1)
    assert merged(alive.all())[HITS] == 2
    assert caplog.text == ""


def test_a_file_that_is_gone_meanwhile_costs_nothing(tmp_path: Path) -> None:
    alive, other = Slot(tmp_path), Slot(tmp_path)
    alive.add(HITS, 1)
    other.path.unlink()
    other.path.symlink_to("/etc/passwd")
    assert merged(alive.all()) == {HITS: 1}


@given(
    keys=st.dictionaries(
        st.lists(st.text(), min_size=1, max_size=5).map(tuple), st.floats(allow_nan=False), max_size=20
    )
)
def test_what_is_written_is_read(keys: dict[Key, float]) -> None:
    body = b"".join(written(key, number) for key, number in keys.items())
    content = head(16 + len(body)) + body + b"\0" * 32
    found = list(Reader().numbers(content))
    assert {key: number for key, number, _ in found} == keys
    assert all(struct.unpack_from("@d", content, at)[0] == number and at % 8 == 0 for _, number, at in found)


@given(content=st.binary(max_size=200), used=st.integers(0, 30).map(lambda words: words * 8))
def test_garbage_is_read_or_refused(content: bytes, used: int) -> None:
    for whole in (content, head(used) + content):
        try:
            list(Reader().numbers(whole))
        except Garbled:
            continue
