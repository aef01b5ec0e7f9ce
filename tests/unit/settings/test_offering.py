"""Any upstream in four lines: how its credential is sent, what of it is offered, and where that contradicts itself."""

import io
from pathlib import Path
from typing import Any

import pytest

from app.cli import config
from app.settings import Credential, Offer, effective_values, settings_table

ANY = "upstreams:\n  any:\n    kind: http\n    base_url: https://api.example/v2/\n    mount: /any\n"
SHORT = "short: {kind: http, base_url: 'http://x/'"
VARIABLE = "HEADGATE_UPSTREAMS__ANY__"


def test_four_lines_do(tmp_path: Path, load: Any) -> None:
    (tmp_path / "token").write_text("s3cret\n")
    upstream = load(ANY + "    token_file: token\n").settings.upstreams["any"]

    assert (upstream.base_url, upstream.mount) == ("https://api.example/v2/", "/any")
    assert upstream.token.get_secret_value() == "s3cret"
    assert upstream.credential == Credential()
    assert upstream.allow == ()


class TestCredential:
    @pytest.mark.parametrize(
        ("written", "meant"),
        [
            ("{}", {}),
            ("{header: X-Api-Key}", {"header": "X-Api-Key"}),
            ("{header: Authorization, scheme: SSWS}", {"header": "Authorization", "scheme": "SSWS"}),
            ("{scheme: Token}", {"scheme": "Token"}),
            ("{query: api_key}", {"query": "api_key"}),
            ("{basic_user: someone@acme.example}", {"basic_user": "someone@acme.example"}),
            ("{basic_user: ''}", {"basic_user": ""}),
            ("{basic_user: 'Zoë B.'}", {"basic_user": "Zoë B."}),
            ("{query: api_key, header: null}", {"query": "api_key"}),
        ],
    )
    def test_how_it_is_written(self, written: str, meant: dict[str, str], load: Any) -> None:
        upstream = load(ANY + f"    credential: {written}\n").settings.upstreams["any"]
        assert upstream.credential == Credential(**meant)

    def test_by_the_environment(self, load: Any) -> None:
        environ = {
            f"{VARIABLE}KIND": "http",
            f"{VARIABLE}BASE_URL": "http://x",
            f"{VARIABLE}MOUNT": "/any",
            f"{VARIABLE}TOKEN": "0123",
            f"{VARIABLE}CREDENTIAL__QUERY": "key",
            f"{VARIABLE}ALLOW": "[{methods: [GET], paths: ['a/**']}]",
        }
        loaded = load(environ=environ)
        upstream = loaded.settings.upstreams["any"]

        assert (upstream.token.get_secret_value(), upstream.credential) == ("0123", Credential(query="key"))
        assert upstream.allow == (Offer(methods=("GET",), paths=("a/**",)),)
        assert str(loaded.source("upstreams.any.credential.query")) == f"environment {VARIABLE}CREDENTIAL__QUERY"

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("{header: 'X Key'}", "credential.header: expected the name of a header field that is free for it"),
            ("{header: Host}", "credential.header: expected the name of a header field that is free for it"),
            ("{header: content-length}", "credential.header: expected the name of a header field that is free"),
            ("{scheme: 'Bearer '}", "credential.scheme: expected one word of letters, digits and dashes"),
            ("{scheme: 'a:b'}", "credential.scheme: expected one word of letters, digits and dashes"),
            ("{basic_user: 'a:b'}", "credential.basic_user: expected the name of a user: one line of text without"),
            ('{basic_user: "a\\nb"}', "credential.basic_user: expected the name of a user: one line of text without"),
            ("{query: 'a b'}", "credential.query: expected one word"),
            ("{query: 1}", "credential.query: expected one word, in quotes if it is a number, or null, got 1"),
            ("{headre: X}", "credential.headre: expected the name of a setting of upstreams.any.credential"),
            ("bearer", "credential: expected settings below it, indented (name: value), got text"),
            (
                "{query: a, header: X-Key}",
                "credential.query: expected either header or query, but header is given, too",
            ),
            ("{query: a, basic_user: b}", "credential.query: expected either basic_user or query, but basic_user is"),
            ("{scheme: a, basic_user: b}", "credential.basic_user: expected either scheme or basic_user, but scheme"),
        ],
    )
    def test_what_is_wrong_with_it(self, written: str, told: str, faults_of: Any) -> None:
        (fault,) = faults_of(ANY + f"    credential: {written}\n")
        assert fault.startswith(f"upstreams.any.{told}")

    def test_only_a_plain_upstream_has_a_choice(self, faults_of: Any) -> None:
        (fault,) = faults_of("upstreams: {github: {kind: github, credential: {query: token}}}")
        assert fault.startswith("upstreams.github.credential: expected the name of a setting of upstreams.github")

    @pytest.mark.parametrize("form", ["{basic_user: a}", "{query: a}"])
    @pytest.mark.parametrize("password", ["two words", "Pässwörd", "日本"])
    def test_a_password_and_a_parameter_may_be_any_line(
        self, form: str, password: str, tmp_path: Path, load: Any
    ) -> None:
        (tmp_path / "p").write_text(f"{password}\n", encoding="utf-8")
        upstream = load(ANY + f"    token_file: p\n    credential: {form}\n").settings.upstreams["any"]
        assert upstream.token.get_secret_value() == password

    @pytest.mark.parametrize("form", ["{}", "{header: X-Api-Key}", "{scheme: Token}"])
    @pytest.mark.parametrize("token", ["two SECRET1words", "SECRET1é"])
    def test_a_field_takes_one_word(self, form: str, token: str, faults_of: Any) -> None:
        (fault,) = faults_of(ANY + f"    token: '{token}'\n    credential: {form}\n")
        assert fault == (
            "upstreams.any.token: expected a credential: one word of visible ASCII characters, as it is sent in a header "
            "field (x.yaml:6)"
        )

    @pytest.mark.parametrize("token", ["a\\nSECRET1", "\\u0000", ""])
    def test_two_lines_are_no_credential(self, token: str, faults_of: Any) -> None:
        (fault,) = faults_of(ANY + f'    token: "{token}"\n    credential: {{basic_user: a}}\n')
        assert fault.startswith("upstreams.any.token: expected a credential: one line of text")
        assert "SECRET" not in fault


