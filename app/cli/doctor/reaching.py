"""Goes the way to an upstream by hand, step by step, so that each can be told by itself."""

import asyncio
import os
import socket
import ssl
from base64 import b64encode
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Final

from yarl import URL

from app.cli.doctor.daemon import in_daemon
from app.cli.doctor.facts import PROBE_SECONDS, Reached, Step

_LARGEST_HEAD_BYTES: Final = 16 * 1024


class _Ended(Exception):
    """A step that failed."""

    def __init__(self, step: Step, problem: str, certificate_problem: int = 0) -> None:
        super().__init__(problem)
        self.step = step
        self.problem = problem
        self.certificate_problem = certificate_problem


async def reach(base_url: str, proxy: str | None, ca_file: Path | None) -> Reached:
    """Resolves, connects, and shakes hands.

    Args:
        base_url: Upstream's.
        proxy: An outgoing proxy, perhaps with user and password.
        ca_file: As in the settings.
    """
    began = monotonic()
    address = ""
    step = Step.NAME
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            url, peer = URL(base_url), URL(proxy or base_url)
            addresses = await _resolved(peer)
            step = Step.CONNECTION
            address, reader, writer = await _connected(addresses, peer)
            ends_at = None
            if url.scheme == "https" and not (proxy is not None and peer.scheme == "https"):  # no TLS inside of TLS
                if proxy is not None:
                    step = Step.PROXY
                    await _let_through(reader, writer, url, peer)
                step = Step.TLS
                ends_at = await _trusted(writer, url, ca_file)
            return Reached(Step.THERE, "", address, monotonic() - began, ends_at)
    except _Ended as ended:
        return Reached(ended.step, ended.problem, address, certificate_problem=ended.certificate_problem)
    except TimeoutError:
        return Reached(step, f"nothing came within {PROBE_SECONDS:g} s", address)
    except OSError as error:
        return Reached(step, _reason(error), address)
    finally:
        if writer is not None:
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(0.1):  # whether it says goodbye is no matter
                    await writer.wait_closed()


async def _resolved(peer: URL) -> Sequence[tuple[int, str]]:
    def look_up() -> list[tuple[int, str]]:
        found = socket.getaddrinfo(peer.host, peer.port, type=socket.SOCK_STREAM)
        return [(family, str(address[0])) for family, _, _, _, address in found]

    try:
        return await in_daemon(look_up)
    except socket.gaierror as error:
        raise _Ended(Step.NAME, error.strerror or "no reason given") from None
    except UnicodeError:
        raise _Ended(Step.NAME, "it is no name") from None


async def _connected(
    addresses: Sequence[tuple[int, str]], peer: URL
) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
    """By the first address that answers; the reason of the last one that does not."""
    problem = "it has no address"
    for family, address in addresses:
        try:
            reader, writer = await asyncio.open_connection(address, peer.port, family=family)
        except OSError as error:
            problem = f"{address}: {_reason(error)}"
        else:
            return address, reader, writer
    raise _Ended(Step.CONNECTION, problem)


async def _let_through(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, url: URL, peer: URL) -> None:
    """Asks a proxy for a connection (RFC 9110 section 9.3.6)."""
    place = f"{url.host_port_subcomponent}".encode()
    if b":" not in place.rpartition(b"]")[2]:
        place += b":%d" % (url.port or 443)
    head = b"CONNECT " + place + b" HTTP/1.1\r\nHost: " + place + b"\r\n"
    if peer.user is not None or peer.password is not None:
        credential = b64encode(f"{peer.user or ''}:{peer.password or ''}".encode())
        head += b"Proxy-Authorization: Basic " + credential + b"\r\n"
    writer.write(head + b"\r\n")
    await writer.drain()
    answer = b""
    while b"\r\n\r\n" not in answer and len(answer) < _LARGEST_HEAD_BYTES:
        piece = await reader.read(1024)
        if not piece:
            break
        answer += piece
    status = answer.split(b"\r\n", 1)[0].split(b" ")[1:2]
    if not status or not status[0].isdigit():
        raise _Ended(Step.PROXY, "it does not answer as a proxy does")
    if not status[0].startswith(b"2"):
        raise _Ended(Step.PROXY, f"it answers with status {int(status[0])}")


async def _trusted(writer: asyncio.StreamWriter, url: URL, ca_file: Path | None) -> float | None:
    """When the certificate ends."""
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    try:
        await writer.start_tls(context, server_hostname=url.host)
    except ssl.SSLCertVerificationError as error:
        raise _Ended(Step.TLS, error.verify_message, error.verify_code) from None
    except ssl.SSLError as error:
        raise _Ended(Step.TLS, (error.reason or "no reason given").replace("_", " ").lower()) from None
    certificate = writer.get_extra_info("peercert") or {}
    ends = certificate.get("notAfter")
    return ssl.cert_time_to_seconds(ends) if isinstance(ends, str) else None


def _reason(error: OSError) -> str:
    """In few words, and without the addresses that asyncio adds."""
    if error.errno and error.errno > 0:
        return os.strerror(error.errno).lower()
    return (error.strerror or type(error).__name__).lower()
