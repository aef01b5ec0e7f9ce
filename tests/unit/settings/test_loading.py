"""Which source wins, which file is read, and what the whole of it says."""

import pickle
from pathlib import Path
from typing import Any

import pytest

from app.settings import GitHubUpstream, InvalidSettings, Settings, load_settings

GITHUB = "upstreams: {github: {kind: github}}\n"


def test_defaults_hold_where_nobody_says_otherwise(load: Any) -> None:
    loaded = load()
    server = loaded.settings.server
    assert (server.host, server.port, server.workers) == ("127.0.0.1", 8000, 1)
    assert str(loaded.source("server.port")) == "default"
    assert loaded.file is None
    assert loaded.warnings == ()
    github = loaded.settings.upstreams["github"]
    assert isinstance(github, GitHubUpstream)
    assert github.base_url == "https://api.github.com/"
    assert github.mount == "/github"
    assert github.token is None


def test_command_line_beats_environment_beats_yaml(load: Any) -> None:
    yaml = "server: {port: 1, workers: 2, host: 10.0.0.1}\n" + GITHUB
    environ = {"HEADGATE_SERVER__PORT": "3", "HEADGATE_SERVER__WORKERS": "4"}
    loaded = load(yaml, environ=environ, options={"server.port": 5, "server.host": None})
    server = loaded.settings.server
    assert (server.port, server.workers, server.host) == (5, 4, "10.0.0.1")
    assert str(loaded.source("server.port")) == "command line --port"
    assert str(loaded.source("server.workers")) == "environment HEADGATE_SERVER__WORKERS"
    assert str(loaded.source("server.host")) == "x.yaml:1"


def test_text_on_the_command_line_is_read_as_in_the_environment(load: Any, faults_of: Any) -> None:
    assert load(options={"server.port": "9000"}).settings.server.port == 9000
    assert faults_of(options={"server.port": "many"}) == [
        "server.port: expected a whole number from 0 to 65535 (0: any free port), got text (command line --port)"
    ]


def test_the_demo_can_set_base_urls_on_the_command_line(load: Any) -> None:
    loaded = load(GITHUB, options={"upstreams.github.base_url": "http://127.0.0.1:8081"})
    assert loaded.settings.upstreams["github"].base_url == "http://127.0.0.1:8081/"
    assert str(loaded.source("upstreams.github.base_url")) == "command line"


def test_an_option_that_is_no_setting_is_a_fault(faults_of: Any) -> None:
    assert faults_of(options={"server.color": 1}) == [
        "server.color: expected the path of a setting (command line --color)"
    ]


def test_every_kind_reads_and_the_only_upstream_of_a_kind_serves(load: Any) -> None:
    yaml = """
        upstreams:
          hub: {kind: github, base_url: 'https://GHE.example/api/v3'}
          face: {kind: facebook}
          plain: {kind: http, base_url: 'http://[::1]:8080/x/', limits: {buffered_bytes: 1KiB}}
        """
    settings = load(yaml).settings
    assert [upstream.kind for upstream in settings.upstreams.values()] == ["github", "facebook", "http"]
    assert settings.upstreams["hub"].base_url == "https://ghe.example/api/v3/"
    assert settings.upstreams["plain"].limits.buffered_bytes == 1024
    assert settings.serving("github") == "hub"
    assert settings.serving("facebook") == "face"
    assert settings.serving("nothing") is None


def test_api_names_who_serves(load: Any) -> None:
    yaml = "api: {github: b}\nupstreams: {a: {kind: github}, b: {kind: github}}\n"
    settings = load(yaml).settings
    assert settings.serving("github") == "b"
    assert Settings(upstreams=settings.upstreams).serving("github") is None


def test_settings_are_frozen_and_go_to_workers(load: Any) -> None:
    settings = load(GITHUB).settings
    with pytest.raises(ValueError, match="frozen"):
        settings.server.port = 1
    assert pickle.loads(pickle.dumps(settings)) == settings  # noqa: S301 - our own bytes


