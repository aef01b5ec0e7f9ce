"""How each fate is played on a connection."""

import asyncio
import socket
import struct
from dataclasses import dataclass
from typing import Final, Protocol

from tests.chaos.arrivals import End
from tests.chaos.plan import Fate, Kind

DRIP_SECONDS: Final = 0.05
FLUSH_SECONDS: Final = 0.02
"""A reset makes the kernel throw away what has not been read: so long the peer has to read it."""


class Gone(Exception):
    """Whoever asked has left."""


class Peer(Protocol):
    """The connection on which a question came."""

    transport: asyncio.Transport

    def send(self, data: bytes) -> None:
        """Raises Gone."""
        ...

    async def until_gone(self) -> None:
        """Says nothing more; raises Gone when the peer leaves."""
        ...


@dataclass(frozen=True, slots=True)
class Reply:
    """A healthy reply.

    Attributes:
        status: With its reason, as in the status line.
        fields: Further header fields, each with its line end.
        body: Empty where there is none.
        announced: Whether its length is, also where the body is left out (HEAD).
        length: That length.
    """

    status: str
    fields: str
    body: bytes
    announced: bool
    length: int

    def head(self, framing: str) -> bytes:
        return f"HTTP/1.1 {self.status}\r\n{self.fields}{framing}\r\n".encode("latin-1")

    @property
    def whole(self) -> bytes:
        return self.head(f"Content-Length: {self.length}\r\n" if self.announced else "") + self.body


async def play(fate: Fate, reply: Reply, peer: Peer) -> End:
    """Answers as the fate says; how it ended.

    Raises:
        Gone: Whoever asked has left meanwhile.
    """
    await asyncio.sleep(fate.after_seconds)
    match fate.kind:
        case Kind.HEALTHY:
            peer.send(reply.whole)
            return End.GIVEN
        case Kind.STATUS | Kind.LIMIT:
            peer.send(refusal(fate))
        case Kind.RESET_BEFORE_HEAD:
            _reset(peer)
        case Kind.CLOSE_BEFORE_HEAD:
            peer.transport.close()
        case Kind.STALL_BEFORE_HEAD:
            await peer.until_gone()
        case Kind.RESET_IN_HEAD | Kind.STALL_IN_HEAD | Kind.GARBAGE:
            await _broken_head(fate.kind, reply, peer)
        case Kind.CLOSE_IN_CHUNKS | Kind.BAD_CHUNK:
            peer.send(
                reply.head("Transfer-Encoding: chunked\r\n") + b"%x\r\n%b\r\n" % (40, (reply.body + b" " * 40)[:40])
            )
            if fate.kind is Kind.BAD_CHUNK:
                peer.send(b"zz\r\nno chunk\r\n")
            peer.transport.close()
        case _:
            await _broken_body(fate.kind, reply, peer)
    return End.FAULT


async def _broken_head(kind: Kind, reply: Reply, peer: Peer) -> None:
    if kind is Kind.GARBAGE:
        peer.send(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        peer.transport.close()
        return
    peer.send(reply.head("")[:30])
    if kind is Kind.STALL_IN_HEAD:
        await peer.until_gone()
    await asyncio.sleep(FLUSH_SECONDS)
    _reset(peer)


async def _broken_body(kind: Kind, reply: Reply, peer: Peer) -> None:
    body = reply.body or b"{}"
    length = len(body) + (100 if kind is Kind.WRONG_LENGTH else 0)
    peer.send(reply.head(f"Content-Length: {length}\r\n"))
    match kind:
        case Kind.WRONG_LENGTH:
            peer.send(body)
            peer.transport.close()
            return
        case Kind.DRIP:
            for at in range(len(body)):
                peer.send(body[at : at + 1])
                await asyncio.sleep(DRIP_SECONDS)
            return
        case Kind.RESET_IN_BODY | Kind.CLOSE_IN_BODY | Kind.STALL_IN_BODY:
            peer.send(body[: len(body) // 2])
    if kind is Kind.STALL_IN_BODY:
        await peer.until_gone()
    await asyncio.sleep(FLUSH_SECONDS)
    if kind is Kind.CLOSE_IN_BODY:
        peer.transport.close()
    else:
        _reset(peer)


def refusal(fate: Fate) -> bytes:
    """A failure as a load balancer tells it, in HTML; a limit as GitHub does ("Rate limits for the REST API")."""
    body, kind = b"<html><h1>upstream says no</h1></html>", "text/html"
    if fate.kind is Kind.LIMIT:
        body, kind = b'{"message": "You have exceeded a secondary rate limit."}', "application/json"
    wait = "" if fate.retry_after_seconds is None else f"Retry-After: {fate.retry_after_seconds}\r\n"
    head = f"HTTP/1.1 {fate.status} No\r\nContent-Type: {kind}\r\nX-Chaos-Fate: {fate.status}\r\n{wait}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _reset(peer: Peer) -> None:
    raw = peer.transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.transport.abort()
