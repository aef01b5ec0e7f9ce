"""The key that hashes callers' credentials into partitions: a file of its owner alone, made at the first start.

It lies outside the store, so that whoever gets hold of what is stored cannot try out credentials against the hashes.
Only the main process reads it; the workers are handed the bytes.
"""

import os
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

KEY_BYTES: Final = 32
LARGEST_BYTES: Final = 4096
_OWNER_ONLY: Final = 0o600
_OTHERS: Final = 0o077


class KeyRefused(Exception):
    """The file exists and must not be used. The text finishes the sentence "expected …"; it holds nothing of the key."""


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """The key of this run.

    Attributes:
        key: 32 bytes or more.
        warning: Why it is good for this run only, where it could not be kept.
    """

    key: bytes = field(repr=False)
    warning: str = ""


def passing_key() -> IdentityKey:
    """A key for one run, where nothing that outlives the run depends on it."""
    return IdentityKey(secrets.token_bytes(KEY_BYTES))


def kept_key(file: Path) -> IdentityKey:
    """The key in `file`, which is made where it is missing; one for this run alone where it cannot be made.

    Raises:
        KeyRefused: There is a file, but it cannot be read, belongs to somebody else, is open to others, or holds no key.
    """
    try:
        with suppress(FileNotFoundError):
            return IdentityKey(_read(file))
        _make(file)
        return IdentityKey(_read(file))
    except OSError as error:
        return replace(
            passing_key(),
            warning=f"the identity key cannot be kept in {file}: {error.strerror}; with the key of this run, what is stored for "
            "callers with credentials of their own will not be found after the next start",
        )


def _read(file: Path) -> bytes:
    try:
        # Without O_NONBLOCK, the opening of a named pipe would wait for somebody who writes into it.
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except PermissionError:
        raise KeyRefused("a file that the gateway's own user may read") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise KeyRefused("a regular file")
        if status.st_uid != os.geteuid():
            raise KeyRefused("a file that belongs to the gateway's own user")
        if status.st_mode & _OTHERS:
            mode = f"{stat.S_IMODE(status.st_mode):04o}"
            raise KeyRefused(f"a file that nobody but its owner may use (chmod 600), got one of mode {mode}")
        key = os.read(descriptor, LARGEST_BYTES + 1)
    finally:
        os.close(descriptor)
    if not KEY_BYTES <= len(key) <= LARGEST_BYTES:
        raise KeyRefused(
            f"a file of {KEY_BYTES} to {LARGEST_BYTES} random bytes, got "
            f"{'fewer' if len(key) < KEY_BYTES else 'more'} (where it is missing, it is made)"
        )
    return key


def _make(file: Path) -> None:
    """Makes `file` whole or not at all; does nothing where another process was first."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        try:
            os.write(descriptor, secrets.token_bytes(KEY_BYTES))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        with suppress(FileExistsError):
            file.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
