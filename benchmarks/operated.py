"""What it costs a hit that the gateway is operated: callers' keys with rules and a limit, a line for each request."""

import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.bodies import repository_json
from benchmarks.gateway import KEY, KEYS, LIMITED, WITH_KEY, disk, running_headgate
from benchmarks.load import Rates, Target, side_by_side
from benchmarks.servers import running

PATH = "/api/v1/repos/acme/{}"
BARE = "constant bytes from a bare Sanic handler"
COUNTED = "Headgate; metrics and usage, which are always on"
LOGGED = "and a JSON line for each request"
KEYED = "and a key with rules"
ALL = "**and both**"
LIMITED_KEY = "and both, and a limit of requests, which each answer tells"
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Case:
    """One table.

    Attributes:
        rates: By what is on.
    """

    rates: dict[str, Rates]


def measure(*, rounds: int, seconds: int) -> Iterator[Case]:
    """One worker, one key of the cache, all hits."""
    with TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        body = folder / "upstream.json"
        body.write_bytes(repository_json())
        arguments = (str(body), "--cache-control", "private, max-age=86400")
        upstream = stack.enter_context(running("benchmarks.fast_upstream", *arguments, log=folder / "upstream.log"))

        def gateway(where: str, *, access_log: bool = False, keys: dict[str, Any] | None = None) -> Target:
            here = folder / where
            here.mkdir()
            server = stack.enter_context(
                running_headgate(
                    upstream.url,
                    here,
                    workers=1,
                    cache=disk(here / "cache"),
                    access_log=access_log,
                    keys=keys,
                )
            )
            return Target(server.url, PATH, fields=WITH_KEY if keys else ())

        targets = {
            COUNTED: gateway("counted"),
            LOGGED: gateway("logged", access_log=True),
            KEYED: gateway("keyed", keys=KEYS),
            ALL: gateway("all", access_log=True, keys=KEYS),
            LIMITED_KEY: gateway("limited", access_log=True, keys=LIMITED),
        }
        same = folder / "same.json"
        same.write_bytes(_got(targets[ALL]))
        bare = stack.enter_context(running("benchmarks.bare", "1", str(same), log=folder / "bare.log"))
        yield Case(
            side_by_side(
                {BARE: Target(bare.url, PATH), **targets}, rounds=rounds, connections=CONNECTIONS, seconds=seconds
            )
        )


def _got(target: Target) -> bytes:
    url = target.base_url + target.path.format("rocket")
    asked = urllib.request.Request(url, headers={"X-API-Key": KEY})  # noqa: S310 -- our own loopback address
    with urllib.request.urlopen(asked, timeout=5) as reply:  # noqa: S310 -- the same
        return bytes(reply.read())
