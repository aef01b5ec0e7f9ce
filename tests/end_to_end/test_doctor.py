"""`headgate doctor` as a person runs it: what it says, what it ends with, and that no secret is in it."""

import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import StandIns, ask, kept_port, running, serving, stand_ins
from tests.faults.certificates import AVAILABLE, Certificate
from tests.integration.cli.certificates import expired

TOKEN = "ghp_marked0123456789marked0123456789mark"


def told(directory: Path, upstreams: dict[str, Any], *arguments: str, **sections: Any) -> tuple[int, dict[str, Any]]:
    """Its exit code, and the checks by name."""
    directory.mkdir(parents=True, exist_ok=True)
    places = {
        "identity": {"key_file": str(directory / "identity.key")},
        "cache": {"store": "disk", "path": str(directory / "cache")},
        "callers": {"key_file": str(directory / "keys.yaml")},
        "usage": {"path": str(directory / "usage.db")},
    }
    file = directory / "headgate.yaml"
    file.write_text(json.dumps({"server": {"port": 0}, **places, "upstreams": upstreams, **sections}))
    file.chmod(0o600)
    with running(directory / "run", "doctor", "--json", "--config", str(file), *arguments) as command:
        code = command.exit_code()
        assert TOKEN not in command.output + command.log
        assert command.log == ""
        report = json.loads(command.output)
    assert report["ok"] is (code == 0)
    return code, {check["name"]: check for check in report["checks"]}


def test_all_is_well_with_the_stand_ins(upstreams: StandIns, tmp_path: Path) -> None:
    code, checks = told(tmp_path, upstreams.upstreams(token=TOKEN))
    bad = {name: check for name, check in checks.items() if check["verdict"] != "ok" and name != "open files"}
    assert (code, bad) == (0, {})
    assert "a classic personal token" in checks["token of github"]["found"]
    assert "of 5,000 requests left" in checks["quota of github"]["found"]
    assert not (tmp_path / "identity.key").exists(), "it changes nothing"
    assert not (tmp_path / "cache").exists()


def test_in_words(upstreams: StandIns, tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text(json.dumps({"server": {"port": 0}, "upstreams": upstreams.upstreams(token=TOKEN)}))
    with running(tmp_path / "run", "doctor", "--config", str(tmp_path / "x.yaml")) as command:
        assert command.exit_code() == 0
        lines = command.output.splitlines()
    assert lines[0].split() == ["ok", "configuration", f"{tmp_path}/x.yaml:", "github,", "facebook"]
    assert "\x1b" not in command.output
    assert lines[-1].endswith("0 failures")


def test_a_wrong_token(upstreams: StandIns, tmp_path: Path) -> None:
    code, checks = told(tmp_path, upstreams.upstreams(token=f"revoked{TOKEN}"))
    assert (code, checks["token of github"]["verdict"]) == (1, "fail")
    assert "upstreams.github.token_file" in checks["token of github"]["advice"]


def test_a_token_that_has_expired(tmp_path: Path) -> None:
    with stand_ins(tmp_path / "own") as own:
        said = {"X-OAuth-Scopes": "repo, workflow", "github-authentication-token-expiration": "2020-01-01 00:00:00 UTC"}
        quotas = ask(f"{own.github}rate_limit").body
        body = {"path": "/rate_limit", "status": 200, "headers": said, "body": quotas}
        assert ask(f"{own.github}_standin/instead", "POST", body=body).status == 204
        code, checks = told(tmp_path, own.upstreams(token=TOKEN))
    assert (code, checks["token of github"]["found"]) == (1, "a classic personal token that has expired")


def test_a_dead_upstream_and_one_without_a_name(tmp_path: Path) -> None:
    with kept_port() as port:
        dead = {"kind": "github", "base_url": f"http://127.0.0.1:{port}/", "token": TOKEN}
        nameless = {"kind": "http", "base_url": "https://nowhere.invalid/"}
        code, checks = told(tmp_path, {"dead": dead, "nameless": nameless})
    assert code == 1
    assert checks["upstream dead"]["found"] == "no connection: 127.0.0.1: connection refused"
    assert checks["upstream nameless"]["found"].startswith("the name nowhere.invalid is not resolved: ")
    assert "token of dead" not in checks


@pytest.mark.skipif(not AVAILABLE, reason="openssl is not installed")
def test_certificates(tmp_path: Path) -> None:
    good, old = Certificate.made(tmp_path / "good.pem"), expired(tmp_path / "old.pem")
    with https(good.server()) as port, https(old.server()) as old_port:
        upstreams = {
            "good": {"kind": "http", "base_url": f"https://127.0.0.1:{port}/", "ca_file": str(good.file)},
            "unknown": {"kind": "http", "base_url": f"https://127.0.0.1:{port}/"},
            "old": {"kind": "http", "base_url": f"https://127.0.0.1:{old_port}/", "ca_file": str(old.file)},
        }
        code, checks = told(tmp_path, upstreams)
    assert code == 1
    assert "its certificate is good for 1 day" in checks["upstream good"]["found"]
    assert checks["upstream good"]["verdict"] == "warn"
    assert "upstreams.unknown.ca_file" in checks["upstream unknown"]["advice"]
    assert checks["upstream old"]["found"] == "TLS fails: certificate has expired"


def test_a_gateway_that_runs_and_its_own_files(upstreams: StandIns, tmp_path: Path) -> None:
    with serving(tmp_path / "gateway", upstreams.upstreams(token=TOKEN)) as gateway:
        port = int(gateway.url.rpartition(":")[2])
        _, checks = told(tmp_path, upstreams.upstreams(token=TOKEN), server={"port": port})
        assert checks["address"] == {
            "name": "address",
            "verdict": "ok",
            "found": f"a Headgate answers at 127.0.0.1:{port}, and is ready",
            "advice": "",
        }
    (tmp_path / "identity.key").write_bytes(b"k" * 32)
    (tmp_path / "identity.key").chmod(0o644)
    (tmp_path / "keys.yaml").write_text("keys: [")
    code, checks = told(tmp_path, upstreams.upstreams(token=TOKEN))
    assert (code, checks["identity key"]["verdict"], checks["keys"]["verdict"]) == (1, "fail", "fail")


def test_a_fault_of_the_configuration_is_exit_code_2(tmp_path: Path) -> None:
    code, checks = told(tmp_path, {"github": {"kind": "github", "token": TOKEN, "prot": 1}})
    assert code == 2
    assert checks["configuration"]["found"].startswith("upstreams.github.prot (")


def test_so_is_what_would_not_be_served(tmp_path: Path) -> None:
    github = {"github": {"kind": "github", "token": TOKEN}}
    code, checks = told(tmp_path, github, "--offline", "--host", "0.0.0.0")
    assert (code, checks["safety"]["verdict"]) == (2, "fail")
    assert "headgate keys create" in checks["safety"]["advice"]


@contextmanager
def https(context: ssl.SSLContext) -> Iterator[int]:
    """A server by TLS; its port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # handshakes are broken off on purpose
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
