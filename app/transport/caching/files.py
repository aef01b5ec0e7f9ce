"""The database files of a directory. A damaged one is never mended: the next has another name, and so have SQLite's files
beside it, so that a process which still has the old one open cannot touch the new one.
"""

from pathlib import Path
from typing import Final

from app.transport.caching import database

_STEM: Final = "replies-"
_SUFFIX: Final = ".sqlite"


class Files:
    """Generations of the database in one directory.

    Args:
        directory: Need not exist yet.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def prepare(self) -> None:
        """Makes the directory; one that is made here is closed to others.

        Raises:
            OSError: It cannot be made.
        """
        self.directory.parent.mkdir(parents=True, exist_ok=True)
        self.directory.mkdir(mode=0o700, exist_ok=True)

    def path(self, generation: int) -> Path:
        return self.directory / f"{_STEM}{generation:016x}{_SUFFIX}"

    def newest(self) -> int:
        """The newest generation there is; 0 if there is none."""
        return max(self._generations(), default=0)

    def remove_but(self, generation: int) -> None:
        """Removes every other generation.

        Raises:
            OSError: One cannot be removed.
        """
        for other in self._generations():
            if other != generation:
                database.remove(self.path(other))

    def _generations(self) -> list[int]:
        found = []
        for path in self.directory.glob(f"{_STEM}*{_SUFFIX}"):
            digits = path.name.removeprefix(_STEM).removesuffix(_SUFFIX)
            if len(digits) == 16 and not set(digits) - set("0123456789abcdef"):
                found.append(int(digits, 16))
        return found
