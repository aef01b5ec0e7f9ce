"""Settings from the environment, and names that are none."""

from typing import Any

import pytest

from app.settings import InvalidSettings
from app.settings.catalogue import read_catalogue
from app.settings.environment import variable_name


def test_names_are_paths_and_their_tail_has_no_letter_case(load: Any) -> None:
    environ = {"HEADGATE_Server__Port": "1", "HEADGATE_UPSTREAMS__GITHUB__base_url": "https://ghe.example/api/v3"}
    loaded = load(environ=environ)
    assert loaded.settings.server.port == 1
    assert loaded.settings.upstreams["github"].base_url == "https://ghe.example/api/v3/"
    assert str(loaded.source("server.port")) == "environment HEADGATE_Server__Port"


def test_an_upstream_may_exist_by_environment_alone(load: Any) -> None:
    environ = {"HEADGATE_UPSTREAMS__MY_API__KIND": "http", "HEADGATE_UPSTREAMS__MY_API__BASE_URL": "http://x"}
    assert load(environ=environ).settings.upstreams["my_api"].base_url == "http://x/"


def test_values_follow_the_rules_of_yaml_and_text_stays_as_it_is(load: Any) -> None:
    environ = {
        "HEADGATE_SERVER__ACCESS_LOG": "false",
        "HEADGATE_SERVER__DRAIN_SECONDS": "2.5",
        "HEADGATE_CACHE__STORE": "memory",
        "HEADGATE_CACHE__PATH": "2024",
        "HEADGATE_CACHE__MAX_BYTES": "1MiB",
        "HEADGATE_UPSTREAMS__GITHUB__TOKEN": "0123",
        "HEADGATE_UPSTREAMS__GITHUB__API_VERSION": "2022-11-28",
        "HEADGATE_UPSTREAMS__GITHUB__USER_AGENT": "true",
        "HEADGATE_UPSTREAMS__GITHUB__MOUNT": "null",
        "HEADGATE_UPSTREAMS__GITHUB__CACHE__FRESH_SECONDS": "null",
    }
    settings = load(environ=environ).settings
    github = settings.upstreams["github"]
    assert settings.server.access_log is False
    assert settings.server.drain_seconds == 2.5
    assert settings.cache.store == "memory"
    assert str(settings.cache.path) == "2024"
    assert settings.cache.max_bytes == 2**20
    assert github.token.get_secret_value() == "0123"
    assert github.user_agent == "true"
    assert github.mount is None
    assert github.cache.fresh_seconds is None


def test_a_whole_section_may_be_given_and_the_more_exact_name_wins(load: Any) -> None:
    environ = {
        "HEADGATE_UPSTREAMS__GITHUB__TIMEOUTS": '{"read_seconds": 1, "total_seconds": 2}',
        "HEADGATE_UPSTREAMS__GITHUB__TIMEOUTS__READ_SECONDS": "3",
        "HEADGATE_UPSTREAMS__PLAIN": "{kind: http, base_url: 'http://x/'}",
    }
    loaded = load(environ=environ)
    timeouts = loaded.settings.upstreams["github"].timeouts
    assert (timeouts.connect_seconds, timeouts.read_seconds, timeouts.total_seconds) == (3, 3, 2)
    assert str(loaded.source("upstreams.plain.base_url")) == "environment HEADGATE_UPSTREAMS__PLAIN"


@pytest.mark.parametrize("value", ["text", "[1, 2", "!tag x"])
def test_a_section_that_is_no_mapping(value: str, faults_of: Any) -> None:
    (told,) = faults_of(
        environ={"HEADGATE_UPSTREAMS__GITHUB__POOL": value, "HEADGATE_UPSTREAMS__GITHUB__POOL__CONNECTIONS": "1"}
    )
    assert told.startswith("upstreams.github.pool: expected settings below it, indented (name: value), got text")


