"""Who is next: fair between classes by weight, between the callers of a class in turn, and to each caller in order."""

from collections import OrderedDict, deque
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from app.call import Urgency

W = TypeVar("W")

WEIGHTS: Final[Mapping[Urgency, int]] = MappingProxyType({Urgency.INTERACTIVE: 16, Urgency.NORMAL: 4, Urgency.BATCH: 1})
"""Of so many turns each class has its part while all of them wait: who is more urgent goes first, and nobody starves."""


class _Class(Generic[W]):
    """Those of one class, by caller; `served` grows the less by a turn the heavier the class is."""

    __slots__ = ("callers", "served", "weight")

    def __init__(self, weight: int) -> None:
        self.weight = weight
        self.served = 0.0
        self.callers: OrderedDict[str, deque[W]] = OrderedDict()


class Turns(Generic[W]):
    """Those who wait for the same thing."""

    def __init__(self) -> None:
        self._classes = {urgency: _Class[W](weight) for urgency, weight in WEIGHTS.items()}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def ahead(self, urgency: Urgency, caller: str) -> int:
        """How many will certainly be next before one who joins now: it may pass the other callers, and other classes."""
        return len(self._classes[urgency].callers.get(caller, ()))

    def add(self, waiter: W, urgency: Urgency, caller: str) -> None:
        """At the end of its caller's line."""
        its_class = self._classes[urgency]
        if not its_class.callers:
            # Who comes back after a time has no turns saved up from it.
            waiting = [each.served for each in self._classes.values() if each.callers]
            its_class.served = max(its_class.served, min(waiting, default=0.0))
        its_class.callers.setdefault(caller, deque()).append(waiter)
        self._count += 1

    def heads(self) -> Iterator[tuple[Urgency, W]]:
        """The next one of each class, the class first whose turn it is; of two with the same right the more urgent."""
        waiting = [(its.served, -urgency, urgency) for urgency, its in self._classes.items() if its.callers]
        for _, _, urgency in sorted(waiting):
            line = next(iter(self._classes[urgency].callers.values()))
            yield urgency, line[0]

    def take(self, urgency: Urgency) -> W:
        """Takes out the next one of a class, which has had its turn by this."""
        its_class = self._classes[urgency]
        caller, line = its_class.callers.popitem(last=False)
        waiter = line.popleft()
        if line:
            its_class.callers[caller] = line  # at the end: the class's other callers come first
        its_class.served += 1 / its_class.weight
        self._count -= 1
        return waiter

    def discard(self, waiter: W, urgency: Urgency, caller: str) -> None:
        """Takes out one who waits no longer, if it is still there."""
        line = self._classes[urgency].callers.get(caller)
        if line is None or waiter not in line:
            return
        line.remove(waiter)
        self._count -= 1
        if not line:
            del self._classes[urgency].callers[caller]
