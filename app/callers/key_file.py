"""The file that `headgate keys` writes, looked at again and again."""

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from app.callers.entry import Entries

LARGEST_BYTES: Final = 2**20

Version = tuple[int, ...]
"""What tells one state of the file from another."""

MISSING: Final[Version] = ()

_OTHERS_WRITE: Final = 0o002


class UnreadableKeys(ValueError):
    """It is no file of keys. The text says why, and holds nothing of it."""


class Look(NamedTuple):
    """What was found.

    Attributes:
        version: To give back at the next look.
        entries: None: there are none to be had of it, for the reason in `problem`.
        problem: Empty where there is none.
        has_content: Whether something stands in it.
    """

    version: Version
    entries: Entries | None = None
    problem: str = ""
    has_content: bool = True


@dataclass(frozen=True, slots=True)
class KeyFile:
    """The file at `path`; `parse` reads its text, or raises `UnreadableKeys`."""

    path: Path
    parse: Callable[[str], Entries]

    def look(self, known: Version | None) -> Look | None:
        """What is in it; None: it is as at the look whose version is `known`."""
        try:
            version = _version(self.path.stat())
            if version == known:
                return None
            return self._read(version)
        except FileNotFoundError:
            return None if known == MISSING else Look(MISSING, {}, has_content=False)
        except OSError as error:
            version = (-(error.errno or 1),)
            return None if version == known else Look(version, problem=error.strerror or type(error).__name__)

    def _read(self, version: Version) -> Look:
        # Without O_NONBLOCK, the opening of a named pipe would wait for somebody who writes into it.
        descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return Look(version, problem="it is no regular file")
            if status.st_mode & _OTHERS_WRITE:
                return Look(version, problem="everybody may write into it")
            content = file.read(LARGEST_BYTES + 1)
        version = _version(status)
        if len(content) > LARGEST_BYTES:
            return Look(version, problem="it is larger than 1 MiB")
        try:
            return Look(version, self.parse(content.decode("utf-8-sig")), has_content=bool(content))
        except UnicodeDecodeError:
            return Look(version, problem="it is not in UTF-8")
        except UnreadableKeys as problem:
            return Look(version, problem=str(problem))


def _version(status: os.stat_result) -> Version:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
