"""The file by which the main process is found, and what it says of reloads."""

import fcntl
import os
from pathlib import Path

import pytest

from app.cli.supervision import pid_file
from app.cli.supervision.pid_file import (
    GIVEN_UP,
    PidFileTaken,
    Reload,
    Running,
    held_pid_file,
    running,
    usual_pid_file,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gate.pid"


def test_it_says_who_runs_and_is_gone_afterwards(file: Path) -> None:
    with held_pid_file(file):
        assert file.read_text() == f"{os.getpid()}\n"
        assert running(file) == Running(os.getpid(), Reload())
    assert not file.exists()
    assert running(file) is None


def test_what_came_of_a_reload_is_read_as_it_was_told(file: Path) -> None:
    reload = Reload(3, GIVEN_UP, ("server.workers",), ("server.port",), ("a reason, in ütf-8",))
    with held_pid_file(file) as held:
        held.note(Reload(2, "under way", ("x" * 1000,)))
        held.note(reload)
        assert running(file) == Running(os.getpid(), reload)
        assert file.read_text().splitlines()[0] == str(os.getpid())


def test_a_file_that_nobody_holds_is_a_stale_one_and_may_be_taken(file: Path) -> None:
    file.write_text("1\n")
    assert running(file) is None
    with held_pid_file(file):
        assert running(file) is not None


def test_it_is_held_by_one_only(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pid_file, "_TRY_SECONDS", 0)
    with held_pid_file(file), pytest.raises(PidFileTaken, match=str(os.getpid())), held_pid_file(file):
        pass


def test_what_is_no_pid_file_is_none(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pid_file, "_TRY_SECONDS", 0)
    file.write_text("root:x:0\n")
    with file.open() as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        with pytest.raises(ValueError, match="no pid file"):
            running(file)


def test_a_directory_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), held_pid_file(tmp_path / "nowhere" / "gate.pid"):
        pass


def test_the_usual_place_goes_by_the_configuration_and_is_its_users_alone(tmp_path: Path) -> None:
    environ = {"XDG_RUNTIME_DIR": str(tmp_path)}
    one, other = (usual_pid_file(tmp_path / name, environ) for name in ("a.yaml", "b.yaml"))
    assert one != other
    assert one == usual_pid_file(tmp_path / "x" / ".." / "a.yaml", environ)
    assert one.parent == tmp_path / "headgate"
    assert one.parent.stat().st_mode & 0o777 == 0o700


def test_a_usual_place_that_others_may_write_to_is_not_used(tmp_path: Path) -> None:
    (tmp_path / "headgate").mkdir()
    (tmp_path / "headgate").chmod(0o777)
    with pytest.raises(PermissionError, match="alone"):
        usual_pid_file(tmp_path / "a.yaml", {"XDG_RUNTIME_DIR": str(tmp_path)})
