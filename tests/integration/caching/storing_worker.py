"""A worker process that does nothing but store, until it is killed: python -m tests.integration.caching.storing_worker

Tells what it does, line by line, on its standard output.
"""

import asyncio
import os
import resource
import sys
from pathlib import Path

from app.transport.caching.disk import DiskStore
from tests.stored import MIB, entry, is_whole, keep, key, signed

KEYS = 400


def tell(*words: object) -> None:
    sys.stdout.write(f"{' '.join(map(str, words))}\n")
    sys.stdout.flush()


def store_in(directory: Path) -> DiskStore:
    return DiskStore(directory, 4 * MIB, MIB // 2, elsewhere=())


async def wrong(store: DiskStore) -> list[str]:
    """The targets under which something stands that was never kept there."""
    found = []
    for number in range(KEYS):
        for variant in await store.find(key(f"{number}")):
            body = variant.content.body
            if not is_whole(body) or int.from_bytes(body[32:40], "big") % KEYS != number:
                found.append(f"{number}")
    return found


async def store_until_killed(directory: Path) -> None:
    """Keeps, drops, marks and purges, as fast as it can."""
    store = store_in(directory)
    await store.open()
    tell("open")
    number = os.getpid() * KEYS
    while True:
        for _ in range(20):
            number += 7
            store.keep(key(f"{number % KEYS}"), entry(signed(number), sequence=store.sequence, tags=(f"{number % 5}",)))
            if number % 97 == 0:
                store.drop(key(f"{number % KEYS}"))
        await keep(store, key(f"{number % KEYS}"), entry(signed(number), sequence=store.sequence))
        if number % 11 == 0:
            await store.mark([f"{number % 5}"])
        if number % 501 == 0:
            await store.purge("github/1*")


async def store_beyond_a_limit(directory: Path) -> None:
    """Files may not grow beyond 1 MiB, as if the disk was full; then they may again."""
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    store = store_in(directory)
    await store.open()
    await keep(store, key("before"), entry(b"before", tags=("a",)))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, hard))
    for number in range(300):
        await keep(store, key(f"{number}"), entry(signed(number), sequence=store.sequence, tags=("a",)))
    tell("degraded", (await store.stats()).degraded)
    tell("in memory", len(store.glance(key("299"))))
    before = store.sequence
    await store.mark(["a"])
    tell("marked", store.is_marked(store.glance(key("299"))[0]), store.sequence > before)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await keep(store, key("after"), entry(b"after", sequence=store.sequence))
    tell("degraded", (await store.stats()).degraded)
    tell("on disk", (await store.stats()).entries > 0)
    await store.close()


async def hold_a_lease(directory: Path) -> None:
    store = store_in(directory)
    await store.open()
    tell("lease", store.lease(key()) is not None)
    await asyncio.sleep(60)


async def main() -> None:
    what, directory = sys.argv[1:]
    does = {"store": store_until_killed, "limit": store_beyond_a_limit, "lease": hold_a_lease}
    await does[what](Path(directory))


if __name__ == "__main__":
    asyncio.run(main())
