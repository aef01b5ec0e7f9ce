"""`headgate serve` as a service manager runs it: by TLS, with a certificate that is renewed, and telling how it is."""

import http.client
import json
import signal
import socket
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.end_to_end.command import HEADGATE, running, until
from tests.faults.certificates import AVAILABLE, Certificate
from tests.integration.cli.certificates import expired

pytestmark = pytest.mark.workers

NOBODY = {"github": {"kind": "github", "base_url": "http://127.0.0.1:9/"}}


def config(directory: Path, **server: object) -> str:
    file = directory / "headgate.yaml"
    settings = {
        "server": {"port": 0, "workers": 1, "drain_seconds": 0, **server},
        "cache": {"store": "memory"},
        "upstreams": NOBODY,
    }
    file.write_text(json.dumps(settings), encoding="utf-8")
    return str(file)


def status_by_tls(url: str, certificate: Certificate) -> int:
    """Of an answer from whoever has this certificate.

    Raises:
        ssl.SSLCertVerificationError: It is another one.
    """
    context = ssl.create_default_context(cafile=str(certificate.file))
    connection = http.client.HTTPSConnection(urlsplit(url).netloc, timeout=20, context=context)
    try:
        connection.request("GET", "/health/ready", headers={"Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.skipif(not AVAILABLE, reason="openssl makes the certificates")
def test_a_renewed_certificate_is_taken_up_and_a_bad_one_is_not(tmp_path: Path) -> None:
    first = Certificate.made(tmp_path / "first.pem")
    used = Certificate(tmp_path / "used.pem")
    key = used.file.with_suffix(".key")

    def put(certificate: Certificate) -> None:
        used.file.write_bytes(certificate.file.read_bytes())
        key.write_bytes(certificate.file.with_suffix(".key").read_bytes())

    put(first)
    file = config(tmp_path, tls={"certificate_file": str(used.file), "key_file": str(key)})
    with running(tmp_path / "serve", "serve", "--config", file) as gateway:
        assert gateway.url.startswith("https://")
        assert status_by_tls(gateway.url, first) == 200

        key.write_text("nonsense\n")
        with running(tmp_path / "refused", "reload", "--config", file) as refused:
            assert refused.exit_code() == 2
            assert refused.log.startswith("server.tls.key_file: expected the private key that belongs to")
        assert status_by_tls(gateway.url, first) == 200

        second = Certificate.made(tmp_path / "second.pem")
        put(second)
        with running(tmp_path / "taken", "reload", "--config", file) as taken:
            assert taken.exit_code() == 0, taken.told()
        assert status_by_tls(gateway.url, second) == 200
        with pytest.raises(ssl.SSLCertVerificationError):
            status_by_tls(gateway.url, first)
        gateway.tell(signal.SIGTERM)
        assert gateway.exit_code() == 0, gateway.told()
        assert "Traceback" not in gateway.log


@pytest.mark.skipif(not AVAILABLE, reason="openssl makes the certificates")
def test_an_expired_certificate_is_served_with_a_warning(tmp_path: Path) -> None:
    certificate = expired(tmp_path / "old.pem")
    tls = {"certificate_file": str(certificate.file), "key_file": str(certificate.file.with_suffix(".key"))}
    with running(tmp_path / "serve", "serve", "--config", config(tmp_path, tls=tls)) as gateway:
        assert gateway.url.startswith("https://")
        told = "warning: server.tls.certificate_file: callers will refuse it: certificate has expired\n"
        assert gateway.log.count(told) == 1
        with pytest.raises(ssl.SSLCertVerificationError):
            status_by_tls(gateway.url, certificate)


def test_systemd_hears_of_the_start_a_reload_and_the_end(tmp_path: Path) -> None:
    heard: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)

        def hears(told: str, times: int = 1) -> bool:
            while True:
                try:
                    heard.append(systemd.recv(4_096).decode())
                except BlockingIOError:
                    return sum(message.startswith(told) for message in heard) >= times

        environ = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"}
        file = config(tmp_path)
        with running(tmp_path / "serve", "serve", "--config", file, environ=environ) as gateway:
            assert gateway.url
            until(lambda: hears("READY=1"), "READY=1", log=gateway.told)
            until(lambda: hears("WATCHDOG=1", 3), "WATCHDOG=1", log=gateway.told)
            assert "STATUS=1 of 1 workers serve" in heard
            gateway.tell(signal.SIGHUP)
            until(lambda: hears("READY=1", 2), "READY=1 after the reload", log=gateway.told)
            gateway.tell(signal.SIGTERM)
            assert gateway.exit_code() == 0, gateway.told()
            assert hears("STOPPING=1\nEXTEND_TIMEOUT_USEC=")
    order = [message.partition("\n")[0] for message in heard if not message.startswith(("STATUS", "WATCHDOG"))]
    assert order == ["READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


def test_a_hard_limit_of_open_files_that_is_too_low_is_told(tmp_path: Path) -> None:
    limited = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (900, 900)); os.execv(sys.argv[1], sys.argv[1:])"
    command = (sys.executable, "-c", limited, HEADGATE)
    with running(tmp_path / "serve", "serve", "--config", config(tmp_path), command=command) as gateway:
        assert gateway.url
        assert gateway.log.startswith("warning: a process may open 900 files, and a worker may need 16,300: fewer")
