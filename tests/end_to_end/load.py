"""Callers who ask without a pause on connections that they keep, and count what they got. They repeat nothing: whatever is
not a whole 200 is a failure.
"""

import asyncio
from dataclasses import dataclass, field
from time import monotonic
from urllib.parse import urlsplit

READ_SECONDS = 20.0


@dataclass(slots=True)
class Load:
    """What came of it.

    Attributes:
        answered: How many whole answers of status 200.
        farewells: How many of them were the last on their connection, and said so.
        failures: Everything else, in words.
        longest_seconds: The longest that any of them has waited for an answer.
    """

    answered: int = 0
    farewells: int = 0
    failures: list[str] = field(default_factory=list)
    longest_seconds: float = 0.0


async def put_load(url: str, path: str, *, callers: int, enough: asyncio.Event) -> Load:
    """From so many callers, until it is enough."""
    load = Load()
    await asyncio.gather(*(_call(url, path, load, enough) for _ in range(callers)))
    return load


async def _call(url: str, path: str, load: Load, enough: asyncio.Event) -> None:
    parts = urlsplit(url)
    question = f"GET {path} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    reader, writer = asyncio.StreamReader(), None
    while not enough.is_set():
        try:
            if writer is None:
                reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            asked_at = monotonic()
            writer.write(question)
            async with asyncio.timeout(READ_SECONDS):
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                await reader.readexactly(int(head.split(b"content-length:")[1].split(b"\r\n")[0]))
            load.longest_seconds = max(load.longest_seconds, monotonic() - asked_at)
            if not head.startswith(b"http/1.1 200 "):
                load.failures.append(head.partition(b"\r\n")[0].decode())
            load.answered += 1
            if b"\r\nconnection: close\r\n" in head:
                load.farewells += 1
                writer.close()
                writer = None
        except (OSError, EOFError, TimeoutError) as error:
            load.failures.append(repr(error))
            writer = None
    if writer is not None:
        writer.close()
