"""TLS: a private authority works when it is named, and nothing else is trusted."""

import asyncio
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.errors import TlsFailed, Unreachable, UpstreamTimeout
from tests import faulty_upstream as faults
from tests.faulty_upstream import HEALTHY_BODY, FaultyUpstream
from tests.integration.transport.rig import LIMITS, NOISE_SECONDS, a_rig

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl command makes the certificates")


@dataclass(frozen=True)
class Authority:
    """A private certificate authority in a directory of its own."""

    directory: Path

    @property
    def ca_file(self) -> Path:
        return self.directory / "ca.pem"

    def server(self, name: str) -> ssl.SSLContext:
        """A server's side of TLS with a certificate for `name` (as in subjectAltName)."""
        stem = name.replace(":", "-")
        key, request, certificate, extensions = (
            self.directory / f"{stem}.{suffix}" for suffix in ("key", "csr", "pem", "ext")
        )
        _openssl("req", "-new", *_NEW_KEY, "-keyout", key, "-out", request, "-subj", "/CN=upstream")
        extensions.write_text(
            f"subjectAltName={name}\nbasicConstraints=CA:FALSE\nkeyUsage=digitalSignature\n"
            "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n"
        )
        signed_by = ("-CA", self.ca_file, "-CAkey", self.directory / "ca.key", "-CAcreateserial")
        _openssl("x509", "-req", "-in", request, *signed_by, "-out", certificate, "-days", "2", "-extfile", extensions)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        return context


_NEW_KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    directory = tmp_path_factory.mktemp("authority")
    subject = ("-subj", "/CN=Headgate test authority", "-days", "2")
    extensions = ("-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    files = ("-keyout", directory / "ca.key", "-out", directory / "ca.pem")
    _openssl("req", "-x509", *_NEW_KEY, *files, *subject, *extensions)
    return Authority(directory)


@pytest.fixture
async def secure(authority: Authority) -> AsyncIterator[FaultyUpstream]:
    async with FaultyUpstream(tls=authority.server("IP:127.0.0.1")) as running:
        yield running


async def test_an_authority_that_is_named_is_trusted(authority: Authority, secure: FaultyUpstream) -> None:
    async with a_rig(secure.url, ca_file=authority.ca_file) as rig:
        for _ in range(2):
            assert (await rig.whole()).body == HEALTHY_BODY
        assert len(secure.connections) == 1
        secure.script = faults.close_before_reply
        assert (await rig.failure()).error.code == "upstream_disconnected"
        secure.script = faults.late_second_reply
        assert (await rig.whole()).body == HEALTHY_BODY
        await asyncio.sleep(0.08)
        await rig.recovers(secure)


async def test_an_authority_that_nobody_named_is_not_trusted(secure: FaultyUpstream) -> None:
    async with a_rig(secure.url) as rig:
        failure = await rig.failure()
        assert type(failure.error) is TlsFailed
        assert failure.error.__context__ is None
        assert secure.seen == []
        await rig.comes_to_rest(secure)


async def test_a_certificate_for_another_host_is_not_trusted(authority: Authority) -> None:
    async with (
        FaultyUpstream(tls=authority.server("DNS:other.example")) as other,
        a_rig(other.url, ca_file=authority.ca_file) as rig,
    ):
        assert type((await rig.failure()).error) is TlsFailed
        assert other.seen == []


async def test_an_upstream_that_does_not_speak_tls_is_named_so(upstream: FaultyUpstream) -> None:
    async def plain(connection: faults.Connection) -> None:
        await connection.send(b"HTTP/1.1 400 Bad Request\r\n\r\nspeak up")

    upstream.greeting = plain
    async with a_rig(upstream.url.replace("http:", "https:")) as rig:
        assert type((await rig.failure()).error) is TlsFailed
        await rig.comes_to_rest(upstream)


async def test_a_handshake_that_is_cut_off_is_unreachable(upstream: FaultyUpstream) -> None:
    upstream.greeting = faults.reset_on_accept
    async with a_rig(upstream.url.replace("http:", "https:")) as rig:
        assert isinstance((await rig.failure()).error, Unreachable)
        await rig.comes_to_rest(upstream)


async def test_a_handshake_that_stalls_is_a_timeout_of_connecting(upstream: FaultyUpstream) -> None:
    upstream.greeting = faults.stall_on_accept
    async with a_rig(upstream.url.replace("http:", "https:")) as rig:
        failure = await rig.failure()
        assert isinstance(failure.error, UpstreamTimeout)
        assert failure.error.phase == "connect"
        assert failure.seconds < LIMITS.connect_seconds + NOISE_SECONDS
        await rig.comes_to_rest(upstream)


async def test_a_tunnel_through_a_proxy_reaches_a_secure_upstream(authority: Authority, secure: FaultyUpstream) -> None:
    async with (
        FaultyUpstream(script=faults.forwarding) as proxy,
        a_rig(secure.url, ca_file=authority.ca_file, proxy=proxy.url) as rig,
    ):
        assert (await rig.whole()).body == HEALTHY_BODY
        assert [request.method for request in proxy.seen] == ["CONNECT"]
        assert "Authorization" not in proxy.seen[0].headers
        assert "Authorization" in secure.seen[0].headers
