"""The rules of an upstream's cache and of its routes: how they are written, and where they contradict each other."""

from typing import Any

import pytest

from app.settings import effective_values, settings_table
from app.settings.catalogue import ITEM, read_catalogue

ROUTES = "HEADGATE_UPSTREAMS__GITHUB__CACHE__ROUTES"


def with_cache(cache: str) -> str:
    return f"upstreams:\n  github:\n    kind: github\n    cache:\n{cache}"


def test_the_defaults(load: Any) -> None:
    settings = load(
        "upstreams: {a: {kind: github}, b: {kind: facebook}, c: {kind: http, base_url: 'http://x/'}}"
    ).settings
    assert [upstream.cache.caller_reload for upstream in settings.upstreams.values()] == [10, "always", "always"]
    assert {upstream.cache.routes for upstream in settings.upstreams.values()} == {()}
    assert settings.cache.memory_bytes == 128 * 2**20
    assert str(settings.identity.key_file) == "var/identity.key"


def test_routes_are_read_in_their_order(load: Any) -> None:
    cache = (
        load(
            with_cache(
                "      fresh_at_most_seconds: 60\n"
                "      caller_reload: never\n"
                "      routes:\n"
                "        - {path: 'search/**', fresh_seconds: 5, caller_reload: 2.5}\n"
                "        - path: repos/*/*/commits/{sha}\n"
                "          immutable: true\n"
            )
        )
        .settings.upstreams["github"]
        .cache
    )
    assert (cache.fresh_at_most_seconds, cache.caller_reload) == (60, "never")
    search, commits = cache.routes
    assert (search.path, search.fresh_seconds, search.caller_reload) == ("search/**", 5, 2.5)
    assert (commits.path, commits.immutable, commits.model_fields_set) == (
        "repos/*/*/commits/{sha}", True, {"path", "immutable"},
    )  # fmt: skip


def test_the_environment_gives_the_list_as_a_whole(load: Any) -> None:
    yaml = with_cache("      routes: [{path: a}, {path: b}]\n")
    loaded = load(yaml, environ={ROUTES: '[{"path": "c", "always_validate": true}]'})
    (route,) = loaded.settings.upstreams["github"].cache.routes
    assert (route.path, route.always_validate) == ("c", True)
    assert str(loaded.source("upstreams.github.cache.routes[0].path")) == f"environment {ROUTES}"


@pytest.mark.parametrize("tail", ["0__PATH", "PATH", "[]__PATH", "[0]__PATH"])
def test_no_variable_reaches_into_the_list(tail: str, faults_of: Any) -> None:
    (told,) = faults_of(environ={f"{ROUTES}__{tail}": "x"})
    assert "expected the name of a setting" in told
    assert "[]__" not in told.partition("did you mean")[2]


def test_an_item_has_the_line_of_the_file_also_where_other_sources_speak(load: Any) -> None:
    yaml = with_cache("      routes:\n        - path: a\n        - path: b\n          fresh_seconds: 1\n")
    loaded = load(yaml, environ={"HEADGATE_UPSTREAMS__GITHUB__CACHE__CALLER_RELOAD": "always"})
    assert loaded.settings.upstreams["github"].cache.caller_reload == "always"
    assert str(loaded.source("upstreams.github.cache.routes[1].fresh_seconds")) == "x.yaml:8"


def test_every_fault_of_a_list_names_the_item_and_its_line(faults_of: Any) -> None:
    yaml = with_cache(
        "      caller_reload: sometimes\n"
        "      routes:\n"
        "        - path: //x\n"
        "        - fresh_seconds: -1\n"
        "        - nonsense\n"
        "        - path: a\n"
        "          fresh_secs: 3\n"
        "        - {path: 'b?c', always_validate: 1}\n"
    )
    seconds = "always, never, or a number of seconds from 0 to 31536000 (a year)"
    pattern = "a pattern over the paths below base_url, such as repos/*/*/commits/{sha}"
    routes = "upstreams.github.cache.routes"
    assert faults_of(yaml) == [
        f"upstreams.github.cache.caller_reload: expected {seconds} (x.yaml:5)",
        f"{routes}[0].path: expected {pattern} (x.yaml:7)",
        f"{routes}[1].path: expected {pattern}, since there is no default (x.yaml:8)",
        f"{routes}[1].fresh_seconds: expected a number of seconds from 0 to 31536000 (a year), or null, got -1 (x.yaml:8)",
        f"{routes}[2]: expected settings below it, indented (name: value), got text (x.yaml:6)",
        f"{routes}[3].fresh_secs: expected the name of a setting of {routes}[3]; did you mean fresh_seconds? (x.yaml:11)",
        f"{routes}[4].path: expected a pattern over paths, without a query (?…) or a fragment (#…): those do not count (x.yaml:12)",
        f"{routes}[4].always_validate: expected true or false, got 1 (x.yaml:12)",
    ]  # fmt: skip


@pytest.mark.parametrize("written", ["", "/", "//x", "a b", "a#b", "'**?page=*'", "ä"])
def test_what_is_no_pattern(written: str, faults_of: Any) -> None:
    (told,) = faults_of(with_cache(f"      routes: [{{path: {written or repr('')}}}]\n"))
    assert told.startswith("upstreams.github.cache.routes[0].path: expected a pattern over ")


@pytest.mark.parametrize("written", ["{path: x}", "x", "null", "12"])
def test_what_is_no_list(written: str, faults_of: Any) -> None:
    (told,) = faults_of(with_cache(f"      routes: {written}\n"))
    assert told.startswith("upstreams.github.cache.routes: expected a list of sections, got ")


