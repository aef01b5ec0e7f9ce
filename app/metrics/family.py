"""What a metric is: a name, labels, and how the values of several workers become one."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

Key = tuple[str, ...]
"""One number: the family's name, the values of its labels, and for a histogram the bucket (its upper bound, or `SUM`)."""

SUM: Final = "sum"
OTHER: Final = "other"
"""Stands in a label for all names that there are too many of."""


class Kind(Enum):
    """Of numbers that only grow the sum counts, also that of workers which are gone. Of others only workers that live count:
    the sum of theirs, the highest, or the lowest.
    """

    COUNTER = "counter"
    HISTOGRAM = "histogram"
    SUM = "gauge, the workers' sum"
    MAX = "gauge, the workers' highest"
    MIN = "gauge, the workers' lowest"

    @property
    def grows(self) -> bool:
        """Whether it never goes back."""
        return self in {Kind.COUNTER, Kind.HISTOGRAM}


@dataclass(frozen=True, slots=True)
class Family:
    """One metric.

    Attributes:
        name: As Prometheus has it, with its unit (https://prometheus.io/docs/practices/naming/).
        kind: How it counts.
        help: In one sentence.
        labels: Their names, in the order of a key.
        buckets: Of a histogram: the upper bounds, rising, without the infinite one.
    """

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def key(self, *values: str) -> Key:
        """Of one number."""
        return (self.name, *values)