def test_a_section_that_holds_only_comments_is_an_empty_one(load: Any) -> None:
    yaml = "server:\n  # port: 1\ncache:\napi:\nupstreams:\n  github:\n    kind: github\n    timeouts:\n"
    assert load(yaml).settings.upstreams["github"].timeouts.read_seconds == 10


@pytest.mark.parametrize("yaml", ["", "# nothing", "upstreams:", "upstreams: {}", "null"])
def test_at_least_one_upstream_is_needed(yaml: str, faults_of: Any) -> None:
    (fault,) = faults_of(yaml)
    assert fault.startswith(
        "upstreams: expected at least one upstream, such as upstreams: {github: {kind: github}} (x.yaml"
    )


class TestWhichFile:
    def test_config_beats_the_variable_beats_the_usual_place(self, tmp_path: Path) -> None:
        (tmp_path / "config").mkdir()
        for file, port in (("config/headgate.yaml", 1), ("variable.yaml", 2), ("option.yaml", 3)):
            (tmp_path / file).write_text(f"server: {{port: {port}}}\n{GITHUB}")

        def file_and_port(config: str | None, **environ: str) -> tuple[str | None, int]:
            path = None if config is None else Path(config)
            loaded = load_settings(config_path=path, environ=environ, working_directory=tmp_path)
            return loaded.file, loaded.settings.server.port

        assert file_and_port(None) == ("config/headgate.yaml", 1)
        assert file_and_port(None, HEADGATE_CONFIG="variable.yaml") == ("variable.yaml", 2)
        assert file_and_port("option.yaml", HEADGATE_CONFIG="variable.yaml") == ("option.yaml", 3)
        assert file_and_port(str(tmp_path / "option.yaml")) == (str(tmp_path / "option.yaml"), 3)

    def test_a_named_file_must_exist(self, tmp_path: Path, faults_of: Any) -> None:
        assert faults_of(environ={"HEADGATE_CONFIG": "nope.yaml"}) == [
            (
                "configuration file: expected an existing YAML file, but there is no such file: nope.yaml "
                "(environment HEADGATE_CONFIG)"
            )
        ]
        with pytest.raises(InvalidSettings, match=r"no such file: nope\.yaml \(command line --config\)"):
            load_settings(config_path=Path("nope.yaml"), environ={}, working_directory=tmp_path)

    def test_an_empty_variable_is_a_fault(self, faults_of: Any) -> None:
        (fault,) = faults_of(environ={"HEADGATE_CONFIG": " "})
        assert "but the variable is empty" in fault

    def test_faults_of_the_environment_are_told_also_without_a_file(self, faults_of: Any) -> None:
        faults = faults_of(environ={"HEADGATE_CONFIG": "nope", "HEADGATE_SERVER__PROT": "1"})
        assert [fault.partition(":")[0] for fault in faults] == ["configuration file", "server.prot"]

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            (b"\xff\xfe\xff", "a YAML file in UTF-8"),
            (b"#" * (1024 * 1024 + 1), "a YAML file of at most 1 MiB"),
            (None, "a YAML file, but this is a directory"),
        ],
    )
    def test_what_is_no_text_file(self, content: bytes | None, told: str, tmp_path: Path) -> None:
        path = tmp_path / "y.yaml"
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content)
        with pytest.raises(InvalidSettings, match=told):
            load_settings(config_path=path, environ={}, working_directory=tmp_path)

    def test_what_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "loop.yaml").symlink_to("loop.yaml")
        with pytest.raises(InvalidSettings, match="a readable YAML file, but: "):
            load_settings(config_path=Path("loop.yaml"), environ={}, working_directory=tmp_path)

    def test_a_byte_order_mark_is_no_fault(self, tmp_path: Path) -> None:
        (tmp_path / "y.yaml").write_bytes(b"\xef\xbb\xbf" + GITHUB.encode())
        loaded = load_settings(config_path=Path("y.yaml"), environ={}, working_directory=tmp_path)
        assert list(loaded.settings.upstreams) == ["github"]
