"""Starts what is measured, each in processes of its own, and waits until it answers."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
START_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Server:
    """Something that runs.

    Attributes:
        url: `http://host:port`, without a slash at its end.
        pid: Of its main process; its workers are in the same process group.
        start_seconds: From the command to the first answer.
    """

    url: str
    pid: int
    start_seconds: float


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(module: str, *arguments: str, log: Path, port: int | None = None) -> Iterator[Server]:
    """Runs `python -m MODULE PORT ARGUMENTS` (or, with `{port}` among the arguments, as they are) until the block ends."""
    port = port or free_port()
    command = [sys.executable, "-m", module]
    command += [each.format(port=port) for each in arguments] if "{port}" in arguments else [str(port), *arguments]
    with _started(command, port, log) as server:
        yield server


@contextmanager
def running_nginx(configuration: str, port: int, folder: Path) -> Iterator[Server]:
    """Runs nginx until the block ends.

    Raises:
        RuntimeError: nginx is missing.
    """
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if found is None:
        raise RuntimeError("nginx is missing (Debian: apt-get install nginx-light)")
    file = folder / "nginx.conf"
    file.write_text(configuration)
    with _started([found, "-p", str(folder), "-c", str(file)], port, folder / "nginx.log") as server:
        yield server


@contextmanager
def _started(command: list[str], port: int, log: Path) -> Iterator[Server]:
    """Until the block ends.

    Raises:
        RuntimeError: It did not listen in time; shows its log.
    """
    url = f"http://{HOST}:{port}"
    with (
        log.open("wb") as output,
        subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True) as process,
    ):
        try:
            began = time.monotonic()
            while not _answers(url):
                if process.poll() is not None or time.monotonic() > began + START_SECONDS:
                    raise RuntimeError(f"{' '.join(command)} does not answer:\n{log.read_text()}")
                time.sleep(0.01)
            yield Server(url, process.pid, time.monotonic() - began)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def _answers(url: str) -> bool:
    """Whether something listens and answers, whatever the status."""
    try:
        urllib.request.urlopen(url + "/-/count", timeout=1).close()  # noqa: S310 -- our own loopback address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
