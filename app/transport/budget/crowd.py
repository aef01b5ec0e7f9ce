"""All who wait in a worker, by class and caller: who gives way when there is no room for more."""

from collections.abc import Iterator
from typing import Generic, TypeVar

from app.call import Urgency

W = TypeVar("W")


class Crowd(Generic[W]):
    """A loop that fills the room leaves some of it to the others, and a lower class leaves it to a higher one."""

    def __init__(self) -> None:
        self._groups: dict[tuple[Urgency, str], dict[W, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[W]:
        return (waiter for group in self._groups.values() for waiter in group)

    def add(self, waiter: W, urgency: Urgency, caller: str) -> None:
        self._groups.setdefault((urgency, caller), {})[waiter] = None
        self._count += 1

    def discard(self, waiter: W, urgency: Urgency, caller: str) -> None:
        """Takes out one who was added."""
        group = self._groups[urgency, caller]
        del group[waiter]
        self._count -= 1
        if not group:
            del self._groups[urgency, caller]

    def gives_way(self, urgency: Urgency, caller: str) -> W | None:
        """Who leaves for one more of that class and caller: of the lowest class and of the caller with most in it, the one
        who came last. None where it would not be fairer if the newcomer stayed instead.
        """
        groups = self._groups
        lowest = min(groups, key=lambda group: (group[0], -len(groups[group])), default=None)
        if lowest is None or lowest[0] > urgency:
            return None
        if lowest[0] == urgency and len(groups[lowest]) <= len(groups.get((urgency, caller), ())) + 1:
            return None
        return next(reversed(groups[lowest]))
