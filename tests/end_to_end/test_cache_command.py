"""The operator's hand on the cache while two workers run: the command, the same over HTTP, and the key that is kept."""

import json
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import HEADGATE, POLL_SECONDS, ROOT, Answer, Command, StandIns, ask, running, until

pytestmark = pytest.mark.workers

ROCKET = "/api/v1/repos/acme/rocket"
ASKED_OFTEN = 12
"""On so many connections, both workers have had some."""


@contextmanager
def two_workers(directory: Path, upstreams: StandIns, **more: Any) -> Iterator[Command]:
    """What is kept, and the key, are in `directory`: the next one finds them."""
    directory.mkdir(exist_ok=True)
    settings = {
        "server": {"port": 0, "workers": 2},
        "cache": {"path": str(directory / "kept")},
        "identity": {"key_file": str(directory / "identity.key")},
        "upstreams": upstreams.upstreams(mount="/github"),
        **more,
    }
    (directory / "x.yaml").write_text(json.dumps(settings), encoding="utf-8")
    with running(directory, "serve", "--config", str(directory / "x.yaml")) as command:
        yield command


def cache(directory: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`headgate cache …` beside the workers."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HEADGATE", "GITHUB"))}
    return subprocess.run(
        [HEADGATE, "cache", *arguments, "--config", str(directory / "x.yaml")],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def asked_often(gateway: Command, path: str = ROCKET) -> None:
    assert {ask(gateway.url + path).status for _ in range(ASKED_OFTEN)} == {200}


def kept(directory: Path) -> int:
    ran = cache(directory, "stats", "--json")
    assert (ran.returncode, ran.stderr) == (0, "")
    entries: int = json.loads(ran.stdout)["entries"]
    return entries


def forgotten_everywhere(gateway: Command, upstreams: StandIns, before: int) -> None:
    """Within a second upstream is asked anew, and once for both workers."""

    def is_asked() -> bool:
        ask(gateway.url + ROCKET)
        return upstreams.asked() > before

    until(is_asked, "upstream to be asked", seconds=1 + POLL_SECONDS, log=gateway.told)
    asked_often(gateway)
    assert upstreams.asked() == before + 1


def test_what_the_command_makes_them_forget_both_workers_ask_for_anew(tmp_path: Path, upstreams: StandIns) -> None:
    with two_workers(tmp_path, upstreams) as gateway:
        asked_often(gateway)
        asked_often(gateway, "/api/v1/users/mira-okafor")
        before = upstreams.asked()
        assert kept(tmp_path) == 2
        assert cache(tmp_path, "stats").stdout.startswith(f"{tmp_path / 'kept'}: 2 entries, ")

        purged = cache(tmp_path, "purge", f"{upstreams.github}repos/acme/*")

        assert (purged.returncode, purged.stdout, purged.stderr) == (0, "forgotten: 1 entry\n", "")
        forgotten_everywhere(gateway, upstreams, before)
        assert cache(tmp_path, "purge").stdout == "forgotten: 2 entries\n"
        assert kept(tmp_path) == 0


def test_the_same_over_http(tmp_path: Path, upstreams: StandIns) -> None:
    with two_workers(tmp_path, upstreams) as gateway:
        asked_often(gateway)
        before = upstreams.asked()
        state = ask(f"{gateway.url}/api/v1/cache").body
        assert (state["store"], state["scope"], state["entries"], state["degraded"]) == ("disk", "machine", 1, None)

        behind_a_proxy = ask(f"{gateway.url}/api/v1/cache", "DELETE", X_Forwarded_For="10.0.0.1")
        assert (behind_a_proxy.status, behind_a_proxy.body["code"]) == (403, "operators_only")
        purged = ask(f"{gateway.url}/api/v1/cache?pattern=github/repos/acme/*", "DELETE")

        assert purged.body == {"pattern": "github/repos/acme/*", "scope": "machine", "removed": 1}
        forgotten_everywhere(gateway, upstreams, before)


def passed(gateway: Command) -> Answer:
    """On the mount, for a caller with a credential of their own."""
    return ask(f"{gateway.url}/github/repos/acme/rocket", Authorization="Bearer somebodys-own-token")


def test_with_its_key_kept_a_caller_finds_again_what_was_kept_before_a_restart(
    tmp_path: Path, upstreams: StandIns
) -> None:
    with two_workers(tmp_path, upstreams) as gateway:
        assert passed(gateway).status == 200
        key = (tmp_path / "identity.key").read_bytes()
        assert stat.S_IMODE((tmp_path / "identity.key").stat().st_mode) == 0o600
        before = upstreams.asked()
        assert {passed(gateway).status for _ in range(ASKED_OFTEN)} == {200}
        assert upstreams.asked() == before, "a key of its own for each worker would have the second one ask"
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0
        assert key.hex() not in gateway.log + gateway.output
        assert repr(key) not in gateway.log + gateway.output
    with two_workers(tmp_path, upstreams) as gateway:
        assert passed(gateway).status == 200
        assert (tmp_path / "identity.key").read_bytes() == key
        assert upstreams.asked() == before
        assert "warning: " not in gateway.log


def test_where_no_key_can_be_kept_it_says_so_and_serves(tmp_path: Path, upstreams: StandIns) -> None:
    (tmp_path / "file").write_bytes(b"")
    nowhere = {"key_file": str(tmp_path / "file" / "identity.key")}
    with two_workers(tmp_path, upstreams, identity=nowhere) as gateway:
        before = upstreams.asked()
        assert {passed(gateway).status for _ in range(ASKED_OFTEN)} == {200}
        assert upstreams.asked() == before + 1, "the workers share the key of this run"
        assert gateway.log.startswith("warning: the identity key cannot be kept in ")


def test_a_key_that_others_can_read_stops_the_start(tmp_path: Path, upstreams: StandIns) -> None:
    (tmp_path / "identity.key").write_bytes(b"k" * 32)
    (tmp_path / "identity.key").chmod(0o644)
    with two_workers(tmp_path, upstreams) as gateway:
        assert (gateway.exit_code(), gateway.output) == (2, "")
        assert gateway.log.startswith(
            "identity.key_file: expected a file that nobody but its owner may use (chmod 600)"
        )
