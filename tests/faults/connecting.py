"""The rows before HTTP begins: names, connections, TLS."""

import asyncio
import select
import socket
from collections.abc import Sequence

from tests import faulty_upstream as scripts
from tests.faults.fault import Fault, Wait, Way
from tests.faults.scene import Act, Scene, well
from tests.faulty_upstream import Connection, Greeting

BACKLOG_FILLERS = 4
HELLO_BYTES = 100


def greeting(play: Greeting) -> Act:
    """Every connection that is made begins so."""

    async def act(scene: Scene) -> None:
        await scene.hang_up()
        scene.upstream.greeting = play

    return act


def naming(mode: str) -> Act:
    async def act(scene: Scene) -> None:
        await scene.hang_up()
        await scene.gateway.name(mode)

    return act


async def named(scene: Scene) -> None:
    await scene.gateway.name("known")


async def close_port(scene: Scene) -> None:
    assert scene.relay is not None
    await scene.relay.refuse()
    await scene.hang_up()


async def open_port(scene: Scene) -> None:
    assert scene.relay is not None
    await scene.relay.listen()


async def fill_backlog(scene: Scene) -> None:
    """A port whose queue of connections is full: the kernel drops what comes on top."""
    await close_port(scene)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", scene.port))
    listener.listen(0)
    scene.holding = [listener.close]
    for _ in range(BACKLOG_FILLERS):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(listener.getsockname())
        scene.holding.append(filler.close)


async def empty_backlog(scene: Scene) -> None:
    for let_go in scene.holding:
        let_go()
    scene.holding = []
    await open_port(scene)


def speaking_tls(*, trusted: bool) -> Act:
    """With which certificate the upstream answers from now on, on the same port."""

    async def act(scene: Scene) -> None:
        certificate = scene.own if trusted else scene.stranger
        assert certificate is not None
        await scene.upstream.stop()
        scene.upstream.tls = certificate.server()
        await scene.upstream.listen()
        await well(scene)

    return act


def without_tls(play: Greeting) -> Act:
    """The upstream plays this instead of a handshake."""

    async def act(scene: Scene) -> None:
        await scene.upstream.stop()
        scene.upstream.tls = None
        scene.upstream.greeting = play
        await scene.upstream.listen()

    return act


async def read_nothing(connection: Connection) -> None:
    """Accepts, and never reads a byte; sees all the same when the peer leaves."""
    connection.writer.transport.pause_reading()  # type: ignore[attr-defined]  # asyncio's stubs give WriteTransport
    watched = select.poll()
    watched.register(connection.writer.get_extra_info("socket").fileno(), select.POLLRDHUP)
    while not watched.poll(0):  # noqa: ASYNC110 -- asyncio does not look while reading is paused
        await asyncio.sleep(0.01)
    connection.close()


async def cut_handshake(connection: Connection) -> None:
    await connection.reader.readexactly(HELLO_BYTES)
    connection.reset()


async def stall_in_handshake(connection: Connection) -> None:
    await connection.reader.readexactly(HELLO_BYTES)
    await connection.stall()


async def no_tls(connection: Connection) -> None:
    await connection.reader.readexactly(HELLO_BYTES)
    await connection.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
    await asyncio.sleep(0.02)
    connection.close()


def rows() -> Sequence[Fault]:
    return (
        Fault(
            name="name without an address",
            begin=naming("unknown"),
            end=named,
            way=Way.NAMED,
            answer="502 upstream_name_not_resolved",
            arrives=False,
        ),
        Fault(
            name="name server does not answer",
            begin=naming("silent"),
            end=named,
            way=Way.NAMED,
            answer="504 upstream_timeout",
            wait=Wait.CONNECT,
            arrives=False,
            lingering_tasks=1,  # the look-up itself: aiohttp keeps one for a name, for whoever asks next
        ),
        Fault(
            name="port closed",
            begin=close_port,
            end=open_port,
            way=Way.RELAYED,
            answer="502 upstream_unreachable",
            arrives=False,
        ),
        Fault(
            name="connecting gets no answer",
            begin=fill_backlog,
            end=empty_backlog,
            way=Way.RELAYED,
            answer="504 upstream_timeout",
            wait=Wait.CONNECT,
            arrives=False,
        ),
        Fault(
            name="accepted, then reset",
            begin=greeting(scripts.reset_on_accept),
            answer="502 upstream_disconnected | 502 upstream_unreachable",  # the reset may come before we know of it
            arrives=False,
        ),
        Fault(
            name="accepted, then closed",
            begin=greeting(scripts.close_on_accept),
            answer="502 upstream_disconnected",
            arrives=False,
        ),
        Fault(
            name="accepted, and nothing read",
            begin=greeting(read_nothing),
            answer="504 upstream_timeout",
            wait=Wait.READ,
            arrives=False,
        ),
        Fault(
            name="TLS: a certificate that nobody trusts",
            begin=speaking_tls(trusted=False),
            end=speaking_tls(trusted=True),
            way=Way.TLS,
            answer="502 upstream_tls_failed",
            repeated=False,
            arrives=False,
        ),
        Fault(
            name="TLS: not spoken there",
            begin=without_tls(no_tls),
            end=speaking_tls(trusted=True),
            way=Way.TLS,
            answer="502 upstream_tls_failed",
            repeated=False,
            arrives=False,
        ),
        Fault(
            name="TLS: handshake cut",
            begin=without_tls(cut_handshake),
            end=speaking_tls(trusted=True),
            way=Way.TLS,
            answer="502 upstream_unreachable",
            arrives=False,
        ),
        Fault(
            name="TLS: handshake stalls",
            begin=without_tls(stall_in_handshake),
            end=speaking_tls(trusted=True),
            way=Way.TLS,
            answer="504 upstream_timeout",
            wait=Wait.CONNECT,
            arrives=False,
        ),
    )
