"""The numbers of one process in a file, of which there are as many as processes at most: a slot.

prometheus-client has such files, too (its "multiprocess mode"). They need an environment variable before the library is
imported and a class in one of its modules, name processes by their pid, so that every worker that was ever replaced leaves
one behind, and one that was cut off in its making breaks the page for good. Here a process takes the first slot that nobody
has, and counts on where a dead one stopped: counters never go back, and files do not pile up.
"""

import mmap
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from app.logs.logger import logger_of
from app.metrics.families import BY_NAME
from app.metrics.family import Key
from app.metrics.numbers_file import HEAD_BYTES, WORD, Garbled, Reader, head, written
from app.metrics.values import GONE, Numbers
from app.transport.locks import ByteLocks

logger = logger_of(__name__)

SUFFIX: Final = ".numbers"
FIRST_BYTES: Final = 1 << 18
"""Room for some three thousand numbers; more is added when it is needed."""
_OWNER: Final = 1 << 40
"""The byte, beyond the file's end, that whoever has the slot has locked."""
_MOST_SLOTS: Final = 10_000


class Slot:
    """That of this process, taken for as long as it lives. The kernel frees it when the process dies."""

    def __init__(self, directory: Path) -> None:
        """Takes one.

        Args:
            directory: Of all processes that count together.

        Raises:
            OSError: Nothing can be written there.
        """
        self._directory = directory
        self._reader = Reader()
        self._positions: dict[Key, int] = {}
        self._is_told = False
        self.path, self._descriptor = _taken(directory)
        try:
            self._open()
        except BaseException:
            os.close(self._descriptor)
            raise

    def close(self) -> None:
        """Gives it to the next one. A process that ends need not."""
        self._words.release()
        self._map.close()
        os.close(self._descriptor)

    def add(self, key: Key, amount: float) -> None:
        position = self._positions.get(key)
        if position is not None:
            self._words[position] += amount
        else:
            self._begin(key, amount)

    def set(self, key: Key, value: float) -> None:
        position = self._positions.get(key)
        if position is not None:
            self._words[position] = value
        else:
            self._begin(key, value)

    def own(self) -> Mapping[Key, float]:
        return {key: self._words[position] for key, position in self._positions.items()}

    def all(self) -> Iterable[Numbers]:
        """As the files have it now. One that cannot be read is left out, and told of."""
        for path in sorted(self._directory.glob(f"*{SUFFIX}")):
            try:
                yield self._numbers(path)
            except (OSError, Garbled) as error:
                logger.warning("numbers of a worker cannot be read", file=path.name, reason=type(error).__name__)

    def _numbers(self, path: Path) -> Numbers:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        with os.fdopen(descriptor, "rb") as file:
            # Ours is not tried: without OFD locks the lock that this process has would go with the descriptor.
            lives = path == self.path or not ByteLocks(descriptor).acquire(_OWNER, shared=True)
            content = file.read()
        return Numbers(lives, {key: value for key, value, _ in self._reader.numbers(content)})

    def _open(self) -> None:
        size = os.fstat(self._descriptor).st_size
        content = os.pread(self._descriptor, size, 0)
        found: dict[Key, int] = {}
        try:
            found = {key: position for key, _, position in self._reader.numbers(content)}
        except Garbled:
            logger.warning("numbers of a worker were damaged, and begin anew", file=self.path.name)
            found = {}
            os.truncate(self._descriptor, 0)
            size = 0
        self._map_to(max(size, FIRST_BYTES))
        if not found:
            self._map[:HEAD_BYTES] = head()
        for key, position in found.items():
            family = BY_NAME.get(key[0])
            if family is None or not family.kind.grows:
                self._words[position // WORD] = GONE  # what a process that is gone knew of this moment
            self._positions[key] = position // WORD

    def _begin(self, key: Key, value: float) -> None:
        record = written(key, value)
        used = int.from_bytes(self._map[:WORD], sys.byteorder)
        if used + len(record) > len(self._map) and not self._has_grown():
            return
        end = used + len(record)
        self._map[used:end] = record
        self._map[:WORD] = end.to_bytes(WORD, sys.byteorder)
        self._positions[key] = (end - WORD) // WORD

    def _has_grown(self) -> bool:
        size = len(self._map)
        self._words.release()
        self._map.close()
        try:
            self._map_to(2 * size)
        except OSError as error:
            self._map_to(size)
            if not self._is_told:
                self._is_told = True
                logger.warning("there is no room for more metrics", reason=error.strerror)
            return False
        return True

    def _map_to(self, size: int) -> None:
        # All of it is really there: to write where the disk has no room for it would kill the process (SIGBUS).
        if hasattr(os, "posix_fallocate"):
            os.posix_fallocate(self._descriptor, 0, size)
        else:
            os.truncate(self._descriptor, size)
        self._map = mmap.mmap(self._descriptor, size)
        self._words = memoryview(self._map).cast("d")


def _taken(directory: Path) -> tuple[Path, int]:
    for number in range(_MOST_SLOTS):
        path = directory / f"{number:04}{SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            if ByteLocks(descriptor).acquire(_OWNER):
                return path, descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
    raise FileExistsError(f"{_MOST_SLOTS} processes count together already")
