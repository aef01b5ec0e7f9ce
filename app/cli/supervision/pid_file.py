"""The file by which `headgate reload` finds the main process, and by which that says what came of a reload.

Its first line is the bare pid, as other tools expect it; a line of JSON follows once there was a reload. The main process
holds a lock on it (flock(2)), which the kernel frees when it dies: a file that is not locked is a stale one.
"""

import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

_LARGEST_BYTES: Final = 1 << 20
_TRIES: Final = 20
_TRY_SECONDS: Final = 0.025
_OWNER_ONLY: Final = 0o700

UNDER_WAY: Final = "under way"
TAKEN_UP: Final = "taken up"
REFUSED: Final = "refused"
GIVEN_UP: Final = "given up"


class PidFileTaken(Exception):
    """Another gateway that runs has it; the text is its pid, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Reload:
    """What came of a reload.

    Attributes:
        number: The how manieth it is since the start; 0: there was none.
        outcome: One of those above.
        changed: What was taken up, by dotted path.
        kept: What wants a restart.
        reasons: Why it was refused or given up, one line each.
    """

    number: int = 0
    outcome: str = TAKEN_UP
    changed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Running:
    """A main process that runs."""

    pid: int
    reload: Reload


class PidFile:
    """One that this process holds."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._write("")

    def note(self, reload: Reload) -> None:
        """For `headgate reload` to read. That it cannot be written is no reason not to serve."""
        with suppress(OSError):
            self._write(json.dumps(asdict(reload)) + "\n")

    def _write(self, rest: str) -> None:
        content = f"{os.getpid()}\n{rest}".encode()
        os.pwrite(self._descriptor, content, 0)
        os.ftruncate(self._descriptor, len(content))


@contextmanager
def held_pid_file(path: Path) -> Iterator[PidFile]:
    """Held while the block runs, and gone afterwards.

    Raises:
        OSError: It cannot be made.
        PidFileTaken: Another process holds it.
    """
    descriptor = _locked(path)
    try:
        yield PidFile(descriptor)
    finally:
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)


def running(path: Path) -> Running | None:
    """Who holds the file; None: nobody, or there is no such file.

    Raises:
        OSError: It cannot be read.
        ValueError: It is no pid file.
    """
    with suppress(FileNotFoundError), path.open("rb") as file:
        if _has_lock(file.fileno()):
            return None
        for _ in range(_TRIES):
            first, _, rest = file.read(_LARGEST_BYTES).decode().partition("\n")
            with suppress(ValueError, TypeError):  # it was being written just then
                return Running(int(first), _reload(json.loads(rest)) if rest else Reload())
            time.sleep(_TRY_SECONDS)
            file.seek(0)
        raise ValueError("no pid file of a gateway")
    return None


def usual_pid_file(config_file: Path, environ: Mapping[str, str]) -> Path:
    """Where it is while the settings name none: in a directory of this user alone, by the name of the configuration.

    Args:
        config_file: The configuration, or the working directory where there is none.
        environ: Where XDG_RUNTIME_DIR is looked up.

    Raises:
        OSError: There is no such directory, and none can be made.
    """
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    directory = Path(runtime, "headgate") if runtime else Path(tempfile.gettempdir(), f"headgate-{os.geteuid()}")
    directory.mkdir(mode=_OWNER_ONLY, exist_ok=True)
    status = directory.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise PermissionError(f"{directory} is not this user's alone")
    name = blake2b(os.fsencode(config_file.resolve()), digest_size=8).hexdigest()
    return directory / f"{name}.pid"


def _reload(written: Mapping[str, object]) -> Reload:
    lists = {name: tuple(map(str, _list(written[name]))) for name in ("changed", "kept", "reasons")}
    return Reload(number=int(str(written["number"])), outcome=str(written["outcome"]), **lists)


def _list(written: object) -> list[object]:
    if not isinstance(written, list):
        raise TypeError
    return written


def _locked(path: Path) -> int:
    for _ in range(_TRIES):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            if _has_lock(descriptor, exclusive=True) and _is_at(path, descriptor):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        time.sleep(_TRY_SECONDS)  # who only looks holds it for a moment, too; or its last holder has just unlinked it
    with suppress(OSError, ValueError):
        found = running(path)
        raise PidFileTaken(str(found.pid) if found else "?")
    raise PidFileTaken("?")


def _is_at(path: Path, descriptor: int) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    return False


def _has_lock(descriptor: int, *, exclusive: bool = False) -> bool:
    try:
        fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
