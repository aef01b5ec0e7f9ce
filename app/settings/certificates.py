"""The gateway's own certificate: TLS for callers, and what is wrong with the files that it is told to use."""

import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.settings.faults import SettingsFault
from app.settings.tree import Layer, SettingPath

TLS: Final = ("server", "tls")
_CERTIFICATE: Final = (*TLS, "certificate_file")
_KEY: Final = (*TLS, "key_file")
_ROUNDS: Final = 10  # four would do
_PAIR: Final = "the private key that belongs to certificate_file, PEM, without a passphrase"


class UnusableCertificate(Exception):
    """What was expected of a file; nothing of what it holds.

    Attributes:
        setting: The path of the setting that names it.
    """

    def __init__(self, setting: SettingPath, expected: str) -> None:
        super().__init__(f"{'.'.join(setting)}: expected {expected}")
        self.setting = setting
        self.expected = expected


def serving_context(certificate_file: Path, key_file: Path | None) -> ssl.SSLContext:
    """TLS 1.2 or later (RFC 8996 forbids what is older), HTTP/1.1, with the certificate as it is now.

    Raises:
        UnusableCertificate: The files are no certificate with its key.
    """
    for path, file in ((_CERTIFICATE, certificate_file), (_KEY, key_file)):
        if file is not None:
            _try_to_read(path, file)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        _authority().load_verify_locations(certificate_file)
    except (OSError, ValueError):  # SSLError is an OSError; a NUL in a path is a ValueError
        raise UnusableCertificate(_CERTIFICATE, "a PEM file that holds a certificate") from None
    try:
        context.load_cert_chain(certificate_file, key_file, password=_no_passphrase)
    except (OSError, ValueError):
        expected = (
            _PAIR if key_file is not None else "a PEM file that holds its private key, too, while key_file is null"
        )
        raise UnusableCertificate(_CERTIFICATE if key_file is None else _KEY, expected) from None
    return context


def unusable_certificate(layer: Layer, working_directory: Path) -> Iterator[SettingsFault]:
    """A fault where TLS could not be served: found now, and not when a worker starts."""
    certificate, key = layer.at(_CERTIFICATE), layer.at(_KEY)
    if isinstance(certificate, str) and (key is None or isinstance(key, str)):
        try:
            serving_context(working_directory / certificate, None if key is None else working_directory / key)
        except UnusableCertificate as unusable:
            path = unusable.setting
            yield SettingsFault(".".join(path), unusable.expected, layer.source_of(path))
    elif isinstance(key, str) and certificate is None:
        yield SettingsFault(".".join(_KEY), "null, while certificate_file is null", layer.source_of(_KEY))


def doubtful_certificate(layer: Layer, working_directory: Path) -> Iterator[str]:
    """A warning where TLS can be served, but callers will refuse it: an expired certificate, as a rule.

    That is no fault. A gateway that does not start helps nobody, and some callers do not look.
    """
    certificate, key = layer.at(_CERTIFICATE), layer.at(_KEY)
    if not isinstance(certificate, str):
        return
    file = working_directory / certificate
    try:
        serving = serving_context(file, working_directory / key if isinstance(key, str) else None)
        asking = _authority()
        asking.load_verify_locations(file)
        handshake(serving, asking)
    except ssl.SSLCertVerificationError as error:
        yield f"{'.'.join(_CERTIFICATE)}: callers will refuse it: {error.verify_message}"
    except (UnusableCertificate, OSError):
        return  # it is told as a fault, or only these two could not agree


def handshake(serving: ssl.SSLContext, asking: ssl.SSLContext) -> ssl.SSLObject:
    """Both sides of TLS in memory; the side that asks, which has looked at the certificate, but not at its name.

    Args:
        serving: Has a certificate.
        asking: Trusts it, or one that has signed it. Changed so that this is enough.

    Raises:
        ssl.SSLError: They do not come together.
    """
    asking.check_hostname = False
    asking.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    client = asking.wrap_bio(to_client, to_server)
    for _ in range(_ROUNDS):
        for side in (client, server):
            with suppress(ssl.SSLWantReadError):
                side.do_handshake()
    return client


def _try_to_read(setting: SettingPath, file: Path) -> None:
    try:
        with file.open("rb") as opened:
            opened.read(1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "this is no path"
        raise UnusableCertificate(setting, f"the path of a file that can be read, but: {reason}") from None


def _authority() -> ssl.SSLContext:
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _no_passphrase() -> str:
    raise ValueError("a passphrase is wanted, and nobody is there to give it")
