"""Serves a Sanic application with several workers, as Headgate serves its own: all accept from one listening socket."""

import os
import socket
from collections.abc import Callable
from typing import Any

from sanic import Sanic

HOST = "127.0.0.1"
BACKLOG = 1024


def serve(create_app: Callable[[], Sanic[Any, Any]], port: int, workers: int) -> None:
    """Until SIGTERM, which must go to the whole process group (`servers.running` sends it there)."""
    listener = socket.create_server((HOST, port), backlog=BACKLOG)
    for _ in range(workers - 1):
        if os.fork() == 0:
            break
    create_app().run(sock=listener, single_process=True, motd=False, access_log=False)
