"""Each request leaves one record, however it ends: also where nobody is there any more to be answered."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from app.api.edge import EdgeApp
from app.container import Container
from app.journal.journal import Journal
from app.journal.records import Asked, Served
from app.server import create_app
from tests.faulty_upstream import BLOCK, Connection, FaultyUpstream, Seen
from tests.gateway import serving_gateway, settings_of
from tests.waits import eventually

WHOLE_HEAD = b"GET /any/x HTTP/1.1\r\nHost: localhost\r\n\r\n"
ROOM_BYTES = 4096
"""What the caller's kernel holds of an answer that nobody reads."""


async def without_end(connection: Connection, _: Seen) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await connection.send(b"%x\r\n%b\r\n" % (len(BLOCK), BLOCK))


async def large_and_fresh(connection: Connection, _: Seen) -> None:
    await connection.answer(bytes(4_000_000), fields="Cache-Control: max-age=60\r\n", content_type="a/b")


class Noted:
    """Reads the journal."""

    def __init__(self) -> None:
        self.served: list[Served] = []

    def read(self, served: Sequence[Served], asked: Sequence[Asked]) -> None:
        self.served += served


@dataclass
class Scene:
    app: EdgeApp
    noted: Noted
    address: tuple[str, int]

    async def asked(self, times: int = 1, head: bytes = WHOLE_HEAD) -> socket.socket:
        """A caller who has asked and reads nothing."""
        caller = socket.socket()
        caller.setblocking(False)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM_BYTES)
        caller.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it leaves by a reset
        loop = asyncio.get_running_loop()
        await loop.sock_connect(caller, self.address)
        await loop.sock_sendall(caller, head * times)
        return caller

    async def is_noted(self, times: int = 1) -> None:
        def told() -> bool:
            self.app.journal.flush()
            return len(self.noted.served) >= times

        await eventually(told)


@asynccontextmanager
async def serving(
    script: Callable[[Connection, Seen], Awaitable[None]], stalled_seconds: int = 60
) -> AsyncIterator[Scene]:
    async with FaultyUpstream() as upstream:
        upstream.script = script
        container = Container(settings=settings_of(any={"kind": "http", "base_url": upstream.url, "mount": "/any"}))
        app, noted = create_app(container), Noted()
        app.journal = Journal([noted])
        app.config.RESPONSE_TIMEOUT = stalled_seconds
        async with serving_gateway(app) as base_url:
            host, _, port = base_url.removeprefix("http://").partition(":")
            yield Scene(app, noted, (host, int(port)))


async def test_a_stream_that_its_caller_leaves() -> None:
    async with serving(without_end) as scene:
        caller = await scene.asked()
        await asyncio.get_running_loop().sock_recv(caller, 1)
        caller.close()
        await scene.is_noted()
    assert [(each.status, each.route) for each in scene.noted.served] == [(200, "/any/*")]


async def test_a_stream_of_which_its_caller_takes_nothing() -> None:
    async with serving(without_end, stalled_seconds=1) as scene:
        caller = await scene.asked()
        await scene.is_noted()
        caller.close()
    assert [each.status for each in scene.noted.served] == [200]


@pytest.mark.parametrize("leaves", [True, False])
async def test_an_answer_from_memory_that_is_not_taken_is_one_all_the_same(leaves: bool) -> None:
    async with serving(large_and_fresh, stalled_seconds=60 if leaves else 1) as scene:
        loop = asyncio.get_running_loop()
        first, left = await scene.asked(), 4_000_000
        while left > 0:
            left -= len(await loop.sock_recv(first, 1_000_000))
        await scene.is_noted()
        caller = await scene.asked(times=2)  # the second waits for room that the first has left in the kernel
        await scene.is_noted(2)
        if leaves:
            caller.close()
        await scene.is_noted(3)
        first.close()
        caller.close()
    assert [(each.status, each.outcome) for each in scene.noted.served] == [(200, "miss"), (200, "hit"), (200, "hit")]


async def test_half_a_head_is_no_request_and_what_is_refused_is_one() -> None:
    async with serving(without_end) as scene:
        half = await scene.asked(head=WHOLE_HEAD[:9])
        await asyncio.sleep(0.05)  # so that it has arrived
        half.close()
        await asyncio.sleep(0.05)
        refused = await scene.asked(head=b"GET /any/x HTTP/1.1\r\n\r\n")
        await scene.is_noted()
        refused.close()
    scene.app.journal.flush()
    assert [(each.status, each.code) for each in scene.noted.served] == [(400, "invalid_request")]
