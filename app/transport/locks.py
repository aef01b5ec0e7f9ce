"""Locks between processes on single bytes of a file, which the kernel frees when their holder dies.

They are "open file description" locks where there are such (Linux, fcntl(2)): two stores in one process exclude each
other too. Elsewhere they are POSIX locks, which exclude processes only.
"""

import fcntl
import os
import struct
from typing import Final

# struct flock: type, whence, start, length, pid.
_FLOCK: Final = struct.Struct("hhqqi4x")


class ByteLocks:
    """The locks that one open file has. The bytes need not exist."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def acquire(self, offset: int, *, shared: bool = False) -> bool:
        """Whether the byte is ours now; never waits. One that we have already changes between shared and exclusive.

        Raises:
            OSError: This file system knows no locks.
        """
        try:
            self._set(fcntl.F_RDLCK if shared else fcntl.F_WRLCK, offset)
        except BlockingIOError:
            return False
        return True

    def release(self, offset: int) -> None:
        self._set(fcntl.F_UNLCK, offset)

    def _set(self, kind: int, offset: int) -> None:
        if hasattr(fcntl, "F_OFD_SETLK"):
            fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, _FLOCK.pack(kind, os.SEEK_SET, offset, 1, 0))
            return
        command = {fcntl.F_RDLCK: fcntl.LOCK_SH, fcntl.F_WRLCK: fcntl.LOCK_EX, fcntl.F_UNLCK: fcntl.LOCK_UN}[kind]
        fcntl.lockf(self._descriptor, command | fcntl.LOCK_NB, 1, offset)
