"""A gateway that is sent whatever is in the list, in front of an upstream that counts what reaches it."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path
from time import monotonic

from pydantic import SecretStr

from app.callers.key import digest, new_key
from app.container import Container
from app.server import create_app
from app.settings.callers import CallerKey, Callers, KeyHash
from tests.faulty_upstream import FaultyUpstream
from tests.gateway import sent_raw, serving_gateway, settings_of
from tests.hostile.inputs import Input

MOUNT = "/any"
GITHUB_MOUNT = "/github"
"""Where bodies are looked into."""
TYPED = "/api/v1/upstreams"
PATIENCE_SECONDS = 20.0
"""For so long a connection may stay open at most, whatever is sent on it."""
LIMITS = {"request_seconds": 1, "idle_seconds": 2}
DEADLINE_SECONDS = 4
MEGABYTE = 2**20
CONTINUE = 100
_status = re.compile(rb"^HTTP/1\.1 ([0-9]{3}) [^\r\n]*\r$", re.MULTILINE).findall


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one input got.

    Attributes:
        statuses: Of all answers on its connection, in order.
        code: Of the first, where it is a problem.
        is_ended: Whether the gateway has ended the connection.
        seconds: How long that took.
        asked: The targets for which upstream was asked because of it.
        next_status: What the next well-formed request got.
    """

    statuses: tuple[int, ...]
    code: str
    is_ended: bool
    seconds: float
    asked: tuple[str, ...]
    next_status: int

    @property
    def status(self) -> int:
        """Of the first answer; 0: there was none."""
        return self.statuses[0] if self.statuses else 0


class Scene:
    """Sends inputs, also several at once: each has a number of its own, by which upstream tells them apart."""

    def __init__(self, upstream: FaultyUpstream, open_gate: str, keyed_gate: str, key: str) -> None:
        self._upstream = upstream
        self._gates = {False: open_gate, True: keyed_gate}
        self._key = key
        self._number = 0

    async def played(self, one: Input, path: str) -> Outcome:
        """What `one` gets at `path`: MOUNT or TYPED."""
        self._number += 1
        number = self._number
        gate = self._gates[one.keyed].removeprefix("http://")
        began = monotonic()
        got, is_ended = await self._sent(one, gate, path, number)
        seconds = monotonic() - began
        asked = tuple(seen.target for seen in self._upstream.seen if f"n={number}&" in f"{seen.target}&")
        statuses = tuple(status for status in map(int, _status(got)) if status != CONTINUE)
        first = b"".join(got.split(b"HTTP/1.1 ")[:2])
        code = first.partition(b'"code":"')[2].partition(b'"')[0].decode("latin-1")
        key = f"X-API-Key: {self._key}\r\n" if one.keyed else ""
        sound = f"GET {path} HTTP/1.1\r\nHost: {gate}\r\nConnection: close\r\n{key}\r\n"
        answer = await sent_raw(self._gates[one.keyed], sound.encode())
        return Outcome(statuses, code, is_ended, seconds, asked, answer.status)

    async def _sent(self, one: Input, gate: str, path: str, number: int) -> tuple[bytes, bool]:
        """What came back, and whether the gateway has ended the connection."""
        host, _, port = gate.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        sending = asyncio.create_task(self._send(writer, one, gate, path, number))
        got, is_ended = bytearray(), False
        try:
            if one.leaves:
                await sending
                return b"", True
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    with suppress(ConnectionError):
                        while piece := await reader.read(65_536):
                            got += piece
                    is_ended = True
        finally:
            sending.cancel()
            writer.transport.abort()
            with suppress(ConnectionError, asyncio.CancelledError):
                await sending
        return bytes(got), is_ended

    async def _send(self, writer: asyncio.StreamWriter, one: Input, gate: str, path: str, number: int) -> None:
        names = {
            b"GRAPHQL": f"{GITHUB_MOUNT if path == MOUNT else path}/graphql?n={number}",
            b"PATH&": f"{path}?n={number}&",
            b"PATH": f"{path}?n={number}" if path == MOUNT else path,
            b"HIDDEN": f"{MOUNT}/hidden?n={number}",
            b"GATE": gate,
            b"KEY": self._key,
        }
        with suppress(ConnectionError):
            for piece in chain(one.pieces, repeat(one.endless) if one.endless else ()):
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                    continue
                for name, there in names.items():
                    piece = piece.replace(name, there.encode())  # noqa: PLW2901 -- one name after the other
                writer.write(piece)
                await writer.drain()
                if one.every_seconds:
                    await asyncio.sleep(one.every_seconds)


@asynccontextmanager
async def a_scene() -> AsyncIterator[Scene]:
    """Everything listens until the block ends. One gateway needs no key, the other does; both answer to localhost alone."""
    key = new_key()
    server = {"hosts": [], "limits": LIMITS, "deadline_seconds": DEADLINE_SECONDS, "max_request_bytes": MEGABYTE}
    async with FaultyUpstream() as upstream:
        limits = {"limits": {"request_bytes": 4 * MEGABYTE}}
        settings = settings_of(
            server,
            any={"kind": "http", "base_url": upstream.url, "mount": MOUNT, **limits},
            github={"kind": "github", "base_url": upstream.url, "mount": GITHUB_MOUNT, **limits},
        )
        caller = CallerKey(hashes=(KeyHash(sha256=SecretStr(digest(key).hex())),), operator=True)
        keyed = settings.model_copy(update={"callers": Callers(keys={"tool": caller}, key_file=Path("/nonexistent"))})
        async with (
            serving_gateway(create_app(Container(settings=settings))) as open_gate,
            serving_gateway(create_app(Container(settings=keyed))) as keyed_gate,
        ):
            yield Scene(upstream, open_gate, keyed_gate, key)


class _Heard(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = "" if record.exc_info is None else f" ({record.exc_info[1]!r})"
        if record.levelno >= logging.ERROR or record.exc_info:
            self.lines.append(f"{record.name}: {record.getMessage()}{trace}")


@contextmanager
def errors_heard() -> Iterator[list[str]]:
    """Every line that is logged as an error meanwhile, by whomever, in this process."""
    heard = _Heard()
    loggers = [
        logging.getLogger(),
        *(logging.getLogger(name) for name in ("sanic.root", "sanic.error", "sanic.server")),
    ]
    for logger in loggers:
        logger.addHandler(heard)
    try:
        yield heard.lines
    finally:
        for logger in loggers:
            logger.removeHandler(heard)