def test_an_empty_value_is_no_value(faults_of: Any) -> None:
    environ = {"HEADGATE_SERVER__PORT": "", "HEADGATE_UPSTREAMS__GITHUB__TOKEN": ""}
    told = faults_of(environ=environ)
    assert [line.partition(": ")[0] for line in told] == ["server.port", "upstreams.github.token"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("HEADGATE_SERVER__PROT", "server.prot: expected the name of a setting; did you mean HEADGATE_SERVER__PORT?"),
        ("HEADGATE_SEVER__PORT", "sever.port: expected the name of a setting; did you mean HEADGATE_SERVER__PORT?"),
        ("HEADGATE_SERVER__PORT__X", "server.port.x: expected the name of a setting; did you mean HEADGATE_SERVER__PORT?"),
        ("HEADGATE_UPSTREAMS__GITHUB__TOKN", "upstreams.github.tokn: expected the name of a setting; did you mean HEADGATE_UPSTREAMS__GITHUB__TOKEN?"),
        ("HEADGATE_UPSTREAMS__NEW__POOL__CONNECTION", "upstreams.new.pool.connection: expected the name of a setting; did you mean HEADGATE_UPSTREAMS__NEW__POOL__CONNECTIONS?"),
        ("HEADGATE_QQ__WW", "qq.ww: expected the name of a setting (`headgate config schema` lists them all)"),
        ("HEADGATE___X", "(empty).x: expected the name of a setting"),
        ("HEADGATE_SERVER__", "server.(empty): expected the name of a setting"),
        ("HEADGATE_UPSTREAMS__", "upstreams.(empty): expected the name of a setting"),
    ],
)  # fmt: skip
def test_unknown_variables_stop_the_start(name: str, fault: str, faults_of: Any) -> None:
    told = faults_of(environ={name: "SECRETVALUE"})
    assert told[0].startswith(fault)
    assert "(environment HEADGATE_" in told[0]
    assert "SECRETVALUE" not in "".join(told)


def test_a_setting_of_another_kind_is_unknown(faults_of: Any) -> None:
    (told,) = faults_of(environ={"HEADGATE_UPSTREAMS__GITHUB__APP_SECRET": "x"})
    assert told.startswith(
        "upstreams.github.app_secret: expected the name of a setting of upstreams.github, an upstream of kind github"
    )


def test_one_setting_by_two_variables_is_a_fault(faults_of: Any) -> None:
    (told,) = faults_of(environ={"HEADGATE_SERVER__PORT": "1", "HEADGATE_SERVER__port": "2"})
    assert told == (
        "server.port: expected one variable, but HEADGATE_SERVER__PORT sets it, too (environment HEADGATE_SERVER__port)"
    )


def test_names_without_a_double_underscore_are_ignored_with_a_warning(load: Any) -> None:
    environ = {"HEADGATE_PORT": "tcp://1.2.3.4", "HEADGATE_SERVER_PORT": "1", "headgate_server__port": "2", "PATH": "x"}
    loaded = load(environ=environ)
    assert loaded.settings.server.port == 8000
    assert loaded.warnings == (
        "environment HEADGATE_PORT is ignored: names of settings hold a double underscore",
        (
            "environment HEADGATE_SERVER_PORT is ignored: names of settings hold a double underscore; "
            "did you mean HEADGATE_SERVER__PORT?"
        ),
        "environment headgate_server__port is ignored: names of settings begin with HEADGATE_ in capitals",
    )


def test_warnings_come_with_faults_too(load: Any) -> None:
    with pytest.raises(InvalidSettings) as caught:
        load(environ={"HEADGATE_PORT": "1", "HEADGATE_SERVER__PORT": "x"})
    assert len(caught.value.warnings) == 1


def test_every_setting_can_be_reached(load: Any) -> None:
    catalogue = read_catalogue()
    for path in catalogue.paths(("github",)):
        if path[:2] == ("upstreams", "github"):
            setting = catalogue.setting(path)
            assert setting is not None
            environ = {"HEADGATE_UPSTREAMS__GITHUB__KIND": setting.kinds[0], variable_name(path): "\x01"}
            with pytest.raises(InvalidSettings) as caught:
                load(environ=environ)
            assert ".".join(path) in {fault.path for fault in caught.value.faults}