@pytest.mark.parametrize("written", ["true", "-1", "31536001", ".nan", "'10'", "null", "[1]", "ALWAYS"])
def test_what_is_no_reload(written: str, faults_of: Any) -> None:
    (told,) = faults_of(with_cache(f"      caller_reload: {written}\n"))
    assert told.startswith("upstreams.github.cache.caller_reload: expected always, never, or a number of seconds")


@pytest.mark.parametrize(
    ("cache", "fault"),
    [
        ("fresh_seconds: 1, immutable: true", "cache.immutable: expected either fresh_seconds or immutable, but fresh_seconds is given, too"),
        ("fresh_seconds: 0, fresh_at_least_seconds: 1", "cache.fresh_at_least_seconds: expected either fresh_seconds or fresh_at_least_seconds"),
        ("fresh_at_most_seconds: 1, always_validate: true", "cache.always_validate: expected either fresh_at_most_seconds or always_validate"),
        ("always_validate: true, immutable: true", "cache.immutable: expected either always_validate or immutable"),
        ("fresh_at_least_seconds: 2, fresh_at_most_seconds: 1", "cache.fresh_at_least_seconds: expected at most 1, as fresh_at_most_seconds says"),
        ("routes: [{path: a, immutable: true, fresh_seconds: 1}]", "cache.routes[0].immutable: expected either fresh_seconds or immutable"),
        ("fresh_at_most_seconds: 60, routes: [{path: b}, {path: a, fresh_at_least_seconds: 61}]", "cache.routes[1].fresh_at_least_seconds: expected at most 60, as fresh_at_most_seconds says"),
        ("fresh_at_least_seconds: 60, routes: [{path: a, fresh_at_most_seconds: 59}]", "cache.routes[0].fresh_at_most_seconds: expected at least 60, as fresh_at_least_seconds says"),
    ],
)  # fmt: skip
def test_contradictions(cache: str, fault: str, faults_of: Any) -> None:
    (told,) = faults_of(f"upstreams: {{github: {{kind: github, cache: {{{cache}}}}}}}")
    assert told.startswith(f"upstreams.github.{fault}")
    assert told.endswith("(x.yaml:1)")


@pytest.mark.parametrize(
    "cache",
    [
        "fresh_seconds: 0, immutable: false, always_validate: false, fresh_at_least_seconds: 0",
        "fresh_seconds: null, immutable: true, fresh_at_most_seconds: null",
        "fresh_at_least_seconds: 2, fresh_at_most_seconds: 2",
        "fresh_seconds: 5, routes: [{path: a, immutable: true}, {path: b, fresh_at_most_seconds: 1}]",
        "always_validate: true, routes: [{path: a, fresh_seconds: 1}]",
    ],
)
def test_what_is_no_contradiction(cache: str, load: Any) -> None:
    load(f"upstreams: {{github: {{kind: github, cache: {{{cache}}}}}}}")


def test_a_contradiction_between_sources_names_both(faults_of: Any) -> None:
    told = faults_of(
        with_cache("      fresh_seconds: 5\n"), environ={"HEADGATE_UPSTREAMS__GITHUB__CACHE__ALWAYS_VALIDATE": "true"}
    )
    assert told == [
        (
            "upstreams.github.cache.always_validate: expected either fresh_seconds or always_validate, but fresh_seconds is "
            "given, too (x.yaml:5) (environment HEADGATE_UPSTREAMS__GITHUB__CACHE__ALWAYS_VALIDATE)"
        )
    ]


@pytest.mark.parametrize(
    "sections",
    [
        "cache: {path: var}",
        "identity: {key_file: var/cache/identity.key}",
        "cache: {path: var/x/../cache}\nidentity: {key_file: ./var/cache/deep/key}",
        "cache: {path: /srv}\nidentity: {key_file: /srv/key}",
    ],
)
def test_the_key_lies_outside_of_the_store(sections: str, faults_of: Any) -> None:
    (told,) = faults_of(f"{sections}\nupstreams: {{github: {{kind: github}}}}")
    assert told.startswith("identity.key_file: expected the path of a file outside of cache.path (")


def test_a_credential_in_a_pattern_is_told_and_not_shown(faults_of: Any) -> None:
    token = "ghp_" + "a" * 36
    (told,) = faults_of(with_cache(f"      routes: [{{path: 'repos/{token}'}}]\n"))
    assert token not in told
    assert told.startswith("upstreams.github.cache.routes: expected no credential here")


def test_the_reference_tells_what_an_item_may_hold_once() -> None:
    table = settings_table()
    items = [path for path in read_catalogue().settings if ITEM in path and "cache" in path]
    assert items[0][-1] == "path"
    for path in items:
        assert table.count(f"`upstreams.<name>.cache.routes[].{path[-1]}`") == 1
    assert "`search/**" not in table.replace("`{path: 'search/**'", "")


def test_what_an_item_says_is_shown_with_its_source_and_what_it_inherits_is_not(load: Any) -> None:
    loaded = load(with_cache("      routes:\n        - {path: a, fresh_seconds: 1}\n        - path: b\n"))
    shown = {
        path.removeprefix("upstreams.github.cache."): (value, str(loaded.source(path)))
        for path, value in effective_values(loaded.settings)
        if "routes" in path
    }
    assert shown == {
        "routes[0].path": ("a", "x.yaml:6"),
        "routes[0].fresh_seconds": (1, "x.yaml:6"),
        "routes[1].path": ("b", "x.yaml:7"),
    }
