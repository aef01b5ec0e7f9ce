"""What takes its time. The gateway of the tests gives a head one second, a request two, and an idle connection two."""

from collections.abc import Iterator

from tests.hostile.inputs import CLOSED, Input, post

GROUP = "callers who take their time"
HEAD = b"GET PATH HTTP/1.1\r\nHost: GATE\r\n"


def rows() -> Iterator[Input]:
    def row(
        shown: str,
        *pieces: bytes | float,
        mounted: int,
        typed: int,
        every: float = 0.2,
        endless: bytes = b"",
        **others: bool,
    ) -> Input:
        return Input(GROUP, shown, pieces, (mounted,), (typed,), endless=endless, every_seconds=every, **others)

    yield row("connects, and says nothing", mounted=CLOSED, typed=CLOSED)
    yield row("one byte, and nothing more", b"G", mounted=408, typed=408)
    yield row("half a head, and nothing more", HEAD, mounted=408, typed=408)
    yield row("a head, byte by byte", HEAD, mounted=408, typed=408, endless=b"X")
    yield row("a head, field by field", HEAD, mounted=408, typed=408, endless=b"X-A: b\r\n")
    yield row("an empty line, and nothing more", b"\r\n", mounted=408, typed=408)
    yield row("a request, and then half a head", HEAD + b"\r\n" + HEAD, mounted=200, typed=200)
    yield row("a body that never begins", post("Content-Length: 10\r\n"), mounted=408, typed=405)
    yield row("a body that stops", post("Content-Length: 10\r\n", "abc"), mounted=408, typed=405)
    slow = post("Content-Length: 100\r\n")
    yield row("a body, byte by byte", slow, mounted=408, typed=405, endless=b"a", every=0.1)
    chunked = post("Transfer-Encoding: chunked\r\n")
    yield row("chunks, byte by byte, without end", chunked, mounted=408, typed=405, endless=b"1\r\na\r\n", every=0.1)
    yield row("half a line before a chunk", post("Transfer-Encoding: chunked\r\n", "5"), mounted=408, typed=405)
    yield row(
        "Expect: 100-continue, and no body",
        post("Expect: 100-continue\r\nContent-Length: 5\r\n"),
        mounted=408,
        typed=405,
    )
    bad = post("Origin: https://evil.example\r\nContent-Length: 1000\r\n")
    yield row("a body that was refused, byte by byte", bad, mounted=403, typed=403, endless=b"a")
