"""Whose key was presented, and what becomes of it when the file changes."""

import asyncio
import logging
import os
from pathlib import Path
from typing import Any

import pytest

from app.call import Urgency
from app.callers.caller import Leave
from app.callers.entry import Entries, KeptHash, KeyEntry, is_name
from app.callers.key import digest, new_key
from app.callers.key_file import KeyFile
from app.callers.rates import RateRule
from app.callers.ring import KeyRing
from app.callers.scope import parse_rule
from app.callers.shared import UseTable
from app.settings.keys import key_file

ONE, OTHER, THIRD = (new_key() for _ in range(3))
NOW = 1_800_000_000.0


def entry(*keys: str, **more: Any) -> KeyEntry:
    return KeyEntry(tuple(KeptHash(digest(key)) for key in keys), **more)


def text(**keys: str) -> str:
    lines = (f"  {name}: {{hashes: [{{sha256: '{digest(key).hex()}'}}]}}" for name, key in keys.items())
    return "\n".join(["keys:", *lines, ""])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "keys.yaml"


def ring_of(file: Path, **given: KeyEntry) -> KeyRing:
    return KeyRing(given, key_file(file), bases=("/github/",))


def refresh(ring: KeyRing) -> None:
    asyncio.run(ring.refresh())


def name_of(ring: KeyRing, key: str, now: float = NOW) -> str | None:
    caller = ring.caller(key, now)
    return None if caller is None else caller.name


class TestGiven:
    def test_without_any(self) -> None:
        ring = KeyRing({})
        assert not ring.any
        assert ring.caller(ONE, NOW) is None

    def test_each_has_its_caller(self) -> None:
        ring = KeyRing({"ci": entry(ONE), "dash": entry(OTHER)})
        assert ring.any
        assert name_of(ring, ONE) == "ci"
        assert name_of(ring, OTHER) == "dash"

    @pytest.mark.parametrize(
        "text",
        ["", "hg_", ONE[:-1], ONE + "x", ONE.swapcase(), f" {ONE}", "hg_\udcff\x00é", "-" * 9_000],
        ids=[
            "none",
            "prefix",
            "shorter",
            "longer",
            "other case",
            "space",
            "no text",
            "long",
        ],  # a key is another each time
    )
    def test_nobodys(self, text: str) -> None:
        assert KeyRing({"ci": entry(ONE)}).caller(text, NOW) is None

    def test_two_keys_of_one_caller_are_good_at_once(self) -> None:
        ring = KeyRing({"ci": entry(ONE, OTHER)})
        assert ring.caller(ONE, NOW) is ring.caller(OTHER, NOW) is not None

    def test_one_that_has_ended(self) -> None:
        ended = KeyEntry((KeptHash(digest(ONE), NOW), KeptHash(digest(OTHER))))
        ring = KeyRing({"ci": ended})
        assert name_of(ring, ONE, NOW - 0.1) == "ci"
        assert name_of(ring, ONE, NOW) is None
        assert name_of(ring, OTHER, NOW) == "ci"
        assert ring.any

    def test_what_it_may(self) -> None:
        ring = KeyRing(
            {
                "plain": entry(ONE),
                "held": entry(
                    OTHER,
                    urgency=Urgency.BATCH,
                    operator=True,
                    allow=(parse_rule("repos/acme/*"),),
                    rate=RateRule(2, 60),
                    daily_points=3,
                ),
            },
            bases=("/github/",),
        )
        plain, held = ring.caller(ONE, NOW), ring.caller(OTHER, NOW)
        assert plain is not None
        assert held is not None
        assert (plain.urgency, plain.operator, plain.scope, plain.rate, plain.allowance) == (
            None,
            False,
            None,
            None,
            None,
        )
        assert plain.leave is Leave.READ
        assert (held.urgency, held.operator) == (Urgency.BATCH, True)
        assert held.scope is not None
        assert held.scope.leave("GET", "/github/repos/acme/x") is Leave.READ
        assert held.scope.leave("GET", "/github/user") is None
        assert held.rate is not None
        assert [held.rate.take().remaining for _ in range(3)] == [1, 0, 0]
        assert held.allowance is not None
        assert held.allowance.take(3) is None
        assert held.allowance.take(1) is not None

    def test_nothing_of_a_key_is_in_its_repr(self) -> None:
        held = entry(ONE)
        assert ONE not in repr(held)
        assert digest(ONE).hex() not in repr(held)
        assert repr(digest(ONE)) not in repr(held)


