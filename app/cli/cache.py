"""`headgate cache stats | purge`: looking into the store that the workers share, and making it forget, also while they run."""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final, TextIO, TypeVar

from app.cli.amounts import readable_size
from app.cli.loading import loaded_or_told
from app.settings import Cache, Loaded, SettingsFault
from app.transport.caching.disk import DiskStore
from app.transport.caching.memory import MemoryStore
from app.transport.caching.patterns import EVERYTHING, place_patterns
from app.transport.caching.store import Store, StoreStats

T = TypeVar("T")

DONE: Final = 0
FAILED: Final = 1
AT_FAULT: Final = 2
_STORE: Final = "cache.store"


class NotOurs(Exception):
    """The store belongs to another user: files that we made there would be closed to the gateway."""


def stats(
    *,
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    as_json: bool = False,
    output: TextIO,
    errors: TextIO,
) -> int:
    """Says how much is kept: 0; 1 when the store is not well; 2 when the configuration is at fault."""
    loaded = _loaded(config_path, environ, working_directory, errors)
    if loaded is None:
        return AT_FAULT
    cache = loaded.settings.cache
    try:
        found = asyncio.run(_asked(cache, working_directory, _stats))
    except NotOurs as problem:
        print(problem, file=errors)
        return FAILED
    if as_json:
        # Not what this command itself has in memory: that is no news about the workers.
        told = {"entries": found.entries, "bytes": found.bytes, "max_bytes": cache.max_bytes}
        print(json.dumps({"path": str(cache.path), **told, "degraded": found.degraded}, indent=2), file=output)
    else:
        share = f"{100 * found.bytes / cache.max_bytes:.1f} %"
        size = f"{readable_size(found.bytes)} of {readable_size(cache.max_bytes)} ({share})"
        print(f"{cache.path}: {_counted(found.entries)}, {size}", file=output)
    return _told(found, errors)


def purge(
    *,
    pattern: str | None,
    config_path: Path | None,
    environ: Mapping[str, str],
    working_directory: Path,
    output: TextIO,
    errors: TextIO,
) -> int:
    """Makes every worker forget, within a second, what `pattern` names (None: everything). The codes are as for `stats`.

    Args:
        pattern: As `app.transport.caching.patterns` reads it.
        config_path: As for every command.
        environ: The same.
        working_directory: The same.
        output: For what came of it.
        errors: For what is wrong.
    """
    loaded = _loaded(config_path, environ, working_directory, errors)
    if loaded is None:
        return AT_FAULT
    base_urls = {name: upstream.base_url for name, upstream in loaded.settings.upstreams.items()}
    try:
        globs = place_patterns(EVERYTHING if pattern is None else pattern, base_urls)
    except ValueError as problem:
        print(f"PATTERN: expected {problem} (command line)", file=errors)
        return AT_FAULT

    async def forget(store: Store) -> tuple[int, StoreStats]:
        return sum([await store.purge(glob) for glob in globs]), await store.stats()

    try:
        removed, found = asyncio.run(_asked(loaded.settings.cache, working_directory, forget))
    except NotOurs as problem:
        print(problem, file=errors)
        return FAILED
    print(f"forgotten: {_counted(removed)}", file=output)
    return _told(found, errors)


def _loaded(
    config_path: Path | None, environ: Mapping[str, str], working_directory: Path, errors: TextIO
) -> Loaded | None:
    """The configuration, where its store is one that this process can look into; None after its faults were told."""
    loaded = loaded_or_told(config_path, environ, working_directory, {}, errors, for_serving=False)
    if loaded is not None and loaded.settings.cache.store == "memory":
        expected = (
            "disk for this command, since with memory each worker has a cache of its own; ask the workers: GET or DELETE "
            "/api/v1/cache, on the gateway's own machine"
        )
        print(SettingsFault(_STORE, expected, loaded.source(_STORE)), file=errors)
        return None
    return loaded


async def _asked(cache: Cache, working_directory: Path, ask: Callable[[Store], Awaitable[T]]) -> T:
    """What `ask` finds in the store. Where there is none yet, none is made.

    Raises:
        NotOurs: It is another user's.
    """
    directory = working_directory / cache.path
    if directory.exists() and (owner := directory.stat().st_uid) != os.geteuid():
        raise NotOurs(f"{cache.path} belongs to another user (uid {owner}): run this command as that user")
    store: Store = MemoryStore(cache.max_bytes)
    if directory.exists():
        store = DiskStore(directory, cache.max_bytes, cache.memory_bytes)
    await store.open()
    try:
        return await ask(store)
    finally:
        await store.close()


async def _stats(store: Store) -> StoreStats:
    return await store.stats()


def _told(found: StoreStats, errors: TextIO) -> int:
    if found.degraded is None:
        return DONE
    print(f"the store is not well: {found.degraded}", file=errors)
    return FAILED


def _counted(entries: int) -> str:
    return f"{entries:,} {'entry' if entries == 1 else 'entries'}"
