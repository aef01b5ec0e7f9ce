"""What the layers cost: our typed endpoint against the well-known recipe, over the same upstream, in the same run.

No reply may be stored and none is shared, so that each request goes all the way. Two upstreams: one of constant bytes,
which answers faster than any real one and so shows every microsecond of ours; and the stand-in GitHub, which does some
work for each answer, as upstreams do.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.bodies import repository_json
from benchmarks.gateway import MEMORY, running_headgate
from benchmarks.hits import TYPED
from benchmarks.keys import NEW, Keys, ring
from benchmarks.load import Rates, Target, side_by_side
from benchmarks.servers import Server, running
from benchmarks.standin import REPOSITORIES

OURS = "Headgate: typed, validated, its own answer model"
RECIPE = "recipe: session on the app, JSON decoded and encoded"
CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Case:
    """One table.

    Attributes:
        upstream: Which.
        rates: By server.
    """

    upstream: str
    rates: dict[str, Rates]


def measure(*, rounds: int, seconds: int) -> Iterator[Case]:
    """One worker each, by upstream."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        body = folder / "body.json"
        body.write_bytes(repository_json())
        constant = ("benchmarks.fast_upstream", str(body), "--cache-control", "no-store")
        for title, module, keys in (
            ("an upstream of constant bytes", constant, NEW),
            ("the stand-in GitHub", ("benchmarks.standin",), ring(REPOSITORIES)),
        ):
            with ExitStack() as stack:
                upstream = stack.enter_context(running(*module, log=folder / "upstream.log"))
                targets = _targets(stack, upstream, folder, keys)
                yield Case(title, side_by_side(targets, rounds=rounds, connections=CONNECTIONS, seconds=seconds))


def _targets(stack: ExitStack, upstream: Server, folder: Path, keys: Keys) -> dict[str, Target]:
    recipe = stack.enter_context(running("benchmarks.recipe", "1", f"{upstream.url}/", log=folder / "recipe.log"))
    headgate = stack.enter_context(running_headgate(upstream.url, folder, workers=1, cache=MEMORY))
    return {RECIPE: Target(recipe.url, TYPED, keys), OURS: Target(headgate.url, TYPED, keys)}
