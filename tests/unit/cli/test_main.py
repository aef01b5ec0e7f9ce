"""The command line: what it understands, what it answers, and with which exit code."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app import __version__
from app.cli import main
from app.cli.help_texts import EXIT_CODES

VALID = "upstreams: {github: {kind: github, token: ghp_of_this_test}}\n"


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

    def run_main(*arguments: str) -> Ran:
        try:
            code = main(arguments)
        except SystemExit as ended:  # argparse's way
            code = int(ended.code or 0)
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run_main


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "valid.yaml").write_text(VALID, encoding="utf-8")
    return "valid.yaml"


def test_version(run: Run) -> None:
    assert run("--version") == Ran(0, f"headgate {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ("serve", "demo", "config", "cache", "--version", EXIT_CODES)),
        (("serve",), ("--config FILE", "--host H", "--port P", "--workers N", EXIT_CODES)),
        (("demo",), ("--host H", "--port P", "--workers N", "--tick-seconds S")),
        (("config",), ("check", "show", "schema")),
        (("config", "check"), ("--config FILE", "--port P")),
        (("config", "show"), ("--json",)),
        (("config", "schema"), ()),
        (("cache",), ("stats", "purge")),
        (("cache", "stats"), ("--config FILE", "--json")),
        (("cache", "purge"), ("--config FILE", "PATTERN", "https://api.github.com/repos/acme/*")),
    ],
)
def test_help(arguments: tuple[str, ...], words: tuple[str, ...], run: Run) -> None:
    ran = run(*arguments, "--help")
    assert (ran.code, ran.errors) == (0, "")
    assert ran.output.startswith(f"usage: {' '.join(('headgate', *arguments))} ")
    for word in words:
        assert word in ran.output


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("server",),
        ("serve", "--prot", "1"),
        ("serve", "extra"),
        ("config",),
        ("config", "list"),
        ("config", "schema", "--json"),
        ("cache",),
        ("cache", "list"),
        ("cache", "purge", "one", "two"),
        ("demo", "--config", "x.yaml"),
        ("demo", "--tick-seconds", "soon"),
        ("demo", "--tick-seconds", "inf"),
        ("demo", "--tick-seconds=-0.5"),
    ],
)
def test_what_is_no_command_is_told_with_the_usage(arguments: tuple[str, ...], run: Run) -> None:
    ran = run(*arguments)
    assert (ran.code, ran.output) == (2, "")
    assert ran.errors.startswith("usage: headgate ")
    assert "error: " in ran.errors


class TestConfig:
    def test_check_of_a_valid_file(self, run: Run, file: str) -> None:
        assert run("config", "check", "--config", file) == Ran(
            0, "configuration is valid: valid.yaml, 1 upstream (github)\n", ""
        )

    def test_check_takes_the_options_of_serve(self, run: Run, file: str) -> None:
        ran = run("config", "check", "--config", file, "--port", "x", "--workers", "0", "--host", "a b")
        assert (ran.code, ran.output) == (2, "")
        assert [line.partition(":")[0] for line in ran.errors.splitlines()] == [
            "server.host",
            "server.port",
            "server.workers",
        ]
        assert "command line --port" in ran.errors

    def test_check_of_a_file_that_is_not_there(self, run: Run) -> None:
        ran = run("config", "check", "--config", "nowhere.yaml")
        assert (ran.code, ran.output) == (2, "")
        assert ran.errors.count("\n") == 1
        assert "nowhere.yaml" in ran.errors

    def test_show_masks_the_token(self, run: Run, file: str) -> None:
        ran = run("config", "show", "--config", file, "--port", "9000")
        assert (ran.code, ran.errors) == (0, "")
        assert "ghp_of_this_test" not in ran.output
        (line,) = (line for line in ran.output.splitlines() if line.startswith("server.port "))
        assert line.split() == ["server.port", "=", "9000", "#", "command", "line", "--port"]

    def test_show_as_json(self, run: Run, file: str) -> None:
        ran = run("config", "show", "--json", "--config", file)
        assert json.loads(ran.output)["upstreams.github.token"]["value"] == "********"

    def test_schema_needs_no_configuration(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HEADGATE_CONFIG", "nowhere.yaml")
        ran = run("config", "schema")
        assert (ran.code, ran.errors) == (0, "")
        assert json.loads(ran.output)["$schema"]

    def test_the_environment_is_read(self, run: Run, file: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HEADGATE_CONFIG", file)
        monkeypatch.setenv("HEADGATE_SERVER__PORT", "9001")
        ran = run("config", "show")
        assert "environment HEADGATE_SERVER__PORT" in ran.output
        assert "valid.yaml" in ran.output


class TestCache:
    def test_both_actions(self, run: Run, file: str) -> None:
        assert run("cache", "stats", "--config", file) == Ran(
            0, "var/cache: 0 entries, 0 bytes of 512 MiB (0.0 %)\n", ""
        )
        assert json.loads(run("cache", "stats", "--json", "--config", file).output)["entries"] == 0
        assert run("cache", "purge", "github/*", "--config", file) == Ran(0, "forgotten: 0 entries\n", "")
        assert run("cache", "purge", "--config", file) == Ran(0, "forgotten: 0 entries\n", "")

    def test_faults_are_exit_code_2(self, run: Run, file: str) -> None:
        assert run("cache", "stats", "--config", "nowhere.yaml").code == 2
        assert run("cache", "purge", "gitlab/*", "--config", file).code == 2


class TestServe:
    @pytest.mark.parametrize("command", ["serve", "demo"])
    def test_faults_are_told_one_line_each_and_what_is_ignored_too(
        self, command: str, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HEADGATE_PORT", "1")
        ran = run(command, "--port", "70000", "--workers", "none")
        assert (ran.code, ran.output) == (2, "")
        assert [line.partition(" ")[0] for line in ran.errors.splitlines()] == [
            "warning:",
            "server.port:",
            "server.workers:",
        ]

    @pytest.mark.parametrize("mode", [0o644, 0o640])
    def test_a_key_that_others_could_read_stops_the_start(self, run: Run, file: str, tmp_path: Path, mode: int) -> None:
        key = tmp_path / "var" / "identity.key"
        key.parent.mkdir()
        key.write_bytes(b"k" * 32)
        key.chmod(mode)
        assert run("serve", "--config", file, "--port", "0") == Ran(
            2,
            "",
            "identity.key_file: expected a file that nobody but its owner may use (chmod 600), got one of mode "
            f"{mode:04o} (default)\n",
        )

    def test_a_missing_file_is_told(self, run: Run) -> None:
        ran = run("serve", "--config", "nowhere.yaml")
        assert (ran.code, ran.output) == (2, "")
        assert "nowhere.yaml" in ran.errors


def test_stand_ins_that_do_not_come_up_are_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert run("demo", "--port", "0") == Ran(1, "", "cannot start: the stand-ins did not come up\n")
