"""What is on its way to the disk, as the event loop sees it."""

from collections.abc import Sequence
from typing import Final

from app.transport.caching.jobs import Drop, HeldHere, Keep, Mark, Purge, WriteJob
from app.transport.caching.known import Known
from app.transport.caching.tier import Tier

# Beyond that the disk is too slow, and replies stay in memory.
LIMIT_BYTES: Final = 32 << 20


class Waiting:
    """Belongs to the event loop's thread.

    Args:
        tier: Where the entries are that are to be kept.
        known: Is told of what could not be told to all by the disk.
    """

    def __init__(self, tier: Tier[HeldHere], known: Known) -> None:
        self._tier = tier
        self._known = known
        self._bytes = 0
        self._dropped: dict[int, int] = {}

    def has_room(self, size_bytes: int) -> bool:
        return self._bytes + size_bytes <= LIMIT_BYTES

    def is_dropped(self, number: int) -> bool:
        """Whether what is on disk under the key with this number is to go."""
        return number in self._dropped

    def keep(self, job: Keep) -> Keep:
        job.held.pending += 1
        self._bytes += job.size_bytes
        return job

    def drop(self, job: Drop) -> Drop:
        self._dropped[job.number] = self._dropped.get(job.number, 0) + 1
        return job

    def settle(self, jobs: Sequence[WriteJob]) -> None:
        """They are done: memory is as the disk is, and whoever waits is told."""
        for job in jobs:
            if isinstance(job, Keep):
                self._settle_keep(job)
            elif isinstance(job, Drop):
                left = self._dropped.pop(job.number) - 1
                if left:
                    self._dropped[job.number] = left
            elif isinstance(job, Mark) and not job.done.done():
                job.done.set_result(None)
            elif isinstance(job, Purge):
                if job.unwritten:
                    job.count = self._known.purge(job.glob, job.unwritten)
                if not job.done.done():
                    job.done.set_result(job.count)

    def _settle_keep(self, job: Keep) -> None:
        held = job.held
        held.pending -= 1
        self._bytes -= job.size_bytes
        if held.stamp in {job.before, job.after}:
            held.stamp = job.after
        elif self._tier.held.get(job.key) is held:
            self._tier.remove(job.key)  # another worker has changed something in between
        if job.on_visible is not None:
            job.on_visible()
