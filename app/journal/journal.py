"""Where records are written on the way of a request, and from where they are read in bulk.

To tell a log line, five metrics and a row of usage while a caller waits would cost more than an answer from memory does
(docs/performance.md). So a request leaves one tuple, and a few times a second whoever is interested gets all that are new.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

from app.journal.records import Asked, Served

FLUSH_SECONDS: Final = 0.25
"""How often. A worker that is killed takes with it what it has not yet told."""


class Reader(Protocol):
    """Who reads the journal."""

    def read(self, served: Sequence[Served], asked: Sequence[Asked]) -> None:
        """Takes what is new, quickly: the event loop waits. Either may be empty. Must not raise for what a caller can cause."""
        ...


class Journal:
    """One worker's."""

    def __init__(self, readers: Sequence[Reader] = ()) -> None:
        self._readers = tuple(readers)
        self._served: list[Served] = []
        self._asked: list[Asked] = []
        self.write: Callable[[Served], None] = self._served.append
        """Notes a request that has ended."""

    def write_asked(self, record: Asked) -> None:
        """Notes an exchange that has ended."""
        self._asked.append(record)

    def flush(self) -> None:
        """Tells every reader what is new."""
        if not self._served and not self._asked:
            return
        served, asked = tuple(self._served), tuple(self._asked)
        self._served.clear()
        self._asked.clear()
        for reader in self._readers:
            reader.read(served, asked)
