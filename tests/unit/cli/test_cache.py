"""`headgate cache stats | purge`, on a store of its own."""

import asyncio
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from app.cli import cache
from app.cli.amounts import readable_size
from app.transport.caching.disk import DiskStore
from app.transport.caching.entry import Content, Entry, Key

YAML = """\
cache: {path: kept, max_bytes: 10MiB}
upstreams:
  github: {kind: github}
  ghes: {kind: github, base_url: 'https://ghes.example/api/v3/'}
api: {github: github}
"""
TARGETS = ("repos/acme/rocket", "repos/acme/rocket/tags?page=2", "users/mira")


class Ran:
    """What one command did."""

    def __init__(self, command: Any, directory: Path, **more: Any) -> None:
        output, errors = io.StringIO(), io.StringIO()
        self.code = command(
            config_path=Path("x.yaml"),
            environ={},
            working_directory=directory,
            output=output,
            errors=errors,
            **more,
        )
        self.output, self.errors = output.getvalue(), errors.getvalue()

    @property
    def told(self) -> tuple[int, str, str]:
        return self.code, self.output, self.errors


def purged(directory: Path, pattern: str | None = None) -> Ran:
    return Ran(cache.purge, directory, pattern=pattern)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "x.yaml").write_text(YAML, encoding="utf-8")
    return tmp_path


@pytest.fixture
def filled(directory: Path) -> Path:
    """The same with each target of each upstream in the store."""

    async def fill() -> None:
        store = DiskStore(directory / "kept", 10 * 2**20, 2**20)
        await store.open()
        for upstream in ("github", "ghes"):
            for target in TARGETS:
                headers = CIMultiDictProxy(CIMultiDict({"ETag": '"1"'}))
                entry = Entry(200, headers, Content(b"x" * 1000), requested_at=0, born_at=0, fresh_seconds=60)
                store.keep(Key(upstream, "anonymous", target), entry)
        await store.close()

    asyncio.run(fill())
    return directory


def test_how_much_is_kept(filled: Path) -> None:
    ran = Ran(cache.stats, filled)

    assert (ran.code, ran.errors) == (0, "")
    assert ran.output.startswith("kept: 6 entries, ")
    assert " KiB of 10 MiB (0.1 %)\n" in ran.output


def test_how_much_is_kept_as_json(filled: Path) -> None:
    ran = Ran(cache.stats, filled, as_json=True)

    told = json.loads(ran.output)
    assert told.pop("bytes") > 6_000
    assert told == {"path": "kept", "entries": 6, "max_bytes": 10 * 2**20, "degraded": None}


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        (None, "6 entries"),
        ("*", "6 entries"),
        ("github", "3 entries"),
        ("github/repos/acme/*", "2 entries"),
        ("https://ghes.example/api/v3/users/*", "1 entry"),
        ("ghes/nothing", "0 entries"),
    ],
)
def test_what_matches_is_forgotten(filled: Path, pattern: str | None, words: str) -> None:
    assert purged(filled, pattern).told == (0, f"forgotten: {words}\n", "")
    assert purged(filled).output == f"forgotten: {_left(words)}\n"


def _left(words: str) -> str:
    left = 6 - int(words.split(maxsplit=1)[0])
    return f"{left} {'entry' if left == 1 else 'entries'}"


def test_a_pattern_that_can_match_nothing_is_a_fault_of_the_command_line(filled: Path) -> None:
    ran = purged(filled, "gitlab/*")

    assert (ran.code, ran.output) == (2, "")
    assert ran.errors == (
        "PATTERN: expected a pattern that begins with the name of an upstream (github, ghes) or with * (command line)\n"
    )


@pytest.mark.parametrize("command", [Ran, purged])
def test_looking_makes_no_store(command: Any, directory: Path) -> None:
    ran = Ran(cache.stats, directory) if command is Ran else purged(directory)

    assert (ran.code, ran.errors) == (0, "")
    assert ran.output in {"kept: 0 entries, 0 bytes of 10 MiB (0.0 %)\n", "forgotten: 0 entries\n"}
    assert not (directory / "kept").exists()


@pytest.mark.parametrize("command", [cache.stats, cache.purge])
def test_a_store_in_memory_is_the_workers_own(command: Any, directory: Path) -> None:
    (directory / "x.yaml").write_text("cache: {store: memory}\nupstreams: {github: {kind: github}}\n")

    ran = Ran(command, directory, **({"pattern": None} if command is cache.purge else {}))

    assert (ran.code, ran.output) == (2, "")
    assert ran.errors == (
        "cache.store: expected disk for this command, since with memory each worker has a cache of its own; ask the workers: "
        "GET or DELETE /api/v1/cache, on the gateway's own machine (x.yaml:1)\n"
    )


@pytest.mark.parametrize("command", [cache.stats, cache.purge])
def test_faults_of_the_configuration_are_told(command: Any, directory: Path) -> None:
    (directory / "x.yaml").write_text("cache: {store: tape}\nupstreams: {github: {kind: github}}\n")

    ran = Ran(command, directory, **({"pattern": None} if command is cache.purge else {}))

    assert ran.told == (2, "", "cache.store: expected memory or disk (x.yaml:1)\n")


@pytest.mark.parametrize("command", [cache.stats, cache.purge])
def test_somebody_elses_store_is_left_alone(command: Any, filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = (filled / "kept").stat().st_uid
    before = sorted((filled / "kept").iterdir())
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)

    ran = Ran(command, filled, **({"pattern": None} if command is cache.purge else {}))

    assert ran.told == (1, "", f"kept belongs to another user (uid {owner}): run this command as that user\n")
    assert sorted((filled / "kept").iterdir()) == before


def test_a_store_that_is_not_well_is_told_and_exit_code_1(directory: Path) -> None:
    (directory / "kept").write_bytes(b"a file where a directory should be")

    stats, purge = Ran(cache.stats, directory), purged(directory)

    assert (stats.code, purge.code) == (1, 1)
    assert stats.errors.startswith("the store is not well: ")
    assert purge.errors == stats.errors


@pytest.mark.parametrize(
    ("size_bytes", "words"),
    [
        (0, "0 bytes"),
        (1023, "1,023 bytes"),
        (1024, "1 KiB"),
        (1536, "1.5 KiB"),
        (2**20 - 1, "1,024 KiB"),
        (512 * 2**20, "512 MiB"),
        (3 * 2**40, "3,072 GiB"),
    ],
)
def test_sizes_for_people(size_bytes: int, words: str) -> None:
    assert readable_size(size_bytes) == words
