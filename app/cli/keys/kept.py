"""The file of keys, as the commands change it: whole or not at all, and one after the other."""

import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from app.callers.key_file import LARGEST_BYTES, UnreadableKeys
from app.settings.callers import CallerKey
from app.settings.keys import keys_in

Written = dict[str, dict[str, Any]]
"""By name, what stands in the file: a section of `callers.keys` each."""

_HEAD: Final = """\
# Keys of callers: their hashes, and what each may do. Written by `headgate keys`, which keeps no other comments.
# The gateway reads it again within a second.
"""
_OWNER_ONLY: Final = 0o600
_KEPT_BITS: Final = 0o640
"""What a file that was there may go on to allow."""


class NotKept(Exception):
    """The file cannot be read, or not be written. The text says why, and holds nothing of it."""


def read(file: Path) -> Written:
    """What is in it; nothing where there is no file.

    Raises:
        NotKept: It cannot be read.
        UnreadableKeys: It is no file of keys.
    """
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise NotKept(f"{file} cannot be read: {error.strerror}") from None
    try:
        keys = keys_in(content.decode("utf-8-sig"), str(file))
    except UnicodeDecodeError:
        raise UnreadableKeys("it is not in UTF-8") from None
    return {name: plain(key) for name, key in keys.items()}


@contextmanager
def changing(file: Path) -> Iterator[Written]:
    """What is in it, to be changed; it is written when the block has ended well. Others who change it wait.

    Raises:
        NotKept: It cannot be read or written.
        UnreadableKeys: It is no file of keys.
    """
    file = file.resolve()  # where it is a link, what it leads to is replaced
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        directory = os.open(file.parent, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise NotKept(f"{file} cannot be written: {error.strerror}") from None
    try:
        _lock(directory, file)
        keys = read(file)
        yield keys
        text = text_of(keys)
        keys_in(text, str(file))
        if len(text.encode()) > LARGEST_BYTES:
            raise NotKept(f"{file} would become larger than 1 MiB, and the gateway would not read it")
        try:
            _replace(file, text.encode(), directory)
        except OSError as error:
            raise NotKept(f"{file} cannot be written: {error.strerror}") from None
    finally:
        os.close(directory)  # and with it the lock goes


def text_of(keys: Mapping[str, Mapping[str, Any]]) -> str:
    """The whole text of a file that holds these. Values are written as JSON, which is YAML in which nothing is guessed."""
    lines = [_HEAD + ("keys:" if keys else "keys: {}")]
    for name, key in keys.items():
        lines.append(f"  {json.dumps(name)}:")
        for field, value in key.items():
            if field == "hashes":
                lines += ["    hashes:", *(f"      - {json.dumps(each)}" for each in value)]
            else:
                lines.append(f"    {field}: {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(lines) + "\n"


def plain(key: CallerKey) -> dict[str, Any]:
    """A valid section as it was written."""
    plain = key.model_dump(by_alias=True, exclude_unset=True)
    plain["hashes"] = [
        {**each.model_dump(exclude_unset=True), "sha256": each.sha256.get_secret_value()} for each in key.hashes
    ]
    return plain


def _lock(directory: int, file: Path) -> None:
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
    except OSError as error:
        raise NotKept(f"the directory of {file} cannot be locked: {error.strerror}") from None


def _replace(file: Path, content: bytes, directory: int) -> None:
    draft = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _OWNER_ONLY)
    try:
        with os.fdopen(descriptor, "wb") as written:
            written.write(content)
            written.flush()
            _give_as_before(written.fileno(), file)
            os.fsync(written.fileno())
        draft.replace(file)
        os.fsync(directory)
    finally:
        draft.unlink(missing_ok=True)


def _give_as_before(descriptor: int, file: Path) -> None:
    """To whom the file belonged, or the directory, where root runs the command for the gateway's own user."""
    try:
        status = file.stat()
        os.fchmod(descriptor, _OWNER_ONLY | (stat.S_IMODE(status.st_mode) & _KEPT_BITS))
    except FileNotFoundError:
        status = file.parent.stat()
    if (os.geteuid() == 0 or file.exists()) and (status.st_uid, status.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(descriptor, status.st_uid, status.st_gid)