class TestOffers:
    def test_how_they_are_written(self, load: Any) -> None:
        written = (
            "    allow:\n"
            "      - {methods: [GET], paths: ['**']}\n"
            "      - methods: [POST, M-SEARCH]\n"
            "        paths: [things, /things/*]\n"
            "      - paths: ['commits/{sha}']\n"
            "      - methods: [PURGE]\n"
        )
        upstream = load(ANY + written).settings.upstreams["any"]
        assert [(offer.methods, offer.paths) for offer in upstream.allow] == [
            (("GET",), ("**",)),
            (("POST", "M-SEARCH"), ("things", "/things/*")),
            ((), ("commits/{sha}",)),
            (("PURGE",), ("**",)),
        ]

    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("[{methods: [get]}]", "allow[0].methods: expected a list of methods in capitals, such as [GET, POST]"),
            ("[{methods: GET}]", "allow[0].methods: expected a list of methods in capitals"),
            ("[{methods: [1]}]", "allow[0].methods: expected a list of methods in capitals"),
            ("[{paths: a}]", "allow[0].paths: expected a list of patterns over the paths below base_url"),
            ("[{paths: []}]", "allow[0].paths: expected a list of patterns over the paths below base_url"),
            ("[{paths: [1]}]", "allow[0].paths: expected a list of patterns over the paths below base_url"),
            ("[{paths: ['a?b']}]", "allow[0].paths: expected a pattern over paths, without a query"),
            ("[{paths: ['a', ' ']}]", "allow[0].paths: expected a pattern over the paths below base_url"),
            ("[{method: [GET]}]", "allow[0].method: expected the name of a setting of upstreams.any.allow[0]; did you"),
            ("[GET]", "allow[0]: expected settings below it, indented (name: value), got text"),
            ("{methods: [GET]}", "allow: expected a list of sections, got a mapping"),
        ],
    )
    def test_what_is_wrong_with_them(self, written: str, told: str, faults_of: Any) -> None:
        (fault,) = faults_of(ANY + f"    allow: {written}\n")
        assert fault.startswith(f"upstreams.any.{told}")

    def test_without_a_mount_they_limit_nothing(self, faults_of: Any) -> None:
        (fault,) = faults_of("upstreams: {github: {kind: github, allow: [{methods: [GET]}]}}")
        assert fault.startswith("upstreams.github.allow: expected a mount beside it")


def test_lists_of_words_are_shown(tmp_path: Path, load: Any) -> None:
    yaml = ANY + "    allow: [{methods: [GET]}]\n    retry: {methods: [POST, PUT]}\n    token: s3cret-s3cret\n"
    values = dict(effective_values(load(yaml).settings))
    assert values["upstreams.any.retry.methods"] == ("POST", "PUT")
    assert values["upstreams.any.allow[0].methods"] == ("GET",)
    assert "upstreams.any.allow[0].paths" not in values

    output = io.StringIO()
    config.show(config_path=Path("x.yaml"), environ={}, working_directory=tmp_path, output=output, errors=output)
    assert "upstreams.any.retry.methods" in output.getvalue()
    assert '= ["POST", "PUT"]' in output.getvalue()
    assert "s3cret" not in output.getvalue()


def test_the_reference_has_them() -> None:
    table = settings_table()
    assert "| `upstreams.<name>.allow[].methods` | a list of methods in capitals, such as [GET, POST] | `[]` |" in table
    assert '| `["**"]` |' in table
    assert "`upstreams.<name>.credential.query`" in table
