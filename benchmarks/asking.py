"""Asks for many URLs at once, and waits for all answers."""

import asyncio
from collections.abc import Iterable, Sequence

import aiohttp


def ask_all(urls: Iterable[str], *, at_once: int = 16) -> None:
    """Asks for each, `at_once` at a time.

    Raises:
        aiohttp.ClientError: One was not answered by 200.
    """
    asyncio.run(_ask_all(list(urls), at_once))


def ask_together(urls: Sequence[str]) -> None:
    """Asks for all at the same time, each on a connection of its own that is open already.

    Raises:
        aiohttp.ClientError: One was not answered by 200.
        RuntimeError: The same.
    """
    asyncio.run(_ask_together(urls))


async def _ask_all(urls: list[str], at_once: int) -> None:
    left = iter(urls)
    async with aiohttp.ClientSession(raise_for_status=True) as session:

        async def some() -> None:
            for url in left:
                async with session.get(url) as reply:
                    await reply.read()

        await asyncio.gather(*(some() for _ in range(at_once)))


async def _ask_together(urls: Sequence[str]) -> None:
    """By hand: a client library would spread over time what shall be sent at once."""
    hosts = [url.removeprefix("http://").partition("/") for url in urls]
    streams = await asyncio.gather(
        *(asyncio.open_connection(host.partition(":")[0], int(host.partition(":")[2])) for host, _, _ in hosts)
    )
    for (_, writer), (host, _, path) in zip(streams, hosts, strict=True):
        writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    for answer in await asyncio.gather(*(reader.read() for reader, _ in streams)):
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"an answer began with {answer[:100]!r}")
    for _, writer in streams:
        writer.close()
