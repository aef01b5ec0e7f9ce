"""Entries to put into stores, and what tests of stores share."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path

from multidict import CIMultiDict

from app.transport.caching.disk import DiskStore
from app.transport.caching.entry import Content, Entry, Key
from app.transport.caching.store import Store

MIB = 1 << 20


class Clock:
    """Stands still until it is told to go on: seconds."""

    def __init__(self, now: float = 1_700_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def key(target: str = "repos/acme/rocket", upstream: str = "github", partition: str = "anonymous") -> Key:
    return Key(upstream, partition, target, ("application/json",))


def entry(
    body: bytes = b"body",
    *,
    sequence: int = 0,
    tags: tuple[str, ...] = (),
    vary: tuple[tuple[str, str], ...] = (),
    status: int = 200,
) -> Entry:
    headers = CIMultiDict([("Content-Type", "application/json"), ("Link", "<a>"), ("link", "<b>")])
    return Entry(
        status=status,
        headers=headers,
        content=Content(body),
        requested_at=1_700_000_000.25,
        born_at=1_700_000_000.5,
        fresh_seconds=60.0,
        stale_while_revalidate_seconds=30.0,
        stale_if_error_seconds=float("inf"),
        immutable=True,
        vary=vary,
        tags=tags,
        sequence=sequence,
    )


def telling(entry: Entry) -> tuple[object, ...]:
    """What of an entry comes back from a disk."""
    return (
        entry.status,
        tuple(entry.headers.items()),
        entry.content.body,
        entry.requested_at,
        entry.born_at,
        entry.fresh_seconds,
        entry.stale_while_revalidate_seconds,
        entry.stale_if_error_seconds,
        entry.always_validate,
        entry.never_stale,
        entry.immutable,
        entry.vary,
        entry.tags,
        entry.sequence,
    )


def bodies(variants: tuple[Entry, ...]) -> list[bytes]:
    return [entry.content.body for entry in variants]


def signed(number: int, length: int = 7000) -> bytes:
    """A body that tells whether it is whole."""
    content = number.to_bytes(8, "big") * (length // 8)
    return sha256(content).digest() + content


def is_whole(body: bytes) -> bool:
    return sha256(body[32:]).digest() == body[:32]


async def keep(store: Store, key: Key, entry: Entry) -> None:
    """Returns when every worker can find it, or when it was not kept."""
    visible = asyncio.Event()
    store.keep(key, entry, visible.set)
    await visible.wait()


@asynccontextmanager
async def opened(
    directory: Path, max_bytes: int = 16 * MIB, memory_bytes: int = MIB, *, clock: Clock | None = None
) -> AsyncIterator[DiskStore]:
    """One worker's store; clocks stand still."""
    clock = clock or Clock()
    store = DiskStore(directory, max_bytes, memory_bytes, clock=clock, monotonic=clock, elsewhere=())
    await store.open()
    try:
        yield store
    finally:
        await store.close()
