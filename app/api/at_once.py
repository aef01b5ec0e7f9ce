"""How many requests of one caller are handled at once, so that one that asks without end leaves room for the others."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.errors import TooManyAtOnce

_AGAIN_SECONDS = 1.0


class AtOnce:
    """Those of one worker.

    Args:
        most: How many of one caller.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._requests: dict[str, set[object]] = {}
        self._held: set[object] = set()

    def check(self, caller: str) -> None:
        """Lets one more pass.

        Raises:
            TooManyAtOnce: There are as many already.
        """
        if len(self._requests.get(caller, ())) >= self._most:
            raise TooManyAtOnce(f"{self._most} requests of this caller are under way already", _AGAIN_SECONDS)

    @contextmanager
    def one_of(self, caller: str, request: object) -> Iterator[None]:
        """While the block lasts, `request` is under way."""
        theirs = self._requests.setdefault(caller, set())
        theirs.add(request)
        self._held.add(request)
        try:
            yield
        finally:
            theirs.discard(request)
            self._held.discard(request)
            if not theirs and self._requests.get(caller) is theirs:
                del self._requests[caller]

    def holds(self, request: object) -> bool:
        """Whether `request` is under way."""
        return request in self._held

    @property
    def requests(self) -> int:
        """How many are under way."""
        return len(self._held)
