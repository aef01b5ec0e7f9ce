"""Where the board of a directory is: in it, or, when that cannot be written, in memory that the machine's processes share.

Directories that everybody may write into are dangerous ground: a file there is taken only if it is a plain one, ours,
under no other name, and closed to everybody else.
"""

import os
import stat
import tempfile
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Final

from app.transport.caching.board import Board, Unusable, open_board

NAME: Final = "board"
SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- see `_opened`
_PATIENCE: Final = 2000
_PAUSE_SECONDS: Final = 0.005


def common_ground() -> tuple[Path, ...]:
    """The directories that all processes of the machine have, the best first."""
    return SHARED_MEMORY, Path(tempfile.gettempdir())


def board_of(
    directory: Path, filter_bytes: int, elsewhere: tuple[Path, ...], sleep: Callable[[float], None]
) -> tuple[Board, str | None]:
    """The board that the workers with this directory share, and what is the matter if it is not in there.

    Without any place for one it is private, and says so (`Board.shared`).

    Args:
        directory: The store's, which exists if it can.
        filter_bytes: For a new board.
        elsewhere: Where to look when it cannot be in there.
        sleep: Waits some seconds, while another one puts it in order.
    """
    digest = blake2b(os.fsencode(directory.resolve()), digest_size=8).hexdigest()
    substitutes = [place / f"headgate-{os.geteuid()}-{digest}" for place in elsewhere]
    # Who started while the disk was full has a board elsewhere: as long as they live, all meet there.
    for path in substitutes:
        board = _joined(path, filter_bytes, sleep)
        if board is not None:
            return board, None
    trouble: str | None = None
    for path in (directory / NAME, *substitutes):
        try:
            return _opened(path, filter_bytes, sleep, os.O_CREAT), trouble
        except (OSError, Unusable) as error:
            trouble = trouble or reason_of(error)
    return Board(None, filter_bytes), trouble


def reason_of(error: OSError | Unusable) -> str:
    """In a few words, without a path."""
    if isinstance(error, Unusable):
        return str(error)
    if error.errno in {28, 122}:  # ENOSPC, EDQUOT
        return "disk full"
    if error.errno in {1, 13, 30}:  # EPERM, EACCES, EROFS
        return "read-only"
    return f"unusable: {os.strerror(error.errno or 0)}"


def _joined(path: Path, filter_bytes: int, sleep: Callable[[float], None]) -> Board | None:
    """The board at `path` if somebody uses it. One that nobody uses any more goes."""
    try:
        board = _opened(path, filter_bytes, sleep, 0)
    except (OSError, Unusable):
        return None
    if not board.is_first:
        return board
    path.unlink(missing_ok=True)
    board.close()
    return None


def _opened(path: Path, filter_bytes: int, sleep: Callable[[float], None], create: int) -> Board:
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | create, 0o600)
    try:
        _check(os.fstat(descriptor), path)
        return _entered(descriptor, filter_bytes, sleep)
    except BaseException:
        os.close(descriptor)
        raise


def _check(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_uid not in {os.geteuid(), _owner(path)}:
        raise Unusable("its board belongs to somebody else")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise Unusable("its board is open to others")


def _entered(descriptor: int, filter_bytes: int, sleep: Callable[[float], None]) -> Board:
    for _ in range(_PATIENCE):
        board = open_board(descriptor, filter_bytes)
        if board is not None:
            return board
        sleep(_PAUSE_SECONDS)
    raise Unusable("another process does not stop putting it in order")


def _owner(path: Path) -> int:
    """Who may put files there: the owner of a directory that nobody else may write into, or else ourselves."""
    found = path.parent.stat()
    return os.geteuid() if found.st_mode & 0o022 else found.st_uid
