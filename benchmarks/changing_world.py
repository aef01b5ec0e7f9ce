"""A world for the quota simulation: what changes when, and who reads what when. The same seed gives the same world."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from random import Random

DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True)
class Load:
    """What is simulated.

    Attributes:
        resources: How many there are.
        reads_per_second: In the mean, of all callers together; independent of each other (Poisson).
        exponent: Of Zipf's law: the resource of rank n is read in proportion to n**-exponent.
        changes: Shares of the resources, whatever their rank, each with the mean seconds between two changes (Poisson).
        seconds: How long.
        seed: Of the random numbers.
    """

    resources: int = 10_000
    reads_per_second: float = 10.0
    exponent: float = 1.0
    changes: tuple[tuple[float, float], ...] = (
        (0.01, 300.0),
        (0.09, 3_600.0),
        (0.40, 86_400.0),
        (0.50, 604_800.0),
    )
    seconds: float = DAY_SECONDS
    seed: int = 1


class World:
    """When each resource changes."""

    def __init__(self, load: Load) -> None:
        random = Random(load.seed)  # noqa: S311 -- a simulation
        shares, pauses = zip(*load.changes, strict=True)
        self._changes = [
            list(_moments(random, pause, load.seconds)) for pause in random.choices(pauses, shares, k=load.resources)
        ]

    def version(self, resource: int, now: float) -> int:
        """How often it has changed by `now`."""
        return bisect_right(self._changes[resource], now)

    def stale_seconds(self, resource: int, version: int, now: float) -> float:
        """How long ago it stopped being as `version` shows it; 0 where it still is."""
        changes = self._changes[resource]
        return max(0.0, now - changes[version]) if version < len(changes) else 0.0


def reads(load: Load) -> Iterator[tuple[float, int]]:
    """Each read's moment and resource, in order."""
    random = Random(load.seed + 1)  # noqa: S311 -- a simulation
    weights = list(accumulate((rank + 1) ** -load.exponent for rank in range(load.resources)))
    moments = list(_moments(random, 1 / load.reads_per_second, load.seconds))
    yield from zip(moments, random.choices(range(load.resources), cum_weights=weights, k=len(moments)), strict=True)


def fewest_points(load: Load, world: World) -> int:
    """What no policy whose answers are always fresh can do without: a point for each first read and each change that
    somebody saw.
    """
    seen: dict[int, int] = {}
    points = 0
    for now, resource in reads(load):
        version = world.version(resource, now)
        points += seen.get(resource) != version
        seen[resource] = version
    return points


def _moments(random: Random, pause: float, until: float) -> Iterator[float]:
    now = random.expovariate(1 / pause)
    while now < until:
        yield now
        now += random.expovariate(1 / pause)
