"""Callers' keys in the configuration, and in a file of their own by the same rules."""

import sys
from pathlib import Path
from typing import Any

import pytest

from app.call import Urgency
from app.callers.entry import KeptHash, KeyEntry
from app.callers.key import new_key
from app.callers.key_file import UnreadableKeys
from app.callers.rates import RateRule
from app.callers.scope import parse_rule
from app.cli import config
from app.settings.keys import entries_of, keys_in
from app.settings.moments import moment_of, written_moment

HASH = "ab" * 32
OTHER_HASH = "cd" * 32
UPSTREAMS = "upstreams: {github: {kind: github, token: ghp_of_this_test}}\n"
FULL = f"""\
    ci.main-1:
      hashes:
        - {{sha256: '{HASH}', created: '2026-11-25T04:00:00Z', expires: '2027-01-31'}}
        - {{sha256: '{OTHER_HASH}'}}
      class: batch
      operator: true
      allow: ['GET /api/v1/**', repos/acme/*]
      deny: [repos/acme/secret]
      rate: 100/min
      daily_points: 2000
"""
SAID = {
    "ci.main-1": KeyEntry(
        (KeptHash(bytes.fromhex(HASH), 1_801_353_600.0), KeptHash(bytes.fromhex(OTHER_HASH))),
        Urgency.BATCH,
        True,
        (parse_rule("GET /api/v1/**"), parse_rule("repos/acme/*")),
        (parse_rule("repos/acme/secret"),),
        RateRule(100, 60),
        2_000,
    )
}


def with_keys(keys: str) -> str:
    return f"callers:\n  keys:\n{keys}{UPSTREAMS}"


def test_all_of_it_in_the_configuration(load: Any) -> None:
    assert entries_of(load(with_keys(FULL)).settings.callers.keys) == SAID


def test_and_in_a_file(tmp_path: Path) -> None:
    assert entries_of(keys_in(f"keys:\n{FULL}", "keys.yaml")) == SAID
    assert entries_of(keys_in("", "keys.yaml")) == entries_of(keys_in("keys:\n", "keys.yaml")) == {}


def test_the_environment_sets_one_too(load: Any) -> None:
    environ = {"HEADGATE_CALLERS__KEYS__CI__RATE": "5/s", "HEADGATE_CALLERS__KEYS__CI__CLASS": "normal"}
    loaded = load(with_keys(f"    ci: {{hashes: [{{sha256: '{HASH}'}}], rate: 1/s}}\n"), environ=environ)
    assert entries_of(loaded.settings.callers.keys)["ci"].rate == RateRule(5, 1)
    assert str(loaded.source("callers.keys.ci.class")) == "environment HEADGATE_CALLERS__KEYS__CI__CLASS"


FAULTS = [
    ("ci: {hashes: []}", "ci.hashes: expected at least one hash of a key, as `headgate keys hash` prints it"),
    ("ci: {}", "ci.hashes: expected a list of sections, since there is no default"),
    ("ci:", "ci.hashes: expected a list of sections, since there is no default"),
    ("ci: {hashes: [{sha256: 'ab'}]}", "ci.hashes[0].sha256: expected the SHA-256 of a key, 64 hexadecimal digits"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], class: fast}}", "ci.class: expected one of interactive, normal, batch"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], rate: 5}}", "ci.rate: expected requests per window, such as 10/s"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], rate: 5/m}}", "ci.rate: expected requests per window, such as 10/s"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], allow: GET}}", "ci.allow: expected a list of rules, each of methods and a path"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], deny: [GET]}}", "ci.deny: expected a path after the methods"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], daily_points: 0}}", "ci.daily_points: expected a whole number from 1"),
    (f"ci: {{hashes: [{{sha256: '{HASH}'}}], alow: [x]}}", "ci.alow: expected the name of a setting of callers.keys.ci; did you"),
    (f"ci: {{hashes: [{{sha256: '{HASH}', expires: soon}}]}}", "ci.hashes[0].expires: expected a moment such as"),
    (f"CI: {{hashes: [{{sha256: '{HASH}'}}]}}", "CI: expected the name of a caller: at most 64 lower-case letters"),
    (f"local: {{hashes: [{{sha256: '{HASH}'}}]}}", "local: expected the name of a caller"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "fault"), FAULTS)
