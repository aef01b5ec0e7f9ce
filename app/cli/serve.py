"""`headgate serve`: binds the socket, starts the workers, and waits for them."""

import os
import socket
from typing import TextIO

from app import __version__
from app.cli.workers import Workers
from app.logs import configure_logs
from app.settings import Loaded, Settings


def serve(loaded: Loaded, output: TextIO, errors: TextIO, *, welcome: str = "") -> int:
    """Serves until SIGTERM or SIGINT; then lets requests in flight finish, and answers 0.

    Args:
        loaded: The settings and where they came from.
        output: For the banner.
        errors: For what keeps it from starting.
        welcome: Printed below the banner; `{url}` in it is where it listens.
    """
    settings = loaded.settings
    try:
        listener = _bound(settings.server.host, settings.server.port)
    except OSError as error:
        # The text of an error number is short; a name that cannot be resolved has none.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        print(f"cannot listen on {settings.server.host}:{settings.server.port}: {reason}", file=errors)
        return 1
    configure_logs(access=settings.server.access_log)
    banner = [_banner(settings, listener)]
    if welcome:
        banner.append(welcome.format(url=_url(settings, listener)))
    return Workers(settings, listener).run(
        when_listening=lambda: print(*banner, sep="\n", file=output, flush=True), errors=errors
    )


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _url(settings: Settings, listener: socket.socket) -> str:
    host, port = settings.server.host, listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _banner(settings: Settings, listener: socket.socket) -> str:
    upstreams = ", ".join(f"{name} ({upstream.base_url})" for name, upstream in settings.upstreams.items())
    workers = settings.server.workers
    return (
        f"Headgate {__version__} listens on {_url(settings, listener)} with {workers} worker{'s' * (workers > 1)}; "
        f"upstreams: {upstreams}"
    )
