"""What the chaotic upstreams write down: each question that arrived, what it met, and when it was over."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto

from tests.chaos.plan import Fate


class End(Enum):
    """How an arrival ended."""

    PENDING = auto()
    GIVEN = auto()
    """A healthy reply was written whole, and whoever asked was there."""
    FAULT = auto()
    """It met what its fate says, to the end."""
    LEFT = auto()
    """Whoever asked has left before."""
    CUT = auto()
    """An episode broke it off."""


@dataclass(slots=True)
class Arrival:
    """One question as upstream saw it. Moments are seconds since the run began.

    Attributes:
        key: Method, variant and target: what the gateway's cache tells apart.
        thing: What it is about.
        ordinal: How many arrived by this key before.
        port: Whoever asked has this port.
        fate: What was drawn for it.
        asker: The number of the caller's question that led to it, where a mount has passed it on.
        began: When it had arrived.
        ended: When it was over.
        end: How.
        status: Of the reply that was given.
        version: Of the thing, in that reply.
    """

    key: str
    thing: str
    method: str
    ordinal: int
    port: int
    fate: Fate
    asker: int | None
    began: float
    ended: float = 0.0
    end: End = End.PENDING
    status: int = 0
    version: int = 0

    def under_way_at(self, moment: float) -> bool:
        return self.began <= moment and (self.end is End.PENDING or moment < self.ended)

    @property
    def renews(self) -> bool:
        """Whether it told a version of the thing, or that the one already known still holds."""
        return self.end is End.GIVEN and self.status in {200, 304} and self.method in {"GET", "HEAD"}


@dataclass(slots=True)
class Log:
    """All arrivals at one upstream, oldest first."""

    arrivals: list[Arrival] = field(default_factory=list)
    by_key: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))
    by_thing: dict[str, list[Arrival]] = field(default_factory=lambda: defaultdict(list))

    def add(self, arrival: Arrival) -> None:
        self.arrivals.append(arrival)
        self.by_key[arrival.key].append(arrival)
        self.by_thing[arrival.thing].append(arrival)

    def before(self, key: str, moment: float) -> int:
        """How many arrived by `key` before `moment`: the ordinal of the next."""
        return bisect_left(self.by_key.get(key, []), moment, key=lambda arrival: arrival.began)

    def between(self, begin: float, end: float) -> Iterator[Arrival]:
        """Those that arrived from `begin` until `end`."""
        first = bisect_left(self.arrivals, begin, key=lambda arrival: arrival.began)
        for at in range(first, len(self.arrivals)):
            if self.arrivals[at].began >= end:
                return
            yield self.arrivals[at]

    def under_way(self, moment: float) -> int:
        """How many were under way then."""
        return sum(arrival.under_way_at(moment) for arrival in self.between(moment - 5.0, moment))
