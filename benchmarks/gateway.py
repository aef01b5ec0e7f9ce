"""Headgate as the benchmarks run it: the defaults, but for what is said here."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.servers import Server, running

MEMORY = {"store": "memory", "max_bytes": "1GiB", "memory_bytes": "1GiB"}
"""Room for everything that a benchmark asks for: what is measured is the way of a hit, not eviction."""


KEY = "hg_of_the_benchmark_and_of_nobody_else"
WITH_KEY = (f"X-API-Key: {KEY}",)
"""The field that a caller sends where there are keys."""
KEYS: dict[str, dict[str, Any]] = {
    "benchmark": {
        "hashes": [{"sha256": hashlib.sha256(KEY.encode()).hexdigest()}],
        "allow": ["repos/acme/**"],
    }
}
"""One that has rules."""
LIMITED = {"benchmark": {**KEYS["benchmark"], "rate": "1000000/s"}}
"""One that has a limit of requests, too: each answer tells what is left of it."""


def disk(folder: Path) -> dict[str, str]:
    """The disk store in `folder`, with room as above."""
    return {**MEMORY, "store": "disk", "path": str(folder)}


@contextmanager
def running_headgate(
    upstream_url: str,
    folder: Path,
    *,
    workers: int,
    cache: dict[str, str],
    rules: dict[str, Any] | None = None,
    mounts: dict[str, dict[str, Any]] | None = None,
    access_log: bool = False,
    keys: dict[str, Any] | None = None,
    points_a_minute: int | None = None,
) -> Iterator[Server]:
    """Until the block ends.

    Args:
        upstream_url: Of kind github, mounted at /github.
        folder: For its configuration, key and log; must be there.
        workers: How many.
        cache: The section `cache` of its configuration.
        rules: The section `cache` of the upstream.
        mounts: More upstreams, by name.
        access_log: Whether each request gets a line, as JSON.
        keys: Callers' keys; none: nobody needs one.
        points_a_minute: The pace that is kept; None: none, unlike by default.
    """
    configuration = {
        "server": {"access_log": access_log, "workers": workers},
        "callers": {"key_file": str(folder / "keys.yaml"), "keys": keys or {}},
        "cache": cache,
        "usage": {"path": str(folder / "usage.db")},
        "identity": {"key_file": str(folder / "identity.key")},
        "upstreams": {
            "github": {
                "kind": "github",
                "base_url": f"{upstream_url}/",
                "token": "benchmark",
                "mount": "/github",
                "cache": rules or {},
                "budget": {"points_a_minute": points_a_minute},
            },
            **(mounts or {}),
        },
        "api": {"github": "github"},
    }
    file = folder / "headgate.yaml"
    file.write_text(json.dumps(configuration))  # JSON is YAML
    arguments = ("serve", "--config", str(file), "--port", "{port}")
    with running("app", *arguments, log=folder / "headgate.log") as server:
        yield server
