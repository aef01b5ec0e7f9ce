"""A lock between workers for which nobody waits long: to wait would cost the callers, a race costs a point."""

from typing import Final

from app.transport.budget.ledger import Ledger

TRIES: Final = 25
"""A decision takes some microseconds. Who holds a lock for longer has been interrupted in it."""
PATIENCE_SECONDS: Final = 0.1
"""Who holds it for so long must have been stopped."""


class PatientLock:
    """Tried for some microseconds, then again a little later, and passed when its holder must have been stopped."""

    def __init__(self, ledger: Ledger, offset: int) -> None:
        self._ledger = ledger
        self._offset = offset
        self._missed_since: float | None = None

    def acquire(self, now: float) -> bool:
        """Whether to go on, because it is ours or must be passed. Then `release` is owed.

        Args:
            now: Monotonic seconds.
        """
        acquire, offset = self._ledger.acquire, self._offset
        if acquire(offset) or any(acquire(offset) for _ in range(TRIES)):
            self._missed_since = None
            return True
        if self._missed_since is None:
            self._missed_since = now
        return now - self._missed_since >= PATIENCE_SECONDS

    def release(self) -> None:
        """Where it was passed, this changes nothing."""
        self._ledger.release(self._offset)
