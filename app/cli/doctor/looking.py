"""Looks at this machine: files, databases, the port. Changes nothing."""

import asyncio
import errno
import json
import os
import socket
import sqlite3
import ssl
import stat
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Final

from app.cli.doctor.facts import PROBE_SECONDS, CertificateSeen, DatabaseSeen, FileSeen, Occupant, PortSeen
from app.settings.certificates import handshake

_STEPS: Final = 10_000
"""After so many of its steps SQLite asks whether it shall go on."""
_ANSWERS: Final = {"ready": Occupant.HEADGATE, "not ready": Occupant.HEADGATE_NOT_READY}
_LARGEST_ANSWER_BYTES: Final = 16 * 1024
_ANYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 -- to be asked at, not to be listened to


def see(path: Path, shown: Path) -> FileSeen:
    """A file, a directory, or the place for one; told as `shown`."""
    try:
        there = path
        while not there.exists() and there != there.parent:
            there = there.parent
        status = there.stat()
        # More than a directory's mode says: whether the file system is read-only.
        writable = os.access(there, os.W_OK | (os.X_OK if stat.S_ISDIR(status.st_mode) else 0))
        room = os.statvfs(there)
    except OSError as error:
        return FileSeen(shown, exists=False, problem=(error.strerror or "it cannot be looked at").lower())
    exists = there == path
    return FileSeen(
        shown,
        exists,
        is_file=exists and stat.S_ISREG(status.st_mode),
        is_directory=stat.S_ISDIR(status.st_mode),
        owner=status.st_uid,
        mode=stat.S_IMODE(status.st_mode),
        size_bytes=status.st_size if exists else 0,
        readable=os.access(there, os.R_OK),
        writable=writable,
        free_bytes=room.f_bavail * room.f_frsize,
    )


def check_database(path: Path) -> DatabaseSeen:
    """Looks through it, for as long as a probe may take."""
    if not path.exists():
        return DatabaseSeen(exists=False)
    until = monotonic() + PROBE_SECONDS - 1
    size = path.stat().st_size
    try:
        # autocommit; to read is enough, and makes no file where there is none
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=1)) as connection:
            connection.set_progress_handler(lambda: monotonic() > until, _STEPS)
            (told,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return DatabaseSeen(exists=True, whole=False, size_bytes=size)
        return DatabaseSeen(exists=True, damage=_shown(error), size_bytes=size)
    except sqlite3.Error as error:
        return DatabaseSeen(exists=True, damage=_shown(error), size_bytes=size)
    return DatabaseSeen(exists=True, damage="" if told == "ok" else " ".join(str(told).split()), size_bytes=size)


async def port(host: str, number: int) -> PortSeen:
    """Whether it is free; else who answers there."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, number), family=family):
            return PortSeen(Occupant.NOBODY)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            return PortSeen(Occupant.NOT_TO_BE_HAD, (reason or "no such address").lower())
    for tls in (False, True):
        answer = await _answer_at(_ANYWHERE.get(host, host), number, tls=tls)
        if answer.startswith(b"HTTP/"):
            return PortSeen(_occupant(answer))
    return PortSeen(Occupant.SOMEBODY)


async def _answer_at(host: str, number: int, *, tls: bool) -> bytes:
    """What comes back when readiness is asked for; nothing if nothing does. By TLS its certificate is not looked at: nobody
    is on the way.
    """
    context = ssl.create_default_context() if tls else None
    if context is not None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    answer = b""
    try:
        async with asyncio.timeout(PROBE_SECONDS / 2):
            reader, writer = await asyncio.open_connection(host, number, ssl=context)
            with closing(writer):
                writer.write(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                while len(answer) < _LARGEST_ANSWER_BYTES and (piece := await reader.read(4_096)):
                    answer += piece
    except (OSError, TimeoutError):
        return answer
    return answer


def _occupant(answer: bytes) -> Occupant:
    try:
        said = json.loads(answer.partition(b"\r\n\r\n")[2])
    except ValueError:
        return Occupant.SOMEBODY
    status = said.get("status") if isinstance(said, dict) else None
    return _ANSWERS.get(status, Occupant.SOMEBODY) if isinstance(status, str) else Occupant.SOMEBODY


def certificate(certificate_file: Path, key_file: Path | None) -> CertificateSeen:
    """Shakes hands with itself, in memory: so the pair is tried as it will be used, and the end of the certificate shows."""
    try:
        serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        serving.load_cert_chain(certificate_file, key_file, password=_no_passphrase)
        asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        asking.load_verify_locations(certificate_file)
        return CertificateSeen(_end_of(serving, asking))
    except ssl.SSLCertVerificationError as error:
        if error.verify_code == 10:
            return CertificateSeen(0.0)
        return CertificateSeen(None, error.verify_message)
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or "cannot be read"
        return CertificateSeen(None, str(reason).replace("_", " ").lower())


def _end_of(serving: ssl.SSLContext, asking: ssl.SSLContext) -> float | None:
    found = handshake(serving, asking).getpeercert() or {}
    ends = found.get("notAfter")
    return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None


def _no_passphrase() -> str:
    raise ValueError("it wants a passphrase")


def _shown(error: sqlite3.Error) -> str:
    return str(error) or type(error).__name__
