"""The key that tells callers apart: made once, for its owner only, and refused when anybody else could know it."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from app.cli import identity_key
from app.cli.identity_key import KEY_BYTES, KeyRefused, kept_key, passing_key


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "var" / "identity.key"


def written(file: Path, content: bytes, mode: int = 0o600) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_it_is_made_for_its_owner_only_and_found_again(file: Path) -> None:
    made = kept_key(file)

    assert (len(made.key), made.warning) == (KEY_BYTES, "")
    assert file.read_bytes() == made.key
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert kept_key(file) == made
    assert [*file.parent.iterdir()] == [file], "no draft is left behind"


def test_keys_differ(tmp_path: Path) -> None:
    keys = {passing_key().key, passing_key().key, kept_key(tmp_path / "one").key, kept_key(tmp_path / "other").key}
    assert len(keys) == 4


def test_whoever_loses_the_race_to_make_it_takes_the_winners(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = identity_key._make

    def overtaken(path: Path) -> None:
        make(path)
        make(path)

    monkeypatch.setattr(identity_key, "_make", overtaken)
    assert kept_key(file).key == file.read_bytes()
    assert [*file.parent.iterdir()] == [file]


def test_a_longer_one_of_somebodys_own_is_taken_as_it_is(file: Path) -> None:
    assert kept_key(written(file, b"\n" * 48)).key == b"\n" * 48


@pytest.mark.parametrize(
    ("content", "mode", "expected"),
    [
        (b"k" * 32, 0o644, "a file that nobody but its owner may use (chmod 600), got one of mode 0644"),
        (b"k" * 32, 0o640, "a file that nobody but its owner may use (chmod 600), got one of mode 0640"),
        (b"k" * 32, 0o602, "a file that nobody but its owner may use (chmod 600), got one of mode 0602"),
        (b"k" * 31, 0o600, "a file of 32 to 4096 random bytes, got fewer (where it is missing, it is made)"),
        (b"", 0o600, "a file of 32 to 4096 random bytes, got fewer (where it is missing, it is made)"),
        (b"k" * 4097, 0o600, "a file of 32 to 4096 random bytes, got more (where it is missing, it is made)"),
    ],
)
def test_one_that_others_could_know_or_guess_is_refused(content: bytes, mode: int, expected: str, file: Path) -> None:
    with pytest.raises(KeyRefused) as refusal:
        kept_key(written(file, content, mode))
    assert str(refusal.value) == expected
    assert file.read_bytes() == content, "and left as it was"


def test_one_of_somebody_elses_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(file, b"k" * 32)
    monkeypatch.setattr(os, "geteuid", lambda: file.stat().st_uid + 1)
    with pytest.raises(KeyRefused, match="belongs to the gateway's own user"):
        kept_key(file)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_regular_file_is_refused_at_once(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "key")
    with pytest.raises(KeyRefused, match=r"^a regular file$"):
        kept_key(tmp_path / "key")


def test_one_that_may_not_be_read_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise PermissionError(13, "Permission denied")

    written(file, b"k" * 32)
    monkeypatch.setattr(os, "open", refuse)  # the tests may be run by root, who may read everything
    with pytest.raises(KeyRefused, match=r"^a file that the gateway's own user may read$"):
        kept_key(file)


def test_where_it_cannot_be_made_there_is_one_for_this_run_and_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    impossible = tmp_path / "file" / "identity.key"

    passing = kept_key(impossible)

    assert len(passing.key) == KEY_BYTES
    assert passing.warning.startswith(f"the identity key cannot be kept in {impossible}: Not a directory; ")
    assert kept_key(impossible).key != passing.key


def test_a_medium_that_is_full_or_read_only_leaves_no_draft(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    assert "No space left on device" in kept_key(file).warning
    assert [*file.parent.iterdir()] == []


def test_it_is_in_no_repr(file: Path) -> None:
    key = kept_key(file)
    assert repr(key.key) not in repr(key)
