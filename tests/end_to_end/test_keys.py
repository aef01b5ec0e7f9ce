"""Keys that the command makes, on a gateway of two workers: one limit for both, and what was spent is known after a restart."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import HEADGATE, ROOT, Answer, StandIns, ask, running, until

pytestmark = pytest.mark.workers

TAGS = "/api/v1/repos/acme/rocket/tags"


def configuration(directory: Path, upstreams: StandIns) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    file = directory / "headgate.yaml"
    settings: dict[str, Any] = {
        "server": {"port": 0, "workers": 2},
        "cache": {"store": "memory"},
        "callers": {"key_file": str(directory / "keys.yaml")},
        "upstreams": upstreams.upstreams(token="invented", mount="/github"),
    }
    file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
    return file


def made(file: Path, *arguments: str) -> str:
    """The key that the command prints."""
    command = (HEADGATE, "keys", "create", *arguments, "--config", str(file))
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


def asked(url: str, key: str, path: str = TAGS) -> Answer:
    return ask(url + path, Authorization=f"Bearer {key}")


def test_a_key_from_its_making_to_its_end(tmp_path: Path, upstreams: StandIns) -> None:
    file = configuration(tmp_path, upstreams)
    slow = made(file, "slow", "--rate", "5/h")
    assert slow.startswith("hg_")
    assert slow not in (tmp_path / "keys.yaml").read_text("utf-8")

    with running(tmp_path / "gateway", "serve", "--config", str(file)) as gateway:
        url = gateway.url
        assert ask(url + TAGS).status == 401
        statuses = [asked(url, slow).status for _ in range(12)]
        assert statuses == [200] * 5 + [429] * 7, "one limit for both workers"

        late = made(file, "late")
        until(lambda: asked(url, late).status == 200, "the new key to be taken up", log=gateway.told)
        subprocess.run(
            (HEADGATE, "keys", "revoke", "late", "--config", str(file)), cwd=ROOT, check=True, capture_output=True
        )
        until(lambda: asked(url, late).status == 401, "the revoked key to be refused", log=gateway.told)
        assert slow not in gateway.log
        assert late not in gateway.log


def test_what_was_spent_of_a_day_is_known_after_a_restart(tmp_path: Path, upstreams: StandIns) -> None:
    file = configuration(tmp_path, upstreams)
    poor = made(file, "poor", "--daily-points", "3")
    environ = {"HEADGATE_USAGE__PATH": str(tmp_path / "usage.db")}
    paths = [
        f"/api/v1/repos/acme/rocket/{what}" for what in ("tags", "branches", "releases", "languages", "contributors")
    ]

    told = []
    for number in range(2):
        with running(tmp_path / f"gateway {number}", "serve", "--config", str(file), environ=environ) as gateway:
            told.append([asked(gateway.url, poor, path).status for path in paths])
            gateway.process.terminate()
            assert gateway.exit_code() == 0, gateway.told()
    assert told == [[200, 200, 200, 429, 429], [429] * 5]
