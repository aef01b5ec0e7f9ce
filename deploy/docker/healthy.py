# ruff: noqa: INP001 -- a program of its own, part of no package
"""Whether the gateway of this container is ready: exit 0, else 1. Needs nothing but Python, and takes 5 seconds at most.

The port is HEADGATE_SERVER__PORT or 8000, as the image has it; whoever sets another one in a YAML file gives it as the
argument. With TLS by settings it is asked by TLS; its certificate is not looked at, since nobody else is on the way.
"""

import http.client
import os
import ssl
import sys
from contextlib import closing

SECONDS = 2


def is_ready(port: int) -> bool:
    """Whether it says so, by plain HTTP or by TLS."""
    unlooked_at = ssl.create_default_context()
    unlooked_at.check_hostname, unlooked_at.verify_mode = False, ssl.CERT_NONE
    for connection in (
        http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS),
        http.client.HTTPSConnection("127.0.0.1", port, timeout=SECONDS, context=unlooked_at),
    ):
        try:
            with closing(connection):
                connection.request("GET", "/health/ready")
                return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            continue
    return False


if __name__ == "__main__":
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("HEADGATE_SERVER__PORT", "8000")
    sys.exit(0 if is_ready(int(given)) else 1)
