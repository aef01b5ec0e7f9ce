"""`headgate config check | show | schema`."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from app.cli import config


class Ran:
    """What one command did."""

    def __init__(self, command: Any, directory: Path, environ: dict[str, str], file: str | None, **more: Any) -> None:
        output, errors = io.StringIO(), io.StringIO()
        self.code = command(
            config_path=None if file is None else Path(file),
            environ=environ,
            working_directory=directory,
            output=output,
            errors=errors,
            **more,
        )
        self.output, self.errors = output.getvalue(), errors.getvalue()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "x.yaml").write_text(
        "cache: {max_bytes: 1.5GiB}\n"
        "upstreams:\n"
        "  github: {kind: github, token: abc, proxy: 'http://user:word@proxy:1/', user_agent: 'ä'}\n"
        "  face: {kind: facebook}\n".replace("ä", "a b")
    )
    return tmp_path


def test_check_says_that_all_is_well(directory: Path) -> None:
    ran = Ran(config.check, directory, {}, "x.yaml")
    assert ran.code == 0
    assert ran.output == "configuration is valid: x.yaml, 2 upstreams (github, face)\n"
    assert ran.errors == ""


def test_check_without_a_file(directory: Path) -> None:
    ran = Ran(config.check, directory, {"HEADGATE_PORT": "1"}, None)
    assert ran.output == (
        "configuration is valid: the packaged defaults, since there is no file, 1 upstream (github)\n"
    )
    assert ran.errors == "warning: environment HEADGATE_PORT is ignored: names of settings hold a double underscore\n"


@pytest.mark.parametrize("command", [config.check, config.show])
def test_faults_go_to_standard_error_one_line_each(command: Any, directory: Path) -> None:
    environ = {"HEADGATE_SERVER__PORT": "x", "HEADGATE_SERVER__WORKERS": "0", "HEADGATE_X": ""}
    ran = Ran(command, directory, environ, "x.yaml", command_line={"server.host": "a b"})
    assert ran.code == 2
    assert ran.output == ""
    assert [line.partition(" ")[0] for line in ran.errors.splitlines()] == [
        "warning:", "server.host:", "server.port:", "server.workers:",
    ]  # fmt: skip


def test_show_lists_values_and_sources_and_masks_secrets(directory: Path) -> None:
    ran = Ran(config.show, directory, {"HEADGATE_SERVER__PORT": "9"}, "x.yaml", command_line={"server.workers": 3})
    assert ran.code == 0
    rows = {}
    for line in ran.output.splitlines():
        path, _, rest = line.partition(" = ")
        value, _, source = rest.partition("  # ")
        rows[path.strip()] = (value.strip(), source)
    assert rows["server.port"] == ("9", "environment HEADGATE_SERVER__PORT")
    assert rows["server.workers"] == ("3", "command line --workers")
    assert rows["server.access_log"] == ("true", "default")
    assert rows["cache.max_bytes"] == ("1536MiB", "x.yaml:1")
    assert rows["cache.path"] == ("var/cache", "default")
    assert rows["upstreams.github.token"] == ("********", "x.yaml:3")
    assert rows["upstreams.github.proxy"] == ("http://********@proxy:1/", "x.yaml:3")
    assert rows["upstreams.github.mount"] == ("null", "default")
    assert rows["upstreams.face.token"] == ("null", "default")
    assert rows["api.github"] == ("github", "default")
    assert len({line.index(" = ") for line in ran.output.splitlines()}) == 1


def test_show_as_json(directory: Path) -> None:
    ran = Ran(config.show, directory, {}, "x.yaml", as_json=True)
    listing = json.loads(ran.output)
    assert listing["cache.max_bytes"] == {"value": 1536 * 2**20, "source": "x.yaml:1"}
    assert listing["upstreams.github.token"]["value"] == "********"
    assert listing["cache.path"]["value"] == "var/cache"


def test_what_is_not_printable_is_escaped(directory: Path) -> None:
    ran = Ran(config.show, directory, {"HEADGATE_CACHE__PATH": "a\x1b[2Jb"}, "x.yaml")
    assert "\x1b" not in ran.output
    assert r"a\u001b[2Jb" in ran.output


def test_schema() -> None:
    output = io.StringIO()
    assert config.schema(output=output) == 0
    schema = json.loads(output.getvalue())
    assert schema["title"] == "The configuration of Headgate"
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
