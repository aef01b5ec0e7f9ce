"""`headgate report` as a person runs it, before stand-ins."""

import csv
import io
import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import HEADGATE, ROOT, StandIns, kept_port, until

pytestmark = pytest.mark.workers


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE", "GITHUB"))}


def configured(directory: Path, upstreams: dict[str, Any]) -> Path:
    settings = {
        "cache": {"path": str(directory / "cache")},
        "identity": {"key_file": str(directory / "identity.key")},
        "usage": {"path": None},
        "upstreams": upstreams,
    }
    file = directory / "x.yaml"
    file.write_text(json.dumps(settings), encoding="utf-8")
    return file


def reported(config: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [HEADGATE, "report", *arguments, "--config", str(config)],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def config(tmp_path: Path, upstreams: StandIns) -> Path:
    return configured(tmp_path, upstreams.upstreams(token="any"))


def test_a_repository_in_each_form(config: Path, tmp_path: Path) -> None:
    told = reported(config, "repo", "acme/rocket")
    assert (told.returncode, told.stderr) == (0, "")
    assert "acme/rocket  Flight software" in told.stdout
    assert "\x1b" not in told.stdout

    as_json = json.loads(reported(config, "repo", "acme/rocket", "--json").stdout)
    assert as_json["full_name"] == "acme/rocket"
    assert as_json["commits"]["state"] == "complete"

    (row,) = csv.DictReader(io.StringIO(reported(config, "repo", "acme/rocket", "--csv").stdout))
    assert row["full_name"] == "acme/rocket"

    page = tmp_path / "rocket.html"
    assert reported(config, "repo", "acme/rocket", "--html", "-o", str(page)).returncode == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_what_is_in_the_cache_is_not_asked_for_again(config: Path, upstreams: StandIns) -> None:
    reported(config, "org", "acme", "--json")
    before = upstreams.asked()

    again = reported(config, "org", "acme", "--json")

    assert json.loads(again.stdout)["totals"]["repositories"] == 13
    assert upstreams.asked() - before <= 2  # what is left of the quota, and what GitHub gave no lifetime


def test_a_comparison_that_lacks_one_says_so_and_its_code_does(config: Path) -> None:
    told = reported(config, "compare", "acme/rocket", "acme/nope")

    assert told.returncode == 3
    assert "acme/nope: everything" in told.stderr
    assert "4,821" in told.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("repo", "acme/nope"), 1, "there is no repository acme/nope"),
        (("org", "mira-okafor"), 1, "there is no organization mira-okafor"),
        (("repo", "acme"), 2, "expected a repository as OWNER/REPO"),
        (("compare", "a/b"), 2, "expected two to ten repositories"),
        (("repo", "acme/rocket", "--html", "-o", "/nowhere/x.html"), 1, "/nowhere/x.html cannot be written"),
    ],
)
def test_what_cannot_be_had_is_one_line(config: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    told = reported(config, *arguments)

    assert told.returncode == code
    assert said in told.stderr
    assert "Traceback" not in told.stderr
    assert told.stdout == ""


def test_an_upstream_that_is_down(tmp_path: Path) -> None:
    with kept_port() as port:
        down = {"github": {"kind": "github", "base_url": f"http://127.0.0.1:{port}/", "token": "ghp_marked_and_secret"}}
        told = reported(configured(tmp_path, down), "repo", "acme/rocket")

    assert told.returncode == 1
    assert "acme/rocket: " in told.stderr
    assert "Traceback" not in told.stderr
    assert "ghp_marked" not in told.stderr + told.stdout


def test_ctrl_c_ends_it_in_good_order(tmp_path: Path, upstreams: StandIns) -> None:
    config = configured(tmp_path, upstreams.upstreams(token="any"))
    upstreams.delay(5.0)
    try:
        command = [HEADGATE, "report", "org", "acme", "--config", str(config)]
        with subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            asked = upstreams.asked()
            until(lambda: upstreams.asked() > asked, "its first question", log=str)
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=20)
    finally:
        upstreams.delay(0.0)

    assert process.returncode == 130
    assert "interrupted; what was fetched is in the cache" in errors
    assert "Traceback" not in errors
    assert output == ""
