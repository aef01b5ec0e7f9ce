"""What is unsafe about a valid configuration."""

from pathlib import Path
from typing import Any

import pytest

from app.cli.doctor.exposure import exposure, mode_of_file, without_token
from app.settings import Loaded, load_settings

TOKEN = "ghp_of_this_test_0123456789"


def loaded(tmp_path: Path, yaml: str = "", environ: dict[str, str] | None = None, **options: Any) -> Loaded:
    (tmp_path / "x.yaml").write_text(yaml or "upstreams: {hub: {kind: github}}")
    return load_settings(
        config_path=Path("x.yaml"),
        environ={"GITHUB_TOKEN": TOKEN} if environ is None else environ,
        command_line={f"server.{name}": value for name, value in options.items()},
        working_directory=tmp_path,
        for_serving=False,
    )


def warned(configuration: Loaded, *, has_keys: bool = False, **modes: int) -> dict[str, str]:
    found = list(exposure(configuration, has_keys=has_keys, mode_of=lambda path: modes.get(Path(path).stem)))
    assert all(one.advice for one in found)
    assert TOKEN not in repr(found)
    return {one.name: one.found for one in found}


def test_on_this_machine_nothing_is(tmp_path: Path) -> None:
    assert warned(loaded(tmp_path)) == {}


def test_open_to_all(tmp_path: Path) -> None:
    yaml = "callers: {open_to_all: true}\nupstreams: {hub: {kind: github}}"
    configuration = loaded(tmp_path, yaml, host="0.0.0.0")
    assert warned(configuration)["keys"] == (
        "callers.open_to_all: whoever reaches 0.0.0.0 reads with the credential of hub"
    )
    assert [*warned(configuration, has_keys=True)] == ["tls"]
    assert [*warned(loaded(tmp_path, yaml, {}, host="0.0.0.0"))] == ["tls"], "there is no credential"


def test_a_proxy_in_front_brings_others_too(tmp_path: Path) -> None:
    yaml = "server: {public_url: 'https://gate.example'}\nupstreams: {hub: {kind: github}}"
    assert "whoever reaches https://gate.example reads" in warned(loaded(tmp_path, yaml))["keys"]
    assert warned(loaded(tmp_path, yaml), has_keys=True) == {}


def test_what_does_not_start_is_told_by_itself(tmp_path: Path) -> None:
    assert [*warned(loaded(tmp_path, host="0.0.0.0"))] == ["tls"]


@pytest.mark.parametrize(
    ("base_url", "token", "is_warned"),
    [
        ("http://ghe.example:81/api/v3/", "t", True),
        ("http://ghe.example/api/v3/", "null", False),
        ("http://127.0.0.1:1/", "t", False),
        ("http://[::1]:1/", "t", False),
        ("https://ghe.example/api/v3/", "t", False),
    ],
)
def test_a_token_in_clear(base_url: str, token: str, is_warned: bool, tmp_path: Path) -> None:
    yaml = f"upstreams: {{hub: {{kind: github, base_url: '{base_url}', token: {token}}}}}"
    assert ("token of hub" in warned(loaded(tmp_path, yaml))) is is_warned


def test_files_that_everybody_reads(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(TOKEN)
    by_file = loaded(tmp_path, "upstreams: {hub: {kind: github, token_file: token}}")
    assert warned(by_file, token=0o644)["token of hub"] == "every user of this machine can read token (mode 0644)"
    assert warned(by_file, token=0o640) == {}
    in_yaml = loaded(tmp_path, f"upstreams: {{hub: {{kind: github, token: {TOKEN}}}}}")
    assert "can read x.yaml" in warned(in_yaml, x=0o644)["token of hub"]
    assert warned(loaded(tmp_path), x=0o644) == {}, "it is in the environment"


def test_a_file_of_keys_that_others_write(tmp_path: Path) -> None:
    assert "give themselves a key" in warned(loaded(tmp_path), keys=0o664)["keys"]
    assert warned(loaded(tmp_path), keys=0o644) == {}, "hashes of random keys tell nobody anything"


def test_metrics_for_anyone(tmp_path: Path) -> None:
    yaml = "metrics: {access: anyone}\nupstreams: {hub: {kind: github}}"
    assert warned(loaded(tmp_path, yaml)) == {}
    assert "metrics" in warned(loaded(tmp_path, yaml, {}, host="0.0.0.0"))


def test_tls(tmp_path: Path) -> None:
    assert "tls" in warned(loaded(tmp_path, environ={}, host="::"))


def test_without_a_token(tmp_path: Path) -> None:
    assert list(without_token(loaded(tmp_path).settings)) == []
    (one,) = without_token(loaded(tmp_path, environ={}).settings)
    assert (one.name, "60 requests an hour" in one.found) == ("token of hub", True)
    yaml = "upstreams: {hub: {kind: github, base_url: 'https://ghe.example/api/v3/'}}"
    assert list(without_token(loaded(tmp_path, yaml, {}).settings)) == []


def test_modes_of_files(tmp_path: Path) -> None:
    (tmp_path / "f").touch(0o640)
    mode_of = mode_of_file(tmp_path)
    assert (mode_of("f"), mode_of("nowhere"), mode_of("a\0b")) == (0o640, None, None)
