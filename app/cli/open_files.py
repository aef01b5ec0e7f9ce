"""How many files a process may have open at once, connections among them."""

import resource
from contextlib import suppress
from typing import Final

from app.settings import Settings

OWN_FILES: Final = 200
"""About what a worker has open besides its connections: store, logs, pipes."""


def files_besides(settings: Settings) -> int:
    """How many a worker may need besides its callers' connections."""
    return OWN_FILES + sum(upstream.pool.connections for upstream in settings.upstreams.values())


def raised_limit(wanted: int) -> int | None:
    """How many this process may have open, and those that it starts, after trying to make it as many as wanted (RLIMIT_NOFILE);
    None: any number.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # some systems bear less than they say
            reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (reachable, hard))
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if soft == resource.RLIM_INFINITY else soft


def too_few_files(settings: Settings) -> str:
    """A warning, after trying to raise the limit, where a worker cannot have as many connections open as the settings let in;
    empty: it can.
    """
    wanted = settings.server.limits.connections + files_besides(settings)
    limit = raised_limit(wanted)
    if limit is None or limit >= wanted:
        return ""
    return (
        f"a process may open {limit:,} files, and a worker may need {wanted:,}: fewer connections than "
        "server.limits.connections are let in (raise the hard limit: LimitNOFILE=, ulimit -Hn)"
    )


def most_connections(settings: Settings, limit: int | None) -> int:
    """How many callers' connections a worker may have open: as the settings say, but never so many that none are left for
    upstreams and files.
    """
    most = settings.server.limits.connections
    return most if limit is None else max(1, min(most, limit - files_besides(settings)))
