"""Each kind of fault, as the line that a person reads. One configuration with many faults tells them all."""

from typing import Any

import pytest

HTTP = "kind: http, base_url: 'http://x/'"


def test_all_faults_are_told_at_once_and_each_says_where(faults_of: Any) -> None:
    yaml = """\
server:
  port: -3
  workers: yes
  prot: 1
cache: {store: redis, path: 12}
upstreams:
  github:
    kind: github
    base_url: api.github.com
    timeouts: {connect_seconds: -1, read_seconds: soon}
  hub: {kind: githb}
sevrer: {}
"""
    assert faults_of(yaml, environ={"HEADGATE_CACHE__MAX_BYTES": "lots"}) == [
        "upstreams.hub.kind: expected one of github, facebook, http; did you mean github? (x.yaml:11)",
        "server.port: expected a whole number from 0 to 65535 (0: any free port), got -3 (x.yaml:2)",
        "server.workers: expected a whole number from 1 to 64, got text (x.yaml:3)",
        "server.prot: expected the name of a setting of server; did you mean port? (x.yaml:4)",
        "cache.store: expected memory or disk (x.yaml:5)",
        "cache.path: expected the path of a directory, got 12 (x.yaml:5)",
        (
            "cache.max_bytes: expected a number of bytes greater than zero, such as 1048576 or 512MiB (KiB MiB GiB TiB count "
            "by 1024, KB MB GB TB by 1000) (environment HEADGATE_CACHE__MAX_BYTES)"
        ),
        (
            "upstreams.github.base_url: expected a URL that begins with http:// or https://, such as https://api.github.com/ "
            "(x.yaml:9)"
        ),
        (
            "upstreams.github.timeouts.connect_seconds: expected a number of seconds above 0, at most 86400 (a day), got -1 "
            "(x.yaml:10)"
        ),
        (
            "upstreams.github.timeouts.read_seconds: expected a number of seconds above 0, at most 86400 (a day), got text "
            "(x.yaml:10)"
        ),
        "sevrer: expected the name of a setting; did you mean server? (x.yaml:12)",
    ]