def test_faults_are_the_same_in_both(key: str, fault: str, faults_of: Any) -> None:
    (told,) = faults_of(with_keys(f"    {key}\n"))
    assert told.startswith(f"callers.keys.{fault}")
    assert told.endswith("(x.yaml:3)")
    with pytest.raises(UnreadableKeys) as caught:
        keys_in(f"keys:\n  {key}\n", "keys.yaml")
    assert str(caught.value).startswith(f"keys.{fault}")
    assert str(caught.value).endswith("(keys.yaml:2)")


def test_a_key_that_two_have(faults_of: Any) -> None:
    keys = f"    a: {{hashes: [{{sha256: '{HASH}'}}]}}\n    b: {{hashes: [{{sha256: '{HASH}'}}]}}\n"
    assert [told.partition(":")[0] for told in faults_of(with_keys(keys))] == [
        "callers.keys.a.hashes[0].sha256",
        "callers.keys.b.hashes[0].sha256",
    ]
    with pytest.raises(UnreadableKeys, match="a key of its own for each caller"):
        keys_in(f"keys:\n{keys}", "keys.yaml")


@pytest.mark.parametrize("place", ["hashes: [{sha256: KEY}]", "rate: KEY", "allow: [KEY]", "class: KEY", "KEY: 1"])
def test_a_key_itself_is_never_shown(place: str, faults_of: Any) -> None:
    key = new_key()
    faults = faults_of(with_keys(f"    ci: {{{place.replace('KEY', key)}}}\n"))
    assert all(key not in told for told in faults)
    with pytest.raises(UnreadableKeys) as caught:
        keys_in(f"keys: {{ci: {{{place.replace('KEY', key)}}}}}", "keys.yaml")
    assert key not in str(caught.value)
    assert caught.value.__cause__ is None


def test_where_a_hash_belongs_a_key_is_told_how_to_become_one(faults_of: Any) -> None:
    (told, _) = faults_of(with_keys(f"    ci: {{hashes: [{{sha256: {new_key()}}}]}}\n"))
    assert "`headgate keys hash` makes one" in told
    assert "make a new key" in told


@pytest.mark.parametrize(
    "text", ["]", "a: b: c", "- a", "keys: [a]", "keys: {ci: {<<: 1}}", "more: 1", "keys: {}\nkeys: {}"]
)
def test_what_is_no_file_of_keys(text: str) -> None:
    with pytest.raises(UnreadableKeys, match="expected"):
        keys_in(text, "keys.yaml")


def test_no_hash_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.yaml").write_text(with_keys(FULL))
    for as_json in (False, True):
        code = config.show(
            config_path=Path("x.yaml"), environ={}, working_directory=tmp_path, as_json=as_json,
            output=sys.stdout, errors=sys.stderr,
        )  # fmt: skip
        assert code == 0
        shown = capsys.readouterr().out
        assert HASH not in shown
        assert "callers.keys.ci.main-1.rate" in shown
        assert "100/min" in shown
        assert "callers.keys.ci.main-1.hashes[0].expires" in shown


def test_keys_of_the_configuration_count_where_others_reach_it(load: Any) -> None:
    keys = with_keys(f"    ci: {{hashes: [{{sha256: '{HASH}'}}]}}\n")
    assert load(keys, options={"server.host": "0.0.0.0"}).unsafe == ()


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-02", 86_400.0),
        ("1970-01-01T01:00:00Z", 3_600.0),
        ("1970-01-01T01:00:00", 3_600.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
    ],
)
def test_moments(text: str, seconds: float) -> None:
    assert moment_of(text) == seconds
    assert moment_of(written_moment(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "soon", "1970-13-01", "0001-01-01T00:00:00+23:00", "1", "9999"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(ValueError, match="a moment such as"):
        moment_of(text)
