"""Both stand-ins as one process, and its ends."""

import json
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from app.demo.serving import main, serve_stand_ins

ROOT = Path(__file__).parents[3]


async def test_both_at_once_and_gone_afterwards() -> None:
    async with serve_stand_ins(tick_seconds=60, points=5) as addresses:
        assert addresses.github.endswith("/")
        assert addresses.github != addresses.facebook
        port = int(addresses.github.rstrip("/").rsplit(":", 1)[1])
    # The port is free again.
    async with serve_stand_ins(github_port=port) as addresses:
        assert addresses.github == f"http://127.0.0.1:{port}/"


def test_it_ends_with_its_parent(capsys: pytest.CaptureFixture[str]) -> None:
    ours, theirs = os.pipe()
    timer = threading.Timer(0.1, os.close, [theirs])
    timer.start()
    main(["--exit-with-parent", "--points", "9"], parent=ours)
    timer.join()
    os.close(ours)
    assert set(json.loads(capsys.readouterr().out)) == {"github", "facebook"}


@pytest.mark.parametrize(("options", "end"), [(["--exit-with-parent"], "pipe"), ([], "signal")])
def test_as_a_process(options: list[str], end: str) -> None:
    process: Any = subprocess.Popen(
        [sys.executable, "-m", "app.demo.serving", *options],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        github = json.loads(process.stdout.readline())["github"]
        with urllib.request.urlopen(f"{github}repos/acme/rocket", timeout=5) as answer:  # noqa: S310  http, as printed
            assert json.load(answer)["full_name"] == "acme/rocket"
        if end == "pipe":
            process.stdin.close()
        else:
            process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
