"""How much the kernel takes of what is written to a connection, beyond what it can send."""

import asyncio
import socket
from typing import Any, Final

UNSENT_BYTES: Final = 128 * 1024


def keep_short(transport: asyncio.BaseTransport | None) -> None:
    """For a connection that a large body goes out on: the kernel keeps `UNSENT_BYTES` that are not under way yet.

    By itself it takes megabytes, and says that it takes more only when a third of them is gone: a peer that reads slowly
    would look like one that stands still. Linux and macOS have the option (TCP_NOTSENT_LOWAT, tcp(7)).
    """
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    connection: Any = None if transport is None else transport.get_extra_info("socket")
    if option is not None and connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
        connection.setsockopt(socket.IPPROTO_TCP, option, UNSENT_BYTES)
