"""What stands around a gateway that is deployed: the health check of its image, and the nginx of deploy/nginx."""

import http.client
import json
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import ROOT, StandIns, kept_port, serving, until
from tests.faults.certificates import AVAILABLE, Certificate

HEALTHY = ROOT / "deploy" / "docker" / "healthy.py"
CONFIGURATION = ROOT / "deploy" / "nginx" / "headgate.conf"
NAME = "headgate.example"
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)

pytestmark = pytest.mark.workers


def is_healthy(*arguments: str, **environ: str) -> int:
    return subprocess.run([sys.executable, str(HEALTHY), *arguments], env=environ, timeout=20, check=False).returncode


def test_the_health_check_of_the_image(upstreams: StandIns, tmp_path: Path) -> None:
    with serving(tmp_path, upstreams.upstreams()) as gateway:
        port = gateway.url.rpartition(":")[2]
        assert is_healthy(HEADGATE_SERVER__PORT=port) == 0
        assert is_healthy(port) == 0
    with kept_port() as nobody:
        assert is_healthy(str(nobody)) == 1


@contextmanager
def nginx(directory: Path, gateway: str, certificate: Certificate) -> Iterator[int]:
    """In front of the gateway, with the configuration that we ship; its port."""
    assert NGINX is not None
    with kept_port() as port:
        shipped = CONFIGURATION.read_text(encoding="utf-8")
        replaced = {
            "server 127.0.0.1:8000 ": f"server {gateway.removeprefix('http://')} ",
            "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
            "/etc/ssl/headgate.example.pem": str(certificate.file),
            "/etc/ssl/private/headgate.example.key": str(certificate.file.with_suffix(".key")),
        }
        for before, after in replaced.items():
            assert shipped.count(before) == 1, before
            shipped = shipped.replace(before, after)
        temporary = "".join(
            f"{kind}_temp_path {directory}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        file = directory / "nginx.conf"
        file.write_text(
            f"daemon off; worker_processes 1; pid {directory}/pid; error_log stderr warn; events {{}}\n"
            f"http {{ access_log off; {temporary}\n{shipped} }}\n"
        )
        command = [NGINX, "-p", str(directory), "-c", str(file)]
        tested = subprocess.run([*command, "-t"], capture_output=True, text=True, timeout=20, check=False)
        assert tested.returncode == 0, tested.stderr
        assert "warn" not in tested.stderr
        with (directory / "log").open("wb") as log:
            process = subprocess.Popen(command, stderr=log)
        try:
            until(lambda: answers(port), "nginx", log=(directory / "log").read_text)
            yield port
        finally:
            process.terminate()
            process.wait(20)


def answers(port: int) -> bool:
    try:
        return got(port, "/health/live")[0] == 200
    except OSError:
        return False


def got(
    port: int, target: str, method: str = "GET", body: bytes | None = None, **fields: str
) -> tuple[int, dict[str, str], Any]:
    """Status, header fields and JSON of an answer through nginx."""
    unlooked_at = ssl.create_default_context()
    unlooked_at.check_hostname, unlooked_at.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=20, context=unlooked_at)
    try:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        connection.request(method, target, body, {"Host": NAME, **named})
        answer = connection.getresponse()
        raw = answer.read()
        return (
            answer.status,
            {name.lower(): value for name, value in answer.headers.items()},
            json.loads(raw or b"null"),
        )
    finally:
        connection.close()


@pytest.fixture(scope="module", params=["public_url", "trusted_proxies"])
def port(
    request: pytest.FixtureRequest, upstreams: StandIns, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """With either way to say how callers address the gateway."""
    directory = tmp_path_factory.mktemp("front")
    certificate = Certificate.made(directory / "c.pem")
    server: dict[str, Any] = {"trusted_proxies": ["127.0.0.1"], "hosts": [NAME]}
    if request.param == "public_url":
        server = {"public_url": f"https://{NAME}"}
    with (
        serving(directory / "gateway", upstreams.upstreams(mount="/github"), **server) as gateway,
        nginx(directory, gateway.url, certificate) as port,
    ):
        yield port


@pytest.mark.skipif(NGINX is None or not AVAILABLE, reason="nginx or openssl is not installed")
class TestNginx:
    def test_urls_lead_back_to_where_the_caller_has_asked(self, port: int) -> None:
        status, _, repository = got(port, "/github/repos/acme/rocket")
        assert status == 200
        assert repository["url"] in {
            f"https://{NAME}/github/repos/acme/rocket",
            f"https://{NAME}:{port}/github/repos/acme/rocket",  # nginx says at which port it was asked
        }

    def test_what_callers_say_of_themselves_does_not_count(self, port: int) -> None:
        _, _, repository = got(
            port,
            "/github/repos/acme/rocket",
            Forwarded="host=evil.example",
            X_Forwarded_Host="evil.example",
            X_Forwarded_Prefix="/evil",
        )
        assert "evil" not in json.dumps(repository)

    def test_paths_arrive_as_they_were_asked(self, port: int) -> None:
        assert got(port, "/github/repos/acme/rocket/contents/docs%2Fguide.md")[0] in {200, 404}
        assert got(port, "//github/repos/acme/rocket")[0] in {200, 404}

    def test_another_name_is_refused(self, port: int) -> None:
        assert got(port, "/api/v1/repos/acme/rocket", Host="evil.example")[0] == 421

    def test_a_large_body_is_refused_by_the_gateway_and_not_by_nginx(self, port: int) -> None:
        status, _, problem = got(port, "/api/v1/cache", "DELETE", b"x" * (2 << 20))
        assert status in {403, 413}
        assert "code" in problem

    def test_who_comes_through_a_proxy_is_no_operator(self, port: int) -> None:
        assert got(port, "/api/v1/cache", "DELETE")[0] in {401, 403}
