"""`headgate keys`, as a person runs it."""

import io
import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app.callers.key import digest, looks_right, new_key
from app.callers.ring import KeyRing
from app.cli import main
from app.cli.keys import command, kept
from app.settings.keys import key_file
from app.settings.moments import moment_of

YAML = """\
callers: {{key_file: kept/keys.yaml, keys: {{given: {{hashes: [{{sha256: '{hash}'}}], class: batch}}}}}}
upstreams: {{github: {{kind: github}}}}
"""
NOW = 1_800_000_000.0
DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Ran:
    code: int
    output: str
    errors: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command in an empty directory and with nothing of ours in the environment."""
    for name in os.environ:
        if name.startswith(("HEADGATE", "GITHUB")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run_main(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            code = main(["keys", *arguments])
        except SystemExit as ended:  # argparse's way
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_main


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "keys.yaml"


def ring_of(file: Path) -> KeyRing:
    return KeyRing({}, key_file(file))


def surroundings(directory: Path, now: float = NOW) -> command.Surroundings:
    return command.Surroundings(None, {}, directory, io.StringIO(), io.StringIO(), now)


def output_of(given: command.Surroundings) -> str:
    assert isinstance(given.output, io.StringIO)
    return given.output.getvalue().strip()


class TestCreate:
    def test_the_key_alone_is_printed_and_only_its_hash_is_kept(self, run: Run, file: Path) -> None:
        ran = run("create", "dashboards")
        key = ran.output.removesuffix("\n")
        assert ran.code == 0
        assert looks_right(key)
        assert key not in ran.errors
        assert key not in file.read_text()
        assert digest(key).hex() in file.read_text()
        assert "made the key of dashboards, shown this once" in ran.errors
        assert "from now on nobody is served without a key" in ran.errors
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        caller = ring_of(file).caller(key, NOW)
        assert caller is not None
        assert caller.name == "dashboards"

    def test_the_second_is_not_the_first(self, run: Run) -> None:
        run("create", "one")
        assert "first" not in run("create", "two").errors

    def test_all_options(self, run: Run, file: Path) -> None:
        ran = run(
            "create", "ci", "--class", "batch", "--allow", "GET /api/v1/**", "--allow", "repos/acme/*",
            "--deny", "repos/acme/secret", "--rate", "100/min", "--daily-points", "2000", "--operator", "--expires", "90d",
        )  # fmt: skip
        assert ran.code == 0
        kept_of_it = kept.read(file)["ci"]
        (hashed,) = kept_of_it.pop("hashes")
        assert moment_of(hashed["expires"]) - moment_of(hashed["created"]) == 90 * DAY
        assert kept_of_it == {
            "class": "batch",
            "operator": True,
            "allow": ("GET /api/v1/**", "repos/acme/*"),
            "deny": ("repos/acme/secret",),
            "rate": "100/min",
            "daily_points": 2000,
        }

    def test_as_json(self, run: Run, tmp_path: Path) -> None:
        told = json.loads(run("create", "ci", "--json", "--expires", "2099-01-31").output)
        assert looks_right(told.pop("key"))
        assert told == {
            "name": "ci",
            "expires": "2099-01-31T00:00:00Z",
            "file": str(tmp_path / "var" / "keys.yaml"),
        }

    def test_a_name_that_is_taken(self, run: Run, file: Path) -> None:
        run("create", "ci")
        before = file.read_bytes()
        ran = run("create", "ci")
        assert (ran.code, ran.output) == (2, "")
        assert "there is a key called ci" in ran.errors
        assert file.read_bytes() == before

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            ((), "NAME"),
            (("Ci",), "expected the name of a caller"),
            (("local",), "expected the name of a caller"),
            (("ci", "--class", "fast"), "invalid choice"),
            (("ci", "--allow", "GET"), "expected a path after the methods"),
            (("ci", "--deny", "/a?b"), "expected a rule without a query"),
            (("ci", "--rate", "5"), "expected requests per window"),
            (("ci", "--daily-points", "0"), "expected a whole number from 1 to 1000000"),
            (("ci", "--expires", "soon"), "expected a span of time such as 90d, 12h or 30min, or a moment such as"),
            (("ci", "--expires", "2000-01-01"), "expected a moment that is still to come"),
        ],
    )
    def test_what_makes_no_sense(self, arguments: tuple[str, ...], words: str, run: Run, file: Path) -> None:
        ran = run("create", *arguments)
        assert (ran.code, ran.output) == (2, "")
        assert words in ran.errors
        assert not file.exists()

    def test_a_key_given_as_a_name_is_not_repeated(self, run: Run) -> None:
        key = new_key()
        assert key not in run("create", key).errors

    def test_two_at_once_keep_both(self, tmp_path: Path, file: Path) -> None:
        def create(number: int) -> int:
            return command.create(surroundings(tmp_path), f"n{number}", options={})

        with ThreadPoolExecutor(8) as threads:
            assert set(threads.map(create, range(24))) == {0}
        assert len(kept.read(file)) == 24
        assert [each.name for each in file.parent.iterdir()] == ["keys.yaml"]


class TestRotate:
    def test_both_are_good_until_the_overlap_is_over(self, tmp_path: Path, file: Path) -> None:
        first, second = surroundings(tmp_path), surroundings(tmp_path, NOW + 50)
        command.create(first, "ci", options={"rate": "5/s"})
        assert command.rotate(second, "ci", overlap_seconds=DAY) == 0
        ring = ring_of(file)
        for key in map(output_of, (first, second)):
            assert ring.caller(key, NOW + 50 + DAY - 1) is not None
        assert ring.caller(output_of(first), NOW + 50 + DAY) is None
        assert ring.caller(output_of(second), NOW + 1000 * DAY) is not None
        assert kept.read(file)["ci"]["rate"] == "5/s"

    def test_without_an_overlap_only_the_new_one_is_good(self, tmp_path: Path, file: Path) -> None:
        first, second = surroundings(tmp_path), surroundings(tmp_path)
        command.create(first, "ci", options={})
        command.rotate(second, "ci", overlap_seconds=0)
        assert ring_of(file).caller(output_of(first), NOW) is None
        assert ring_of(file).caller(output_of(second), NOW) is not None
        assert len(kept.read(file)["ci"]["hashes"]) == 1

    def test_the_next_lives_as_long_as_the_one_before(self, tmp_path: Path, file: Path) -> None:
        command.create(surroundings(tmp_path), "ci", options={}, expires_at=NOW + 90 * DAY)
        command.rotate(surroundings(tmp_path, NOW + 80 * DAY), "ci", overlap_seconds=DAY)
        old, new = kept.read(file)["ci"]["hashes"]
        assert moment_of(old["expires"]) == NOW + 81 * DAY
        assert moment_of(new["expires"]) == NOW + 170 * DAY

    def test_an_end_that_comes_sooner_stays(self, tmp_path: Path, file: Path) -> None:
        command.create(surroundings(tmp_path), "ci", options={}, expires_at=NOW + 100)
        command.rotate(surroundings(tmp_path), "ci", overlap_seconds=DAY, expires_at=NOW + 5 * DAY)
        assert [moment_of(each["expires"]) for each in kept.read(file)["ci"]["hashes"]] == [NOW + 100, NOW + 5 * DAY]

    def test_what_has_ended_is_forgotten(self, tmp_path: Path, file: Path) -> None:
        command.create(surroundings(tmp_path), "ci", options={}, expires_at=NOW + 100)
        for day in range(1, 5):
            command.rotate(surroundings(tmp_path, NOW + day * DAY), "ci", overlap_seconds=DAY / 2)
        assert len(kept.read(file)["ci"]["hashes"]) == 1

    @pytest.mark.parametrize("overlap", ["1", "-1h", "x", "5000000d"])
    def test_no_span(self, overlap: str, run: Run) -> None:
        run("create", "ci")
        assert "expected a span of time" in run("rotate", "ci", f"--overlap={overlap}").errors

    def test_whom_nobody_knows(self, run: Run) -> None:
        ran = run("rotate", "ci", "--overlap", "0")
        assert ran.code == 2
        assert "there is no key called ci" in ran.errors


class TestRevoke:
    def test_it_is_gone_and_the_file_stays(self, run: Run, file: Path) -> None:
        key = run("create", "ci").output.strip()
        run("create", "dash")
        assert run("revoke", "ci").code == 0
        assert ring_of(file).caller(key, NOW) is None
        ran = run("revoke", "dash")
        assert "no key is left, and nobody is served" in ran.errors
        assert ring_of(file).any

    def test_whom_nobody_knows(self, run: Run, file: Path) -> None:
        assert run("revoke", "ci").code == 2
        assert not file.exists()


class TestList:
    def test_for_people(self, run: Run) -> None:
        run("create", "ci", "--class", "batch", "--allow", "repos/acme/*", "--rate", "5/s")
        run("create", "op", "--operator", "--expires", "2099-01-31")
        lines = run("list").output.splitlines()
        assert [line.split() for line in lines] == [
            ["NAME", "KEYS", "ENDS", "CLASS", "RATE", "POINTS", "A", "DAY", "ALLOW", "DENY", "FROM"],
            ["ci", "1", "never", "batch", "5/s", "-", "repos/acme/*", "-", lines[1].split()[-1]],
            ["op", "1", "2099-01-31T00:00:00Z", "operator", "-", "-", "-", "-", lines[1].split()[-1]],
        ]

    def test_as_json_and_no_hash_in_full(self, run: Run, file: Path) -> None:
        key = run("create", "ci").output.strip()
        output = run("list", "--json").output
        (told,) = json.loads(output)
        assert told["hashes"][0]["good"] is True
        assert told["hashes"][0]["sha256"] == f"{digest(key).hex()[:8]}…"
        assert digest(key).hex() not in output
        assert told["from"] == str(file)

    def test_one_that_has_ended(self, tmp_path: Path) -> None:
        command.create(surroundings(tmp_path), "ci", options={}, expires_at=NOW + 1)
        given = surroundings(tmp_path, NOW + 2)
        command.show_list(given, as_json=False)
        assert output_of(given).splitlines()[1].split()[:3] == ["ci", "0", "ended"]

    def test_none(self, run: Run) -> None:
        assert run("list") == Ran(0, "", "no keys: headgate keys create NAME makes one\n")
        assert run("list", "--json").output == "[]\n"


class TestHash:
    def test_of_a_key(self, run: Run) -> None:
        key = new_key()
        assert run("hash", stdin=f" {key}\n") == Ran(0, digest(key).hex() + "\n", "")

    @pytest.mark.parametrize(
        ("text", "why"),
        [("", "does not begin with hg_"), ("hunter2", "does not begin"), ("hg_x", "is missing or wrong")],
    )
    def test_a_word_is_no_key(self, text: str, why: str, run: Run) -> None:
        ran = run("hash", stdin=text)
        assert (ran.code, ran.output) == (2, "")
        assert why in ran.errors
        assert "hunter2" not in ran.errors


class TestConfigured:
    @pytest.fixture(autouse=True)
    def configured(self, tmp_path: Path) -> None:
        (tmp_path / "x.yaml").write_text(YAML.format(hash="ab" * 32))

    def test_the_file_is_where_it_says(self, run: Run, tmp_path: Path) -> None:
        ran = run("create", "ci", "--config", "x.yaml")
        assert ran.code == 0
        assert "first" not in ran.errors
        assert list(kept.read(tmp_path / "kept" / "keys.yaml")) == ["ci"]

    def test_what_stands_in_the_configuration_is_listed_and_left_alone(self, run: Run) -> None:
        assert run("list", "--config", "x.yaml").output.splitlines()[1].split()[::8] == ["given", "x.yaml"]
        for arguments in (("create",), ("rotate",), ("revoke",)):
            ran = run(*arguments, "given", "--config", "x.yaml")
            assert (ran.code, ran.output) == (2, "")
            assert "x.yaml" in ran.errors

    def test_a_configuration_at_fault(self, run: Run) -> None:
        assert run("create", "ci", "--config", "none.yaml").code == 2


class TestFile:
    @pytest.mark.parametrize("content", ["keys: {ci: {}}", "]", "other: 1"])
    def test_one_that_is_broken_is_not_written_over(self, content: str, run: Run, file: Path) -> None:
        file.parent.mkdir()
        file.write_text(content)
        for arguments in (("create", "new"), ("revoke", "ci"), ("list",)):
            ran = run(*arguments)
            assert (ran.code, ran.output) == (2, "")
            assert "is no file of keys: " in ran.errors
        assert file.read_text() == content

    def test_one_in_another_encoding(self, run: Run, file: Path) -> None:
        file.parent.mkdir()
        file.write_bytes(b"\xff")
        assert run("list").errors.endswith("is no file of keys: it is not in UTF-8\n")

    def test_where_none_can_be(self, run: Run, tmp_path: Path) -> None:
        (tmp_path / "var").write_text("a file in its way")
        ran = run("create", "ci")
        assert (ran.code, ran.output) == (1, "")
        assert "cannot be written: " in ran.errors
        assert run("list").code == 1

    def test_through_a_link(self, run: Run, tmp_path: Path, file: Path) -> None:
        (tmp_path / "elsewhere").mkdir()
        file.parent.mkdir()
        file.symlink_to(tmp_path / "elsewhere" / "keys.yaml")
        assert run("create", "ci").code == 0
        assert file.is_symlink()
        assert list(kept.read(tmp_path / "elsewhere" / "keys.yaml")) == ["ci"]

    def test_a_group_that_may_read_it_still_may(self, run: Run, file: Path) -> None:
        run("create", "ci")
        file.chmod(0o666)
        run("create", "dash")
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_any_text_comes_back(self, file: Path) -> None:
        keys: dict[str, dict[str, Any]] = {
            "null": {"hashes": [{"sha256": "0" * 62 + "e1"}, {"sha256": "1" * 64}], "allow": ("GET /a'\"\\b%c",)},
            "1": {"hashes": [{"sha256": "a" * 64, "expires": "2027-01-31"}], "operator": True, "daily_points": 5},
        }
        with kept.changing(file) as written:
            written.update(keys)
        assert kept.read(file) == keys
