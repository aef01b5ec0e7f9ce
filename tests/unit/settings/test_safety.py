"""Beyond this machine nothing is served with the gateway's credentials to whoever comes along."""

from pathlib import Path
from typing import Any

import pytest

from app.settings import load_settings
from app.settings.safety import is_loopback

TOKEN = "callers: {}\nupstreams: {github: {kind: github, token: ghp_of_this_test}}\n"
ELSEWHERE = {"server.host": "0.0.0.0"}


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.9.10", "::1", "localhost", "localhost.", "LOCALHOST", "a.localhost"]
)
def test_on_this_machine_it_just_works(host: str, load: Any) -> None:
    assert is_loopback(host)
    assert load(TOKEN, options={"server.host": host}).unsafe == ()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.7", "gate.example", "localhost.example", "xlocalhost"])
def test_elsewhere_with_a_token_and_without_keys_it_does_not_start(host: str, faults_of: Any) -> None:
    assert not is_loopback(host)
    assert faults_of(TOKEN, options={"server.host": host}) == [
        (
            "server.host: expected 127.0.0.1 as long as callers need no key: anybody else who reaches it would ask with the "
            "credential of upstreams.github (make a key by: headgate keys create NAME; or, where whoever reaches it may use "
            "that credential, set callers.open_to_all: true) (command line --host)"
        )
    ]


def test_where_the_address_comes_from_is_told(faults_of: Any) -> None:
    (told,) = faults_of(f"server: {{host: '::'}}\n{TOKEN}")
    assert told.endswith("(x.yaml:1)")
    (told,) = faults_of(TOKEN, environ={"HEADGATE_SERVER__HOST": "::"})
    assert told.endswith("(environment HEADGATE_SERVER__HOST)")


@pytest.mark.parametrize(
    "upstream",
    [
        "{kind: github, token_file: secret}",
        "{kind: facebook, app_secret: hidden_by_this_test}",
        "{kind: http, base_url: 'http://x/', token: hidden_by_this_test}",
    ],
)
def test_any_credential_counts(upstream: str, faults_of: Any, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hidden_by_this_test")
    (told,) = faults_of(f"upstreams: {{one: {upstream}}}", options=ELSEWHERE)
    assert "the credential of upstreams.one" in told
    assert "hidden" not in told


def test_so_does_the_token_of_the_environment(faults_of: Any) -> None:
    (told,) = faults_of(environ={"GITHUB_TOKEN": "ghp_of_this_test"}, options=ELSEWHERE)
    assert told.startswith("server.host: expected 127.0.0.1 ")


def test_without_a_credential_there_is_nothing_to_protect(load: Any) -> None:
    assert load(options=ELSEWHERE).settings.server.host == "0.0.0.0"


def test_with_keys_it_starts(load: Any, tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "keys.yaml").write_text("keys: {}\n")
    assert load(TOKEN, options=ELSEWHERE).settings.server.host == "0.0.0.0"


def test_an_empty_file_holds_no_keys(faults_of: Any, tmp_path: Path) -> None:
    (tmp_path / "none").touch()
    assert len(faults_of(TOKEN.replace("{}", "{key_file: none}", 1), options=ELSEWHERE)) == 1


def test_who_says_so_may_open_it_to_all(load: Any) -> None:
    loaded = load(TOKEN.replace("{}", "{open_to_all: true}", 1), options=ELSEWHERE)
    assert loaded.settings.callers.open_to_all


def test_commands_that_do_not_serve_are_told_and_go_on(tmp_path: Path) -> None:
    loaded = load_settings(
        environ={"GITHUB_TOKEN": "ghp_of_this_test"},
        command_line=ELSEWHERE,
        working_directory=tmp_path,
        for_serving=False,
    )
    assert [fault.path for fault in loaded.unsafe] == ["server.host"]


def test_an_address_that_is_none_is_told_once(faults_of: Any) -> None:
    assert len(faults_of(TOKEN, options={"server.host": "a b"})) == 1