class TestFile:
    def test_it_is_taken_up_when_it_comes_and_when_it_changes(self, file: Path) -> None:
        ring = ring_of(file)
        assert not ring.any
        file.write_text(text(ci=ONE))
        assert name_of(ring, ONE) is None
        refresh(ring)
        assert ring.any
        assert name_of(ring, ONE) == "ci"
        file.write_text(text(dash=OTHER))
        refresh(ring)
        assert (name_of(ring, ONE), name_of(ring, OTHER)) == (None, "dash")

    def test_who_is_as_before_stays(self, file: Path) -> None:
        file.write_text(text(ci=ONE, dash=OTHER))
        ring = ring_of(file)
        before = ring.caller(ONE, NOW)
        file.write_text(text(ci=ONE, more=THIRD))
        refresh(ring)
        assert ring.caller(ONE, NOW) is before

    def test_the_same_file_is_not_read_again(self, file: Path) -> None:
        file.write_text(text(ci=ONE))
        reads: list[str] = []

        def parse(text: str) -> Entries:
            reads.append(text)
            return key_file(file).parse(text)

        ring = KeyRing({}, KeyFile(file, parse))
        refresh(ring)
        os.utime(file, ns=(1, 1))
        refresh(ring)
        refresh(ring)
        assert len(reads) == 2

    def test_a_broken_one_keeps_the_keys_and_is_told_once(self, file: Path, caplog: pytest.LogCaptureFixture) -> None:
        file.write_text(text(ci=ONE))
        ring = ring_of(file)
        file.write_text(f"keys: {{ci: {{hashes: [{{sha256: {OTHER}}}]}}, x: 1}}")
        for _ in range(3):
            refresh(ring)
        assert name_of(ring, ONE) == "ci"
        (record,) = [each for each in caplog.records if each.levelno >= logging.ERROR]
        assert "key file refused" in record.getMessage()
        assert "keys.x" in record.getMessage()
        assert OTHER not in caplog.text

    @pytest.mark.parametrize(
        "content",
        ["keys: {}", "keys:", "# nothing", "other: 1", "]", "- a", "keys: [a]", "\xff", "keys: " + "x" * 2**20],
    )
    def test_one_with_anything_in_it_closes_the_gateway(self, content: str, file: Path) -> None:
        file.write_text(content, encoding="latin-1")
        assert ring_of(file).any

    def test_an_empty_one_does_not(self, file: Path) -> None:
        file.touch()
        assert not ring_of(file).any

    @pytest.mark.parametrize("left", ["keys: {}", ""])
    def test_when_the_last_key_is_revoked_nobody_is_let_in(self, left: str, file: Path) -> None:
        file.write_text(text(ci=ONE))
        ring = ring_of(file)
        file.write_text(left)
        refresh(ring)
        assert name_of(ring, ONE) is None
        assert ring.any

    def test_when_it_is_removed_nobody_is_let_in_not_even_by_a_worker_that_comes_later(
        self, file: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        file.write_text(text(ci=ONE))
        table = UseTable()
        ring = KeyRing({}, key_file(file), table=table)
        file.unlink()
        refresh(ring)
        assert name_of(ring, ONE) is None
        assert ring.any
        assert KeyRing({}, key_file(file), table=table).any
        assert "nothing in it any more" in caplog.text

    def test_one_that_everybody_may_write_into_gives_nobody_a_key(self, file: Path) -> None:
        file.write_text(text(ci=ONE))
        file.chmod(0o602)
        ring = ring_of(file)
        assert ring.any
        assert name_of(ring, ONE) is None
        file.chmod(0o600)
        refresh(ring)
        assert name_of(ring, ONE) == "ci"

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        ring = ring_of(tmp_path)
        assert ring.any
        os.mkfifo(tmp_path / "pipe")
        assert ring_of(tmp_path / "pipe").any

    def test_an_unreachable_one_keeps_the_keys(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        place = tmp_path / "place"
        place.mkdir()
        (place / "keys.yaml").write_text(text(ci=ONE))
        ring = ring_of(place / "keys.yaml")
        place.rename(tmp_path / "moved")
        place.touch()  # its directory is none any more
        refresh(ring)
        refresh(ring)
        assert name_of(ring, ONE) == "ci"
        assert caplog.text.count("key file refused") == 1

    def test_the_configuration_wins(self, file: Path, caplog: pytest.LogCaptureFixture) -> None:
        file.write_text(text(ci=ONE, dash=OTHER))
        ring = ring_of(file, ci=entry(THIRD))
        assert (name_of(ring, ONE), name_of(ring, THIRD), name_of(ring, OTHER)) == (None, "ci", "dash")
        assert "left aside" in caplog.text

    def test_limits_outlast_a_change(self, file: Path) -> None:
        kept = f"hashes: [{{sha256: '{digest(ONE).hex()}'}}]"
        file.write_text(f"keys: {{ci: {{{kept}, rate: 2/min}}}}")
        ring = ring_of(file)
        caller = ring.caller(ONE, NOW)
        assert caller is not None
        assert caller.rate is not None
        caller.rate.take()
        file.write_text(f"keys: {{ci: {{{kept}, rate: 2/min, class: batch}}}}")
        refresh(ring)
        caller = ring.caller(ONE, NOW)
        assert caller is not None
        assert caller.rate is not None
        assert caller.urgency is Urgency.BATCH
        assert caller.rate.take().remaining == 0


@pytest.mark.parametrize("name", ["a", "0", "ci", "team-a.dash_1", "a" * 64])
def test_names(name: str) -> None:
    assert is_name(name)


@pytest.mark.parametrize("name", ["", "-", "-a", ".a", "A", "a b", "a" * 65, "local", "anonymous", "other", "ä", "a\n"])
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)
