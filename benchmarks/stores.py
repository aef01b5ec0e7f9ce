"""SQLite as our store uses it, beside LMDB: python -m benchmarks.stores

LMDB is no dependency of ours: `pip install lmdb` first, or only SQLite is measured. Bodies of 7 KB, a hundred thousand
entries. The last line for each is what a process makes of its file cut in half while it has it open.
"""

import importlib
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol, cast

from app.transport.caching import database
from app.transport.caching.database import Row

ENTRIES, BATCH, READS = 100_000, 100, 20_000
BODY = random.Random(1).randbytes(7_000)  # noqa: S311 -- the same bytes in each run


def number_of(number: int) -> int:
    return int.from_bytes(blake2b(number.to_bytes(8, "little"), digest_size=8).digest(), "little") >> 1


class Engine(Protocol):
    def write(self, numbers: range) -> None: ...
    def read(self, number: int) -> bytes | None: ...
    def close(self) -> None: ...


class Sqlite:
    def __init__(self, directory: Path) -> None:
        path = directory / "replies.sqlite"
        if not path.exists():
            database.create(path, floor=0)
        self._connection = database.connect(path, timeout_seconds=1)

    def write(self, numbers: range) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        rows = [Row(number_of(n), number_of(n), f"github/repos/acme/{n}", n, BODY) for n in numbers]
        database.keep(self._connection, rows)
        self._connection.execute("COMMIT")
        if numbers.start % 500 == 0:
            self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def read(self, number: int) -> bytes | None:
        found = database.records(self._connection, number_of(number), 16)
        return cast("bytes", found[0][1]) if found else None

    def close(self) -> None:
        self._connection.close()


class Lmdb:
    def __init__(self, directory: Path) -> None:
        lmdb: Any = importlib.import_module("lmdb")
        self._environment = lmdb.open(str(directory), map_size=4 << 30, max_dbs=4, sync=False)
        self._records = self._environment.open_db(b"record")
        self._uses = self._environment.open_db(b"use")

    def write(self, numbers: range) -> None:
        with self._environment.begin(write=True) as transaction:
            for number in numbers:
                key = number_of(number).to_bytes(8, "big")
                transaction.put(key, BODY, db=self._records)
                transaction.put(number.to_bytes(8, "big"), key, db=self._uses)

    def read(self, number: int) -> bytes | None:
        with self._environment.begin() as transaction:
            found: bytes | None = transaction.get(number_of(number).to_bytes(8, "big"), db=self._records)
            return found

    def close(self) -> None:
        self._environment.close()


ENGINES: dict[str, Callable[[Path], Engine]] = {"sqlite": Sqlite, "lmdb": Lmdb}


def main() -> None:
    if len(sys.argv) == 3:
        read_what_is_cut_off(ENGINES[sys.argv[1]], Path(sys.argv[2]))
        return
    for name, engine in ENGINES.items():
        try:
            importlib.import_module("lmdb" if name == "lmdb" else "sqlite3")
        except ImportError:
            continue
        with TemporaryDirectory(dir=Path.cwd()) as directory:
            print(name)
            for what, figure in figures(name, engine, Path(directory)):
                print(f"    {what:<42}{figure:>12}")


def figures(name: str, engine: Callable[[Path], Engine], directory: Path) -> Iterator[tuple[str, str]]:
    opened = engine(directory)
    began = time.perf_counter()
    for first in range(0, ENTRIES, BATCH):
        opened.write(range(first, first + BATCH))
    yield f"write, {BATCH} in a transaction", per(began, ENTRIES)
    opened.close()
    began = time.perf_counter()
    opened = engine(directory)
    opened.read(1)
    yield "open, and read one", f"{(time.perf_counter() - began) * 1e3:.1f} ms"
    chosen = random.Random(2).sample(range(ENTRIES), READS)  # noqa: S311 -- the same reads in each run
    for what, offset in (("read", 0), ("read what is not there", ENTRIES)):
        began = time.perf_counter()
        for number in chosen:
            assert (opened.read(number + offset) is None) == (offset > 0)
        yield what, per(began, READS)
    began = time.perf_counter()
    for number in range(200):
        opened.write(range(number, number + 1))
    yield "replace one in a transaction", per(began, 200)
    opened.close()
    size = sum(path.stat().st_size for path in directory.iterdir())
    yield "file, beside the bodies alone", f"{size / ENTRIES / len(BODY) - 1:+.0%}"
    child = subprocess.run([sys.executable, "-m", "benchmarks.stores", name, str(directory)], check=False)
    yield "its file is cut in half: exit code", str(child.returncode)


def read_what_is_cut_off(engine: Callable[[Path], Engine], directory: Path) -> None:
    opened = engine(directory)
    opened.read(1)
    largest = max(directory.iterdir(), key=lambda path: path.stat().st_size)
    os.truncate(largest, largest.stat().st_size // 2)
    try:
        for number in range(0, ENTRIES, 50):
            opened.read(number)
    except sqlite3.DatabaseError:
        return  # can be handled


def per(began: float, count: int) -> str:
    return f"{(time.perf_counter() - began) / count * 1e6:.1f} µs"


if __name__ == "__main__":
    main()
