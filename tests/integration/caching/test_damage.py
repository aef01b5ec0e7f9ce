"""Whatever happens to the files of a store: it opens, gives out nothing that was not kept, and keeps on keeping."""

import os
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from app.transport.caching.disk import DiskStore
from tests.stored import MIB, Clock, entry, is_whole, keep, key, opened, signed

KEYS = 60


async def fill(store: DiskStore) -> None:
    for number in range(KEYS):
        store.keep(key(f"{number}"), entry(signed(number, 3000), tags=(f"{number % 3}",), sequence=store.sequence))
    await store.mark(["0"])
    await store.purge("github/9")
    await keep(store, key("last"), entry(signed(KEYS), sequence=store.sequence))


async def found(store: DiskStore) -> int:
    """How many are there; each is what was kept under its key."""
    count = 0
    for number in range(KEYS):
        for variant in await store.find(key(f"{number}")):
            assert is_whole(variant.content.body)
            assert int.from_bytes(variant.content.body[32:40], "big") == number
            assert variant.tags == (f"{number % 3}",)
            count += 1
    return count


async def works(store: DiskStore) -> None:
    """It keeps and finds again, without trouble."""
    for attempt in range(2):
        await keep(store, key(f"new {attempt}"), entry(b"new", sequence=store.sequence))
        await keep(store, key(f"new {attempt}"), entry(b"new", sequence=store.sequence))
    assert [v.content.body for v in await store.find(key("new 1"))] == [b"new"]
    stats = await store.stats()
    assert stats.degraded is None
    assert stats.entries > 0


def database_in(directory: Path) -> Path:
    (path,) = directory.glob("*.sqlite")
    return path


async def filled(directory: Path) -> Path:
    async with opened(directory) as store:
        await fill(store)
    return database_in(directory)


def garbage(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(path.stat().st_size))  # noqa: S311 -- any bytes


def truncated(share: float) -> Callable[[Path], None]:
    def truncate(path: Path) -> None:
        os.truncate(path, int(path.stat().st_size * share))

    return truncate


def of_another_schema(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()


def of_another_program(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE other (id)")
    connection.close()


def without_a_table(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE mark")
    connection.close()


def without_totals(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM total")
    connection.close()


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize(
    "spoil",
    [
        garbage,
        truncated(0),
        truncated(0.001),
        truncated(0.5),
        truncated(0.99),
        of_another_schema,
        of_another_program,
        without_a_table,
        without_totals,
        gone,
    ],
)
async def test_a_spoilt_database_is_made_anew(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    path = await filled(tmp_path)
    spoil(path)

    async with opened(tmp_path) as store:
        await found(store)
        await store.mark(["x"])
        await works(store)
    assert database_in(tmp_path).exists(), "and what was spoilt does not stay behind"


async def test_a_database_that_is_not_spoilt_is_not_made_anew(tmp_path: Path) -> None:
    path = await filled(tmp_path)

    async with opened(tmp_path) as store:
        assert await found(store) == KEYS - 1
        assert store.is_marked((await store.find(key("3")))[0])
        assert not store.is_marked((await store.find(key("4")))[0])
    assert database_in(tmp_path) == path


def remake(path: Path, content: bytes) -> None:
    """The file alone in its directory."""
    for other in path.parent.iterdir():
        other.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize("seed", range(int(os.environ.get("HEADGATE_FLIP_SEEDS", "6"))))
async def test_flipped_bits(tmp_path: Path, seed: int) -> None:
    path = await filled(tmp_path)
    whole = path.read_bytes()
    randomness = random.Random(seed)  # noqa: S311 -- places, no secrets
    for _ in range(12):
        spoilt = bytearray(whole)
        for _ in range(randomness.choice((1, 1, 1, 20))):
            spoilt[randomness.randrange(len(spoilt))] ^= 1 << randomness.randrange(8)
        remake(path, bytes(spoilt))
        async with opened(tmp_path) as store:
            await found(store)
            await store.mark(["x"])
            await works(store)


async def test_flipped_bits_in_bodies_cost_only_those(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    whole = bytearray(path.read_bytes())
    for number in (7, 8):
        at = whole.find(signed(number, 3000)[:48])
        assert at > 0
        whole[at + 40] ^= 1
    path.write_bytes(whole)

    async with opened(tmp_path) as store:
        before = (await store.stats()).entries
        assert await found(store) == KEYS - 3
        await works(store)
        assert (await store.stats()).entries == before - 2 + 2, "two were discarded, two are new"
    assert database_in(tmp_path) == path


@pytest.mark.parametrize("spoil", [garbage, truncated(0.3), gone])
async def test_spoilt_while_two_workers_use_it(tmp_path: Path, spoil: Callable[[Path], None]) -> None:
    clock = Clock()
    async with opened(tmp_path, clock=clock) as one, opened(tmp_path, memory_bytes=1000, clock=clock) as other:
        await fill(one)
        in_memory = one.glance(key("last"))[0]
        path = database_in(tmp_path)
        spoil(path)
        clock.now += 1
        await found(other)
        await one.mark(["y"])
        await works(one)
        await works(other)
        await keep(one, key("shared"), entry(b"shared", sequence=one.sequence))
        assert len(await other.find(key("shared"))) == 1
        if database_in(tmp_path) != path:
            assert one.is_marked(in_memory), "which marks were lost, nobody knows"
    async with opened(tmp_path) as store:
        await works(store)


@pytest.mark.parametrize("size", [0, 10, 4096, 2 * MIB])
async def test_a_spoilt_board_is_put_in_order(tmp_path: Path, size: int) -> None:
    await filled(tmp_path)
    (tmp_path / "board").write_bytes(random.Random(1).randbytes(size))  # noqa: S311 -- any bytes

    async with opened(tmp_path) as store, opened(tmp_path) as other:
        assert await found(other) == KEYS - 1
        assert not store.is_marked((await store.find(key("4")))[0])
        await works(store)


async def test_a_row_that_is_no_bytes_any_more(tmp_path: Path) -> None:
    path = await filled(tmp_path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE record SET data = 'text' WHERE id % 2")
        connection.execute("UPDATE record SET data = 5 WHERE NOT id % 2")
    connection.close()

    async with opened(tmp_path) as store:
        assert await found(store) == 0
        await works(store)


@pytest.mark.parametrize("number", ["9223372036854775807", "-5", "'text'", "x'00'", "NULL"])
@pytest.mark.parametrize(
    "column", ["mark SET sequence", "total SET floor", "entry SET bytes", "entry SET key", "total SET bytes"]
)
async def test_numbers_that_cannot_be(tmp_path: Path, column: str, number: str) -> None:
    path = await filled(tmp_path)
    with sqlite3.connect(path) as connection:
        if number == "NULL":  # the schema forbids it, a damaged disk does not
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_schema SET sql = replace(sql, ' NOT NULL', '')")
    connection.close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE {column} = {number}")
    connection.close()

    async with opened(tmp_path) as store:
        await found(store)
        await store.mark(["x"])
        await works(store)
        fresh = entry(tags=("0", "x"), sequence=store.sequence)
        assert not store.is_marked(fresh)
