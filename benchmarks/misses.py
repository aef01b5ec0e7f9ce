"""What an answer costs for which upstream must be asked: for something new, or whether what is stored still holds."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bodies import repository_json
from benchmarks.fast_upstream import requests_answered
from benchmarks.gateway import MEMORY, disk, running_headgate
from benchmarks.hits import RAW, TYPED
from benchmarks.keys import NEW, Keys, ring
from benchmarks.load import Rates, Target, requests_per_second, side_by_side
from benchmarks.servers import Server, running

RELAY = "bare relay: session on the app, bytes as they came"
RECIPE = "recipe: session on the app, JSON decoded and encoded"
RAW_IN_MEMORY = "**Headgate**, raw, `store: memory`"
RAW_ON_DISK = "**Headgate**, raw, `store: disk`"
TYPED_IN_MEMORY = "**Headgate**, typed, `store: memory`"
TYPED_ON_DISK = "**Headgate**, typed, `store: disk`"

CONNECTIONS = 32
KNOWN = ring(1_000)
"""More than there are connections: what is asked for at the same time is not the same."""
MOST_COALESCED = 0.05
"""Of the requests of a round of which each should have reached upstream."""


@dataclass(frozen=True, slots=True)
class Case:
    """One table.

    Attributes:
        what: `miss` or `revalidate`.
        workers: How many.
        rates: By server.
    """

    what: str
    workers: int
    rates: dict[str, Rates]


def measure(*, rounds: int, seconds: int, workers: tuple[int, ...] = (1, 2)) -> Iterator[Case]:
    """Misses and revalidations with each number of workers."""
    for number in workers:
        for what, keys, fields, rules in (
            ("miss", NEW, ("--cache-control", "private, max-age=60, s-maxage=60"), {}),
            ("revalidate", KNOWN, ("--cache-control", "private, max-age=0", "--validates"), {"always_validate": True}),
        ):
            with TemporaryDirectory() as name, ExitStack() as stack:
                folder = Path(name)
                targets, upstream = _running(stack, folder, number, keys, fields, rules)
                for target in targets.values():
                    _check(target, upstream)
                yield Case(
                    what,
                    number,
                    side_by_side(targets, rounds=rounds, connections=CONNECTIONS, seconds=seconds, warm_up=False),
                )


def _running(
    stack: ExitStack, folder: Path, workers: int, keys: Keys, fields: tuple[str, ...], rules: dict[str, bool]
) -> tuple[dict[str, Target], Server]:
    body = folder / "upstream.json"
    body.write_bytes(repository_json())
    upstream = stack.enter_context(running("benchmarks.fast_upstream", str(body), *fields, log=folder / "upstream.log"))
    others = (str(workers), f"{upstream.url}/")
    relay = stack.enter_context(running("benchmarks.relay", *others, log=folder / "relay.log"))
    recipe = stack.enter_context(running("benchmarks.recipe", *others, log=folder / "recipe.log"))
    gateways = []
    for name, cache in (("memory", MEMORY), ("disk", disk(folder / "cache"))):
        (folder / name).mkdir()
        gateway = running_headgate(upstream.url, folder / name, workers=workers, cache=cache, rules=rules)
        gateways.append(stack.enter_context(gateway))
    in_memory, on_disk = gateways
    return {
        RELAY: Target(relay.url, TYPED, keys),
        RECIPE: Target(recipe.url, TYPED, keys),
        RAW_IN_MEMORY: Target(in_memory.url, RAW, keys),
        RAW_ON_DISK: Target(on_disk.url, RAW, keys),
        TYPED_IN_MEMORY: Target(in_memory.url, TYPED, keys),
        TYPED_ON_DISK: Target(on_disk.url, TYPED, keys),
    }, upstream


def _check(target: Target, upstream: Server) -> None:
    """Warms up, and looks whether what is asked does reach upstream.

    Raises:
        RuntimeError: They do not.
    """
    before = requests_answered(upstream.url)
    answered = requests_per_second(target, connections=CONNECTIONS, seconds=1)
    if requests_answered(upstream.url) - before < answered * (1 - MOST_COALESCED):
        raise RuntimeError(f"{target.base_url} answers from memory what it should ask upstream for")
