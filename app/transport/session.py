"""Where the one `ClientSession` of an upstream lives.

A `ClientSession` belongs to the event loop in which it is made, and a worker has no loop yet when its objects are
put together. So the object that everybody holds is made without a loop (it is a plain value, injected like any
other), and the session inside it is opened when the worker starts and closed when its last request has drained.
"""

import asyncio
import os
import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp
from aiohttp.client_proto import ResponseHandler

from app.errors import CertificateAuthorityUnusable, SessionNotOpen
from app.logs.logger import logger_of
from app.transport.protocol import StrictProtocol

logger = logger_of(__name__)


@dataclass(frozen=True, slots=True)
class Connection:
    """How to connect to one upstream.

    Attributes:
        user_agent: Sent with every request that brings none.
        connect_seconds: For a connection to be made, waiting for the pool included.
        read_seconds: Between two arrivals of bytes.
        connections: The size of the pool.
        keepalive_seconds: How long an idle connection is kept.
        total_seconds: From sending a request to the last byte of a buffered body; None: no limit.
        proxy: URL of an outgoing proxy, possibly with credentials.
        ca_file: PEM file with the private authority that signed upstream's certificate.
    """

    user_agent: str
    connect_seconds: float
    read_seconds: float
    connections: int
    keepalive_seconds: float
    total_seconds: float | None = None
    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None


class UpstreamSession:
    """Holds the session of one upstream from start-up to shut-down."""

    def __init__(self, upstream: str, connection: Connection) -> None:
        self.upstream = upstream
        self._connection = connection
        self._client: aiohttp.ClientSession | None = None

    @property
    def proxied(self) -> bool:
        """Whether requests go through an outgoing proxy."""
        return self._connection.proxy is not None

    @property
    def passwords(self) -> tuple[str, ...]:
        """What is said to the outgoing proxy with each request, in both of its writings."""
        parts = urlsplit(self._connection.proxy or "")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        # As RFC 7617 has it, in the charset that aiohttp writes it in.
        return (password, b64encode(f"{user}:{password}".encode("latin-1", "replace")).decode()) if password else ()

    @property
    def client(self) -> aiohttp.ClientSession:
        """The open session.

        Raises:
            SessionNotOpen: Before `open()` or after `close()`.
        """
        if self._client is None:
            raise SessionNotOpen(f"the session of {self.upstream} is not open")
        return self._client

    @property
    def connections_in_use(self) -> int:
        """How many connections carry a request, or are being made for one; 0 while the session is not open."""
        connector = None if self._client is None else self._client.connector
        # There is no public way to ask. A test pins this private name.
        return 0 if connector is None else len(connector._acquired)  # noqa: SLF001 -- said above

    @property
    def connections_limit(self) -> int:
        """As many there may be."""
        return self._connection.connections

    async def open(self) -> None:
        """Makes the session in the running loop. No connection is made yet: upstream may be down."""
        if self._client is not None:
            raise RuntimeError(f"the session of {self.upstream} is open already")
        connection = self._connection
        connector = aiohttp.TCPConnector(
            limit=connection.connections,
            keepalive_timeout=connection.keepalive_seconds,
            ssl=_trusted(self.upstream, connection.ca_file),
        )
        protocol: Callable[..., ResponseHandler] = StrictProtocol
        connector._factory = partial(  # noqa: SLF001 -- said in protocol.py
            protocol, loop=asyncio.get_running_loop(), total_seconds=connection.total_seconds
        )
        client = aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(
                total=None,  # the connection has one; the wire stage sets what a caller's deadline leaves of it
                connect=connection.connect_seconds,
                sock_read=connection.read_seconds,
            ),
            # A gateway says that it is one (RFC 9110 section 7.6.3).
            headers={"User-Agent": connection.user_agent, "Accept-Encoding": "gzip", "Via": "1.1 headgate"},
            cookie_jar=aiohttp.DummyCookieJar(),  # a jar would replay one caller's Set-Cookie for another
            auto_decompress=False,  # bodies stay as they came: cheaper to keep, and safe from gzip bombs
            proxy=connection.proxy,
        )
        # aiohttp sends an idempotent request a second time, unasked, when a kept connection turns out to be dead.
        # Whether to ask again is the retry stage's decision. A test pins this private name.
        client._retry_connection = False  # noqa: SLF001 -- said above
        self._client = client
        logger.info("session opened", upstream=self.upstream, pid=os.getpid())

    async def close(self) -> None:
        """Closes the session and its connections; requests in flight would fail, so drain first."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()
            logger.info("session closed", upstream=self.upstream, pid=os.getpid())


def _trusted(upstream: str, ca_file: Path | None) -> ssl.SSLContext | bool:
    if ca_file is None:
        return True
    try:
        return ssl.create_default_context(cafile=str(ca_file))
    except OSError as error:
        raise CertificateAuthorityUnusable(upstream, f"the ca_file of {upstream}, {ca_file}, cannot be used") from error
