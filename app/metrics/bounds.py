"""Keeps the number of series bounded, whatever callers send: https://prometheus.io/docs/practices/naming/#labels."""

from collections.abc import Hashable, Iterable
from typing import Final, Generic, TypeVar

from app.metrics.family import OTHER

T = TypeVar("T", bound=Hashable)

METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER_METHOD: Final = "OTHER"


class Known(Generic[T]):
    """Lets the first so many through; who comes later is `otherwise`."""

    def __init__(self, most: int, otherwise: T) -> None:
        self._most = most
        self._otherwise = otherwise
        self._seen: set[T] = set()

    def of(self, one: T) -> T:
        if one in self._seen:
            return one
        if len(self._seen) >= self._most:
            return self._otherwise
        self._seen.add(one)
        return one

    def remember(self, those: Iterable[T]) -> None:
        """They were let through before."""
        for one in those:
            if one != self._otherwise:
                self.of(one)


def names(most: int) -> Known[str]:
    """For the values of a label."""
    return Known(most, OTHER)


def method(given: str) -> str:
    """As a label: callers may make methods up."""
    return given if given in METHODS else OTHER_METHOD


def status_class(status: int) -> str:
    """As a label: `2xx`."""
    return f"{status // 100}xx" if 100 <= status <= 599 else OTHER
