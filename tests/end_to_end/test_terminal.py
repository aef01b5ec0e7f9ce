"""A terminal that is closed ends what was started from it, as ever, although SIGHUP means a reload; but for `nohup`."""

import fcntl
import json
import os
import pty
import subprocess
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.end_to_end.command import END_SECONDS, HEADGATE, ROOT, until

pytestmark = pytest.mark.workers

CONFIG = {
    "server": {"port": 0},
    "cache": {"store": "memory"},
    "usage": {"path": None},
    "upstreams": {"github": {"kind": "github", "base_url": "http://127.0.0.1:9/"}},
}


@contextmanager
def in_a_terminal(directory: Path, *before: str) -> Iterator[tuple["subprocess.Popen[bytes]", int, Path]]:
    """The gateway, once it serves; the terminal's other end; and what it wrote."""
    file, output = directory / "headgate.yaml", directory / "output"
    file.write_text(json.dumps(CONFIG))
    ours, theirs = pty.openpty()
    with output.open("wb") as written:
        process = subprocess.Popen(
            [*before, HEADGATE, "serve", "--config", str(file)],
            cwd=ROOT,
            stdin=theirs,
            stdout=written,
            stderr=written,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 -- there is no other way, and no thread
        )
    os.close(theirs)
    try:
        until(lambda: "listens on" in output.read_text(), "the banner", log=output.read_text)
        yield process, ours, output
    finally:
        process.terminate()
        process.wait(END_SECONDS)
        with suppress(OSError):
            os.close(ours)


def test_a_closed_terminal_ends_it(tmp_path: Path) -> None:
    with in_a_terminal(tmp_path) as (process, terminal, output):
        os.close(terminal)
        assert process.wait(END_SECONDS) == 0
        assert "Traceback" not in output.read_text()


def test_with_nohup_it_goes_on(tmp_path: Path) -> None:
    with in_a_terminal(tmp_path, "nohup") as (process, terminal, _):
        os.close(terminal)
        time.sleep(1)
        assert process.poll() is None
