"""Starts what is measured, each in a process of its own, and waits until it answers."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(arguments: list[str], url: str, log: Path, environment: dict[str, str] | None = None) -> Iterator[str]:
    """Runs `python ARGUMENTS` until the block ends. Gives `url` once it answers, whatever the status.

    Raises:
        RuntimeError: It did not answer within ten seconds; shows its log.
    """
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, *arguments],
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        ) as process,
    ):
        try:
            for _ in range(100):
                if process.poll() is None and _answers(url):
                    break
                time.sleep(0.1)
            else:
                raise RuntimeError(f"{' '.join(arguments)} does not answer:\n{log.read_text()}")
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 -- our own loopback address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
