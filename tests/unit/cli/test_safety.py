"""Commands and what would be unsafe to serve: `serve` refuses it, what makes it safe or only looks goes on."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import main

YAML = "server: {host: 0.0.0.0, port: 0}\nupstreams: {github: {kind: github, token: ghp_of_this_test}}\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    for name in os.environ:
        if name.startswith(("HEADGATE", "GITHUB")):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.yaml").write_text(YAML)
    return lambda *arguments: main([*arguments, "--config", "x.yaml"])


@pytest.mark.parametrize("command", [("serve",), ("config", "check")])
def test_what_would_serve_it_refuses(
    command: tuple[str, ...], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("server.host: expected 127.0.0.1 as long as callers need no key: ")
    assert told.err.count("\n") == 1


@pytest.mark.parametrize(
    "command", [("config", "show"), ("cache", "stats"), ("keys", "list"), ("keys", "create", "me")]
)
def test_what_looks_or_makes_it_safe_goes_on(
    command: tuple[str, ...], run: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command) == 0
    capsys.readouterr()


def test_with_a_key_it_is_safe(run: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("keys", "create", "me") == 0
    assert run("config", "check") == 0
    capsys.readouterr()
