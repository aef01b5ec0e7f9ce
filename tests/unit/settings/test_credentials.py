"""Tokens from files and from GITHUB_TOKEN, and credentials in the wrong place."""

import ssl
from pathlib import Path
from typing import Any

import pytest

TOKEN = "ghp_" + "a1B2" * 9


def github(more: str = "") -> str:
    return f"upstreams: {{github: {{kind: github{more}}}}}"


def credential(loaded: Any, name: str = "github") -> str | None:
    secret = loaded.settings.upstreams[name].token
    return None if secret is None else str(secret.get_secret_value())


def test_a_token_from_a_file(tmp_path: Path, load: Any) -> None:
    (tmp_path / "t").write_text(f"  {TOKEN}\n")
    loaded = load(github(", token_file: t"))
    assert credential(loaded) == TOKEN
    assert str(loaded.source("upstreams.github.token")) == "file t"
    assert str(loaded.source("upstreams.github.token_file")) == "x.yaml:1"


def test_an_app_secret_from_a_file(tmp_path: Path, load: Any) -> None:
    (tmp_path / "s").write_text("abc")
    face = load("upstreams: {face: {kind: facebook, app_secret_file: s}}").settings.upstreams["face"]
    assert face.app_secret.get_secret_value() == "abc"


def test_an_app_secret_from_the_environment_is_shown_nowhere(load: Any) -> None:
    environ = {"HEADGATE_UPSTREAMS__FACE__APP_SECRET": "abc0def0ghi0"}

    loaded = load("upstreams: {face: {kind: facebook}}", environ=environ)

    assert loaded.settings.upstreams["face"].app_secret.get_secret_value() == "abc0def0ghi0"
    assert "abc0def0ghi0" not in repr(loaded.settings) + loaded.settings.model_dump_json()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (None, "upstreams.github.token_file: expected the path of a file, but there is no such file (x.yaml:1)"),
        (b"", "upstreams.github.token_file: expected the path of a file that holds a credential, but it is empty"),
        (b" \n", "upstreams.github.token_file: expected the path of a file that holds a credential, but it is empty"),
        (b"\xff", "upstreams.github.token_file: expected the path of a file that holds one line of text"),
        (b"a" * 70_000, "upstreams.github.token_file: expected the path of a file that holds one credential, but"),
        (b"SECRET1\nSECRET2", "upstreams.github.token: expected a credential: one word of visible ASCII characters"),
    ],
)
def test_files_that_hold_no_token(content: bytes | None, told: str, tmp_path: Path, faults_of: Any) -> None:
    if content is not None:
        (tmp_path / "t").write_bytes(content)
    (fault,) = faults_of(github(", token_file: t"))
    assert fault.startswith(told)
    assert "SECRET" not in fault


def test_what_is_no_regular_file_and_what_cannot_be_reached(tmp_path: Path, faults_of: Any) -> None:
    assert "a regular file" in faults_of(github(", token_file: ."))[0]
    (tmp_path / "plain").write_text("")
    (fault,) = faults_of(github(", token_file: " + "n" * 300))
    assert "a file that can be read, but: File name too long" in fault
    (fault,) = faults_of(github(', token_file: "\\0"'))
    assert fault.startswith("upstreams.github.token_file: expected")


def test_a_path_that_is_no_text_is_a_fault_of_type(faults_of: Any) -> None:
    (fault,) = faults_of(github(", token_file: 12"))
    assert fault == "upstreams.github.token_file: expected the path of a file, or null, got 12 (x.yaml:1)"


def test_token_and_file_exclude_each_other(tmp_path: Path, load: Any, faults_of: Any) -> None:
    (tmp_path / "t").write_text("from-file")
    environ = {"HEADGATE_UPSTREAMS__GITHUB__TOKEN": "from-environment"}
    assert faults_of(github(", token_file: t"), environ=environ) == [
        (
            "upstreams.github.token: expected either token or token_file, but token_file is given, too (x.yaml:1); "
            "null takes one back (environment HEADGATE_UPSTREAMS__GITHUB__TOKEN)"
        )
    ]
    environ["HEADGATE_UPSTREAMS__GITHUB__TOKEN_FILE"] = "null"
    assert credential(load(github(", token_file: t"), environ=environ)) == "from-environment"


