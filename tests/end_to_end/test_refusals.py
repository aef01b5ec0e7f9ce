"""What keeps it from starting is told in lines that a person understands, and by the exit code."""

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.command import HEADGATE, Command, running

pytestmark = pytest.mark.workers

COMMANDS = [pytest.param((HEADGATE,), id="headgate"), pytest.param((sys.executable, "-m", "app"), id="python -m app")]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def ended(command: Command) -> tuple[int, str, list[str]]:
    return command.exit_code(), command.output, command.log.splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_a_port_in_use_is_one_line_and_exit_code_1(command: tuple[str, ...], taken: int, tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--port", str(taken), command=command) as gateway:
        assert ended(gateway) == (1, "", [f"cannot listen on 127.0.0.1:{taken}: Address already in use"])


def test_the_demo_on_a_port_in_use_leaves_no_stand_ins_behind(taken: int, tmp_path: Path) -> None:
    with running(tmp_path, "demo", "--port", str(taken)) as demo:
        code, output, (*_, line) = ended(demo)  # before it perhaps a warning: of a demo that another test runs
        assert (code, output, line) == (1, "", f"cannot listen on 127.0.0.1:{taken}: Address already in use")
        demo.leaves_nothing_behind()


def test_an_address_that_is_not_ours_is_one_line_and_exit_code_1(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--host", "192.0.2.1", "--port", "0") as gateway:
        code, output, (line,) = ended(gateway)
        assert (code, output) == (1, "")
        assert line.startswith("cannot listen on 192.0.2.1:0: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_an_invalid_configuration_is_one_line_per_fault_and_exit_code_2(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    file = tmp_path / "wrong.yaml"
    file.write_text(
        "server: {port: 70000, wrokers: 2}\nupstreams:\n  github: {kind: github, timeouts: {read_seconds: -1}}\n"
    )
    environ = {"HEADGATE_PORT": "1", "HEADGATE_SERVER__HOST": "a b"}
    with running(tmp_path, "serve", "--config", str(file), command=command, environ=environ) as gateway:
        code, output, lines = ended(gateway)
        assert (code, output) == (2, "")
        assert [line.partition(" ")[0] for line in lines] == [
            "warning:", "server.host:", "server.port:", "server.wrokers:", "upstreams.github.timeouts.read_seconds:",
        ], gateway.told()  # fmt: skip


def test_a_missing_file_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    with running(tmp_path, "serve", "--config", str(tmp_path / "nowhere.yaml")) as gateway:
        code, output, (line,) = ended(gateway)
        assert (code, output) == (2, "")
        assert "nowhere.yaml" in line


def test_a_command_that_does_not_exist_is_exit_code_2(tmp_path: Path) -> None:
    with running(tmp_path, "srve") as gateway:
        code, output, lines = ended(gateway)
        assert (code, output) == (2, "")
        assert lines[0].startswith("usage: headgate ")
