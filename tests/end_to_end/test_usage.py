"""Usage through two workers: one answer of both, a command beside them, and nothing lost by a restart."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import HEADGATE, ROOT, Command, StandIns, ask, running, until

pytestmark = pytest.mark.workers

ROCKET = "/api/v1/repos/acme/rocket"
USAGE = "/api/v1/usage"
ASKED_OFTEN = 12
"""On so many connections, both workers have had some."""


@contextmanager
def two_workers(directory: Path, upstreams: StandIns) -> Iterator[Command]:
    """What was used is in `directory`: the next one finds it."""
    settings = {
        "server": {"port": 0, "workers": 2},
        "cache": {"path": str(directory / "cache")},
        "identity": {"key_file": str(directory / "identity.key")},
        "callers": {"key_file": str(directory / "keys.yaml")},
        "usage": {"path": str(directory / "usage.db")},
        "upstreams": upstreams.upstreams(mount="/github"),
    }
    (directory / "x.yaml").write_text(json.dumps(settings), encoding="utf-8")
    with running(directory, "serve", "--config", str(directory / "x.yaml")) as command:
        yield command


def shown(directory: Path, *arguments: str) -> Any:
    """`headgate usage --json` beside the workers."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE", "GITHUB"))}
    ran = subprocess.run(
        [HEADGATE, "usage", "--json", *arguments, "--config", str(directory / "x.yaml")],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def of_rocket(told: Any) -> tuple[int, int]:
    """Requests and points of its route."""
    rows = {row["name"]: row for row in told["rows"]}
    row = rows.get("/api/v1/repos/<owner>/<repo>", {"requests": 0, "points": 0})
    return row["requests"], row["points"]


def test_of_both_workers_over_a_restart_and_a_kill(tmp_path: Path, upstreams: StandIns) -> None:
    with two_workers(tmp_path, upstreams) as gateway:
        for _ in range(ASKED_OFTEN):
            assert ask(gateway.url + ROCKET).status == 200
        answer = ask(f"{gateway.url}{USAGE}?by=route").body
        assert (answer["scope"], answer["degraded"]) == ("machine", None)

        def is_whole() -> bool:  # what the other worker has not yet written comes within two seconds
            return of_rocket(ask(f"{gateway.url}{USAGE}?by=route").body) == (ASKED_OFTEN, 1)

        until(is_whole, "the usage of both workers", seconds=6, log=gateway.told)
        assert of_rocket(shown(tmp_path, "--by", "route")) == (ASKED_OFTEN, 1)

        ask(gateway.url + ROCKET)
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0
    assert of_rocket(shown(tmp_path, "--by", "route")) == (ASKED_OFTEN + 1, 1), "written before they ended"

    with two_workers(tmp_path, upstreams) as gateway:
        assert of_rocket(ask(f"{gateway.url}{USAGE}?by=route").body) == (ASKED_OFTEN + 1, 1)
        gateway.tell_all(signal.SIGKILL)
        gateway.process.wait(timeout=10)
    told = shown(tmp_path, "--by", "route")
    assert of_rocket(told) == (ASKED_OFTEN + 1, 1)
    assert told["degraded"] is None
