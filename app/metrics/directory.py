"""Where the processes of one gateway count together."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def metrics_directory() -> Iterator[Path]:
    """Made by the main process, closed to everybody else, and gone when it ends."""
    with tempfile.TemporaryDirectory(prefix="headgate-metrics-") as name:
        descriptor = os.open(name, os.O_RDONLY)
        try:
            # tmpfiles.d(5): what is locked is not cleared away, however old it looks.
            with suppress(OSError):  # a file system that knows no locks
                fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield Path(name)
        finally:
            os.close(descriptor)
