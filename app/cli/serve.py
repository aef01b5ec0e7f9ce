"""`headgate serve`: binds the socket, starts the workers, and waits for them."""

import os
import socket
from contextlib import nullcontext
from typing import Final, TextIO

from app.cli.banner import told_at_start
from app.cli.identity_key import IdentityKey, KeyRefused, kept_key, passing_key
from app.cli.workers import Workers
from app.logs.configuration import configure_logs
from app.settings import Loaded, Settings, SettingsFault
from app.transport.budget.ledger import ledger_file

KEY_FILE: Final = "identity.key_file"


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
        identity_key = _identity_key(settings)
    except KeyRefused as refusal:
        print(SettingsFault(KEY_FILE, str(refusal), loaded.source(KEY_FILE)), file=errors)
        return 2
    if identity_key.warning:
        print(f"warning: {identity_key.warning}", file=errors)
    try:
        listener = _bound(settings.server.host, settings.server.port)
    except OSError as error:
        # The text of an error number is short; a name that cannot be resolved has none.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        print(f"cannot listen on {settings.server.host}:{settings.server.port}: {reason}", file=errors)
        return 1
    configure_logs(settings.logs.format)
    url = _url(settings, listener)
    banner = [told_at_start(loaded, url, output, os.environ)]
    if welcome:
        banner.append(welcome.format(url=url))
    workers = settings.server.workers
    with ledger_file(workers) if workers > 1 else nullcontext() as ledger:
        return Workers(settings, identity_key.key, listener, ledger).run(
            when_listening=lambda: print(*banner, sep="\n", file=output, flush=True), errors=errors
        )


def _identity_key(settings: Settings) -> IdentityKey:
    """With the store in memory nothing that the key is for outlives this run, so that no file is made."""
    return passing_key() if settings.cache.store == "memory" else kept_key(settings.identity.key_file)


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _url(settings: Settings, listener: socket.socket) -> str:
    host, port = settings.server.host, listener.getsockname()[1]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