class TestGitHubToken:
    ENVIRON = {"GITHUB_TOKEN": f"{TOKEN}\n"}  # noqa: RUF012 - never changed

    @pytest.mark.parametrize(
        "more", ["", ", base_url: 'https://API.github.com'", ", base_url: 'https://api.github.com/'", ", token: null"]
    )
    def test_goes_to_github_itself(self, more: str, load: Any) -> None:
        loaded = load(github(more), environ=self.ENVIRON)
        assert credential(loaded) == TOKEN
        assert str(loaded.source("upstreams.github.token")) == "environment GITHUB_TOKEN"

    @pytest.mark.parametrize(
        "base_url",
        [
            "http://api.github.com/",
            "https://ghe.example/api/v3/",
            "https://api.github.com/x/",
            "https://api.github.com:443/",
        ],
    )
    def test_goes_nowhere_else(self, base_url: str, load: Any) -> None:
        assert credential(load(github(f", base_url: '{base_url}'"), environ=self.ENVIRON)) is None

    def test_gives_way_to_a_token_of_its_own(self, tmp_path: Path, load: Any) -> None:
        (tmp_path / "t").write_text("mine")
        assert credential(load(github(", token: mine"), environ=self.ENVIRON)) == "mine"
        assert credential(load(github(", token_file: t"), environ=self.ENVIRON)) == "mine"

    def test_is_nothing_when_empty(self, load: Any) -> None:
        assert credential(load(github(), environ={"GITHUB_TOKEN": " "})) is None

    def test_faults_beside_it_are_told(self, faults_of: Any) -> None:
        told = faults_of("upstreams: {a: {kind: github, base_url: nope}, b: {kind: http}}", environ=self.ENVIRON)
        assert len(told) == 2

    def test_is_checked_and_not_shown(self, faults_of: Any) -> None:
        (fault,) = faults_of(github(), environ={"GITHUB_TOKEN": "SECRET 1"})
        assert fault.startswith("upstreams.github.token: expected a credential")
        assert fault.endswith("(environment GITHUB_TOKEN)")


class TestMisplaced:
    @pytest.mark.parametrize(
        "yaml",
        [
            github(f", user_agent: {TOKEN}"),
            github(", user_agent: 'Bearer 1234567890'"),
            github(", token: abcdefghijklmnop1, base_url: 'https://x/abcdefghijklmnop1/'"),
            github(f", token_file: {TOKEN}"),
            github(f", proxy: 'http://{TOKEN}/'"),
            f"cache: {{path: {TOKEN}}}\n" + github(),
            f"cache: {{path: [1, {{a: {TOKEN}}}]}}\n" + github(),
            f"unknown: {TOKEN}\n" + github(),
        ],
    )  # fmt: skip
    def test_a_credential_where_people_would_see_it_is_a_fault(self, yaml: str, faults_of: Any) -> None:
        told = faults_of(yaml)
        assert "no credential here (it belongs in token or token_file" in told[0]
        assert TOKEN not in "".join(told)

    def test_a_proxys_password_is_where_it_belongs(self, load: Any) -> None:
        loaded = load(github(f", proxy: 'http://user:{TOKEN}@proxy:3128/'"))
        assert loaded.settings.upstreams["github"].proxy.get_secret_value() == f"http://user:{TOKEN}@proxy:3128/"
        assert TOKEN not in repr(loaded)


PEM = """\
-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUQ6k1R6lS2c5mVvJm0m5zq2mZ1uAwCgYIKoZIzj0EAwIw
-----END CERTIFICATE-----
"""


def test_an_authority_that_holds_no_certificate(tmp_path: Path, faults_of: Any) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    (fault,) = faults_of(github(", ca_file: ca.pem"))
    assert fault == (
        "upstreams.github.ca_file: expected the path of a readable PEM file that holds a certificate (x.yaml:1)"
    )


def test_an_authority_of_ones_own(tmp_path: Path, load: Any) -> None:
    bundle = ssl.get_default_verify_paths().cafile
    if bundle is None:
        pytest.skip("this machine has no bundle of authorities")
    (tmp_path / "ca.pem").write_text(Path(bundle).read_text())
    assert load(github(", ca_file: ca.pem")).settings.upstreams["github"].ca_file == Path("ca.pem")
