"""Certificates for 127.0.0.1 that nobody has signed but themselves. Whoever names one as authority trusts it."""

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

AVAILABLE = shutil.which("openssl") is not None
"""Whether they can be made here."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """In a file, with its key beside it."""

    file: Path

    @classmethod
    def made(cls, file: Path) -> "Certificate":
        new_key = (
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            file.with_suffix(".key"),
        )
        name = ("-subj", "/CN=upstream", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2")
        command = ("openssl", "req", "-x509", *new_key, *name, "-out", file)
        subprocess.run([str(argument) for argument in command], check=True, capture_output=True)
        return cls(file)

    def server(self) -> ssl.SSLContext:
        """A server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file, self.file.with_suffix(".key"))
        return context
