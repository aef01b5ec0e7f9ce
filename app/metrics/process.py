"""What this process takes of the machine (proc(5)). What cannot be had is None: there is no /proc but on Linux."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc/self")


def resident_bytes() -> int | None:
    """Of its memory."""
    try:
        pages = int((_PROC / "statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def open_files() -> int | None:
    """Descriptors. Since Linux 6.2 the size of the directory is their number; to list thousands would hold the loop up."""
    directory = _PROC / "fd"
    with suppress(OSError):
        return directory.stat().st_size or len(os.listdir(directory))  # noqa: PTH208 -- names only: none of them is opened
    return None
