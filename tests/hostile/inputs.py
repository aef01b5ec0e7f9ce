"""What is sent to the gateway to do it harm: one row for each, with what it must get, on a mount and elsewhere.

In what is sent `PATH` stands for the path of a resource that is there, `HIDDEN` for one that must never be asked for, `GATE`
for the gateway's own host and port, `KEY` for a good key.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CLOSED: Final = 0
"""Instead of a status: the connection ends without an answer."""
LARGE_BYTES: Final = 100_000


@dataclass(frozen=True, slots=True)
class Input:
    """One thing that is sent.

    Attributes:
        group: What is tried.
        shown: For the table.
        pieces: What is sent, one after the other; a number is a pause in seconds.
        mounted: The status that it must get on a mount; several: either will do.
        typed: And where nothing is mounted.
        endless: Sent again and again after that, until the connection ends.
        every_seconds: How long between two of those; 0: as fast as the gateway takes it.
        keyed: It is sent to a gateway that wants keys.
        answers: How many answers the connection may bring.
        leaves: The caller closes the connection after it has sent all, and reads nothing.
    """

    group: str
    shown: str
    pieces: tuple[bytes | float, ...]
    mounted: tuple[int, ...]
    typed: tuple[int, ...]
    endless: bytes = b""
    every_seconds: float = 0.0
    keyed: bool = False
    answers: int = 1
    leaves: bool = False

    @property
    def is_alone(self) -> bool:
        """Whether it is sent while nothing else is: it is more than a few KB, or it goes where writes take turns."""
        return (
            b"GRAPHQL" in b"".join(piece[:100] for piece in self.pieces if isinstance(piece, bytes))
            or sum(len(piece) for piece in self.pieces if isinstance(piece, bytes)) > LARGE_BYTES
        )


def get(fields: str = "", target: str = "PATH", method: str = "GET", version: str = "HTTP/1.1") -> bytes:
    """A request whose connection ends after it."""
    return f"{method} {target} {version}\r\nHost: GATE\r\nConnection: close\r\n{fields}\r\n".encode("latin-1")


def post(fields: str, body: str | bytes = "", *, target: str = "PATH", version: str = "HTTP/1.1") -> bytes:
    """A request with a body, on a connection that its caller would use again."""
    raw = body.encode("latin-1") if isinstance(body, str) else body
    return f"POST {target} {version}\r\nHost: GATE\r\nConnection: keep-alive\r\n{fields}\r\n".encode("latin-1") + raw


HIDDEN: Final = "GET HIDDEN HTTP/1.1\r\nHost: GATE\r\nConnection: close\r\n\r\n"


def inputs() -> tuple[Input, ...]:
    """All rows, in the order of the table."""
    from tests.hostile import bodies, heads, keys, slow  # noqa: PLC0415 -- they are made of what stands here

    return (*heads.rows(), *bodies.rows(), *keys.rows(), *slow.rows())


def refused(group: str, shown: str, sent: bytes, *statuses: int, **others: object) -> Input:
    """Refused alike on a mount and elsewhere; with 400 unless told."""
    expected = statuses or (400,)
    return Input(group, shown, (sent,), expected, expected, **others)  # type: ignore[arg-type]  # those of Input


def taken(group: str, shown: str, sent: bytes, mounted: int = 200, typed: int = 200, **others: object) -> Input:
    """Served, at least on one of the two."""
    return Input(group, shown, (sent,), (mounted,), (typed,), **others)  # type: ignore[arg-type]  # those of Input


def each(group: str, rows: Iterator[tuple[str, bytes]]) -> Iterator[Input]:
    """Each refused with 400."""
    for shown, sent in rows:
        yield refused(group, shown, sent)