@pytest.mark.parametrize(
    ("upstream", "fault"),
    [
        ("kind: http", "base_url: expected a URL that begins with http:// or https://, such as https://api.github.com/, since"),
        ("kind: http, base_url: 'http://u:p@x/'", "base_url: expected a URL without user name and password in it"),
        ("kind: http, base_url: 'http://x/?a'", "base_url: expected a URL without a query (?…) or a fragment (#…)"),
        ("kind: http, base_url: 'http://x/#a'", "base_url: expected a URL without a query (?…) or a fragment (#…)"),
        ("kind: http, base_url: 'http://x/a/%2E./'", "base_url: expected a URL without . or .. in its path"),
        ("kind: http, base_url: 'ftp://x/'", "base_url: expected a URL that begins with http"),
        ("kind: http, base_url: 'http:///x'", "base_url: expected a URL that begins with http"),
        ("kind: http, base_url: 'http://x:99999/'", "base_url: expected a URL that begins with http"),
        ("kind: http, base_url: 'http://[x/'", "base_url: expected a URL that begins with http"),
        ("kind: http, base_url: 'http://x:0/'", "base_url: expected a URL that begins with http"),
        ("kind: http, base_url: 'http://x/\\y'", "base_url: expected a URL that begins with http"),
        ('kind: http, base_url: "http://x/\\n"', "base_url: expected a URL that begins with http"),
        (HTTP + ", mount: api/x", "mount: expected a path such as /github"),
        (HTTP + ", mount: /", "mount: expected a path such as /github"),
        (HTTP + ", mount: /a/../b", "mount: expected a path such as /github"),
        (HTTP + ", mount: /api/x", "mount: expected a path that the gateway does not use itself"),
        (HTTP + ", mount: /docs", "mount: expected a path that the gateway does not use itself"),
        (HTTP + ", mount: /openapi.json", "mount: expected a path that the gateway does not use itself"),
        (HTTP + ", mount: /health/", "mount: expected a path that the gateway does not use itself"),
        (HTTP + ", mount: /metrics", "mount: expected a path that the gateway does not use itself"),
        (HTTP + ", mount: [1]", "mount: expected a path such as /github: a slash and letters, digits, or any of . _ ~ -, or null, got a list"),
        (HTTP + ", proxy: 'socks5://x'", "proxy: expected the URL of an HTTP proxy"),
        (HTTP + ", proxy: 'http://x/path'", "proxy: expected the URL of an HTTP proxy"),
        (HTTP + ", token: 'two words'", "token: expected a credential: one word"),
        (HTTP + ", token: ''", "token: expected a credential: one line"),
        ("kind: github, token: 'two words'", "token: expected a credential: one word"),
        ("kind: github, token: ''", "token: expected a credential: one word"),
        (HTTP + ", token: 123", "token: expected a credential: one line of text, in quotes if it is all digits, or null, got a number"),
        (HTTP + ", token: true", "token: expected a credential: one line of text, in quotes if it is all digits, or null, got true or false"),
        (HTTP + ", user_agent: ''", "user_agent: expected one line of ASCII text"),
        (HTTP + ", user_agent: 5", "user_agent: expected one line of ASCII text, or null, got 5"),
        (HTTP + ", ca_file: nope", "ca_file: expected the path of a readable PEM file"),
        (HTTP + ', ca_file: "\\0"', "ca_file: expected the path of a readable PEM file"),
        (HTTP + ", timeouts: 3", "timeouts: expected settings below it, indented (name: value), got 3"),
        (HTTP + ", timeouts: {total_seconds: 0}", "timeouts.total_seconds: expected a number of seconds above 0"),
        (HTTP + ", timeouts: {total_seconds: .inf}", "timeouts.total_seconds: expected a number of seconds above 0"),
        (HTTP + ", timeouts: {total_seconds: .nan}", "timeouts.total_seconds: expected a number of seconds above 0"),
        (HTTP + ", timeouts: {total_seconds: null}", "timeouts.total_seconds: expected a number of seconds above 0, at most 86400 (a day), got null"),
        (HTTP + ", timeouts: {total: 1}", "timeouts.total: expected the name of a setting of upstreams.one.timeouts; did you mean"),
        (HTTP + ", retry: {attempts: 0}", "retry.attempts: expected a whole number from 1 to 10, got 0"),
        (HTTP + ", retry: {attempts: true}", "retry.attempts: expected a whole number from 1 to 10, got true"),
        (HTTP + ", retry: {attempts: 123456789}", "retry.attempts: expected a whole number from 1 to 10, got a number"),
        (HTTP + ", retry: {attempts: {a: 1}}", "retry.attempts: expected a whole number from 1 to 10, got a mapping"),
        (HTTP + ", limits: {buffered_bytes: 0}", "limits.buffered_bytes: expected a number of bytes greater than zero"),
        (HTTP + ", app_secret: x", "app_secret: expected the name of a setting of upstreams.one, an upstream of kind http: allow, base_url, "),
        (HTTP + ", qqqqq: x", "qqqqq: expected the name of a setting of upstreams.one, an upstream of kind http: allow, base_url, breaker,"),
        ("kind: github, api_version: ''", "api_version: expected one word, in quotes"),
        ("kind: github, api_version: 2", "api_version: expected one word, in quotes if it is a number, got 2"),
        ("kind: 7", "kind: expected one of github, facebook, http"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_one_upstream(upstream: str, fault: str, faults_of: Any) -> None:
    (told,) = faults_of(f"upstreams:\n  one: {{{upstream}}}\n")
    assert told.startswith(f"upstreams.one.{fault}")
    assert told.endswith("(x.yaml:2)")


@pytest.mark.parametrize("host", ["http://x", "x:80", "", "a b", "-x", "1.2.3.4/8"])
def test_a_host_is_neither_url_nor_port(host: str, faults_of: Any) -> None:
    (told,) = faults_of(environ={"HEADGATE_SERVER__HOST": host})
    assert told.startswith("server.host: expected an IP address or a host name without scheme and port")


@pytest.mark.parametrize("host", ["0.0.0.0", "::1", "localhost", "gate.example.", "fe80::1"])
def test_hosts(host: str, load: Any) -> None:
    assert load(environ={"HEADGATE_SERVER__HOST": host}).settings.server.host == host


def test_public_url_loses_its_last_slash(load: Any, faults_of: Any) -> None:
    loaded = load(environ={"HEADGATE_SERVER__PUBLIC_URL": "https://Gate.example/here/"})
    assert loaded.settings.server.public_url == "https://gate.example/here"
    (told,) = faults_of(environ={"HEADGATE_SERVER__PUBLIC_URL": "gate.example"})
    assert told.startswith("server.public_url: expected the URL at which callers reach this gateway")


@pytest.mark.parametrize("name", ["a-b", "Hub", "1a", "a__b", "_a", "a_", "a" * 33])
def test_names_of_upstreams(name: str, faults_of: Any) -> None:
    (told,) = faults_of(f"upstreams: {{{name}: {{{HTTP}}}}}")
    assert "expected a name of at most 32 lower-case letters, digits and single underscores" in told
    assert "a dash could not be reached from the environment" in told


@pytest.mark.parametrize("value", ["text", "3", "[1]"])
def test_an_upstream_that_is_no_mapping(value: str, faults_of: Any) -> None:
    (told,) = faults_of(f"upstreams: {{one: {value}}}")
    assert told.startswith("upstreams.one: expected settings below it")


@pytest.mark.parametrize("section", ["server", "upstreams", "api"])
def test_a_section_that_is_no_mapping_stays_a_fault_when_the_environment_adds_to_it(
    section: str, faults_of: Any
) -> None:
    yaml = f"{section}: text\n" + ("" if section == "upstreams" else f"upstreams: {{one: {{{HTTP}}}}}")
    environ = {"HEADGATE_SERVER__PORT": "1", "HEADGATE_UPSTREAMS__ONE__MOUNT": "/x", "HEADGATE_API__GITHUB": "null"}
    (told,) = faults_of(yaml, environ=environ)
    assert told == f"{section}: expected settings below it, indented (name: value), got text (x.yaml:1)"


def test_an_upstream_without_kind_has_its_other_faults_told(faults_of: Any) -> None:
    yaml = "upstreams:\n  one:\n    timeouts: {read_seconds: 0}\n    app_secret: x\n    nothing: 1\n    pool: {}\n"
    assert [line.partition(": ")[0] for line in faults_of(yaml)] == [
        "upstreams.one.kind",
        "upstreams.one.timeouts.read_seconds",
        "upstreams.one.nothing",
    ]


def test_a_misspelt_name_in_the_environment_is_an_upstream_without_kind(faults_of: Any) -> None:
    (told,) = faults_of(environ={"HEADGATE_UPSTREAMS__GITHBU__TOKEN": "x"})
    assert told == (
        "upstreams.githbu.kind: expected one of github, facebook, http, since every upstream has a kind; "
        "did you mean github as the name of the upstream? (environment HEADGATE_UPSTREAMS__GITHBU__TOKEN)"
    )


class TestMounts:
    @pytest.mark.parametrize(("one", "other"), [("/a", "/a"), ("/a", "/a/b"), ("/a/b/c", "/a"), ("/a/", "/a")])
    def test_they_must_not_overlap(self, one: str, other: str, faults_of: Any) -> None:
        yaml = f"upstreams:\n  one: {{{HTTP}, mount: {one}}}\n  two: {{{HTTP}, mount: {other}}}\n"
        assert faults_of(yaml) == [
            (
                "upstreams.two.mount: expected a path that neither equals, contains nor lies inside upstreams.one.mount "
                "(x.yaml:2) (x.yaml:3)"
            )
        ]

    @pytest.mark.parametrize(("one", "other"), [("/a", "/ab"), ("/a/b", "/a/c"), ("/apis", "/documents"), ("/a", "/A")])
    def test_they_may_lie_side_by_side(self, one: str, other: str, load: Any) -> None:
        assert load(f"upstreams:\n  one: {{{HTTP}, mount: {one}}}\n  two: {{{HTTP}, mount: {other}}}\n")

    def test_a_slash_at_the_end_is_dropped(self, load: Any) -> None:
        assert load(f"upstreams: {{one: {{{HTTP}, mount: /a/b/}}}}").settings.upstreams["one"].mount == "/a/b"


class TestServing:
    TWO = "upstreams: {a: {kind: github}, b: {kind: github}, plain: {kind: http, base_url: 'http://x/'}, odd: {}}"

    def test_two_of_a_kind_need_a_name(self, faults_of: Any) -> None:
        told = faults_of(self.TWO.replace(", odd: {}", ""))
        assert told == ["api.github: expected the name of the upstream that serves /api/v1, one of: a, b (x.yaml)"]

    @pytest.mark.parametrize(
        ("api", "fault"),
        [
            ("{github: c}", "api.github: expected the name of an upstream of kind github (there is: a, b)"),
            ("{github: plain}", "api.github: expected the name of an upstream of kind github (there is: a, b; the one that is named is of another kind)"),
            ("{github: a, facebook: a}", "api.facebook: expected the name of an upstream of kind facebook (there is none; the one"),
            ("{github: a, http: plain}", "api.http: expected a kind of upstream that /api/v1 serves: github or facebook"),
            ("{github: a, githb: a}", "api.githb: expected a kind of upstream that /api/v1 serves: github or facebook; did you mean github?"),
            ("{github: 3}", "api.github: expected the name of an upstream of kind github, or null, got 3"),
            ("{github: null}", "api.github: expected the name of the upstream that serves"),
        ],
    )  # fmt: skip
    def test_the_name_must_fit(self, api: str, fault: str, faults_of: Any) -> None:
        (told,) = faults_of(self.TWO.replace(", odd: {}", "") + f"\napi: {api}\n")
        assert told.startswith(fault)
        assert told.endswith("(x.yaml:2)")

    def test_naming_an_upstream_whose_kind_is_at_fault_is_no_second_fault(self, faults_of: Any) -> None:
        told = faults_of(self.TWO + "\napi: {github: odd}\n")
        assert [line.partition(": ")[0] for line in told] == ["upstreams.odd.kind"]
