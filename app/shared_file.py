"""A small file that all workers of a machine have mapped, for as long as they run."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def shared_file(name: str, size_bytes: int) -> Iterator[Path]:
    """One of zeros, closed to everybody else, made by the main process. It goes with the block."""
    with tempfile.TemporaryDirectory(prefix="headgate-") as directory:
        path = Path(directory) / name
        path.touch(mode=0o600)
        os.truncate(path, size_bytes)
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            # tmpfiles.d(5): what is locked is not cleared away, however long nobody has opened it. A worker that takes a
            # lost one's place would not find it.
            with suppress(OSError):  # a file system that knows no locks
                fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield path
        finally:
            os.close(descriptor)
