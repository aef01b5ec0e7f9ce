"""The store that all workers of a machine share: on disk, with what is used most in each worker's memory."""

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeVar

from app.transport.caching.board import STAMP, Board, key_word
from app.transport.caching.entry import Entry, Key
from app.transport.caching.jobs import Count, Drop, Find, HeldHere, Keep, Mark, Purge, ReadJob, Use, WriteJob
from app.transport.caching.known import Known
from app.transport.caching.medium import Medium
from app.transport.caching.memory import FreeLease
from app.transport.caching.place import Glob, place_of
from app.transport.caching.record import name_of, number_of
from app.transport.caching.store import Lease, StoreStats, Variants
from app.transport.caching.tier import Tier, with_entry
from app.transport.caching.trouble import Trouble
from app.transport.caching.waiting import Waiting

J = TypeVar("J")

_BEAT_SECONDS: Final = 0.5
_FLUSH_SECONDS: Final = 1.0
_FLUSH_TICKS: Final = 4


class DiskStore:
    """Keeps entries in a directory.

    Args:
        directory: Made when the store is opened, closed to others.
        max_bytes: What all entries on disk may take; the least recently used go first.
        memory_bytes: What may be kept in this worker's memory, too.
        clock: Seconds since the epoch.
        monotonic: Seconds on a clock that all processes of the machine share, and that nobody sets.
        elsewhere: Where the board may be if the directory cannot be written; by default in shared memory.
    """

    def __init__(
        self,
        directory: Path,
        max_bytes: int,
        memory_bytes: int,
        *,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        elsewhere: tuple[Path, ...] | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._memory_bytes = memory_bytes
        self._clock = clock
        self._trouble = Trouble(clock)
        self._tier: Tier[HeldHere] = Tier(memory_bytes)
        self._held = self._tier.held
        self._medium = Medium(directory, max_bytes, self._trouble, clock, monotonic, elsewhere)
        self._private = Board(None, 1)
        self._words = self._private.words
        self._stamp = 0
        self._known = Known(self._tier, self._trouble, clock)
        self._waiting = Waiting(self._tier, self._known)
        self._touched: list[int] = []
        self._round = 0
        self._flushed_at = 0.0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._reopening: asyncio.Task[None] | None = None

    async def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        await asyncio.to_thread(self._medium.open, self._settle_soon, self._answer_soon)
        self._stamp = self._known.follow(self._medium)
        self._words = self._medium.board.words
        self._tick(0)

    async def close(self) -> None:
        if self._reopening is not None:
            await self._reopening
        await self._leave()

    async def _leave(self) -> None:
        if self._timer is None:
            return
        self._flush()
        self._timer.cancel()
        self._timer = None
        self._known.leave()
        self._tier.clear()
        self._words, self._stamp = self._private.words, 0
        await asyncio.to_thread(self._medium.close)
        self._loop = None

    @property
    def sequence(self) -> int:
        if self._words[STAMP] != self._stamp:
            self._stamp = self._known.catch_up()
        return self._known.marks.sequence

    def glance(self, key: Key) -> Variants:
        words = self._words
        if words[STAMP] != self._stamp:
            self._stamp = self._known.catch_up()
        held = self._held.get(key)
        if held is None:
            return ()
        if words[held.word] != held.stamp and not held.pending:
            self._tier.remove(key)  # another worker has changed something under this key
            return ()
        self._held.move_to_end(key)
        if held.round != self._round:
            held.round = self._round
            self._touched.append(held.number)
        return held.variants

    async def find(self, key: Key) -> Variants:
        variants = self.glance(key)
        medium = self._medium
        if self._timer is None or (variants and self._held[key].complete):
            return variants
        name = name_of(key)
        number = number_of(name)
        if self._waiting.is_dropped(number) or not medium.presence.has(number):
            return variants
        word = key_word(number)
        stamp = self._words[word]
        job = Find(name, number, asyncio.get_running_loop().create_future())
        medium.read(job)
        return self._read(key, await job.done, number, word, stamp)

    def _read(self, key: Key, entries: Variants, number: int, word: int, stamp: int) -> Variants:
        """Takes what was read into memory, unless it is outdated by now."""
        variants = self.glance(key)
        if self._waiting.is_dropped(number) or self._timer is None:
            return variants
        place = place_of(key)
        vary = {entry.vary for entry in variants}
        found = (
            *variants,
            *(e for e in entries if e.vary not in vary and not self._known.purges.take(place, e.sequence)),
        )
        if not found or self._words[word] != stamp:
            return found
        held = self._held.get(key)
        if held is None:
            self._put(key, HeldHere(found, number=number, word=word, stamp=stamp, complete=True, round=self._round))
            self._touched.append(number)
        else:
            held.variants, held.complete = found, True
            self._tier.weigh(key)
        return found

    def keep(self, key: Key, entry: Entry, on_visible: Callable[[], None] | None = None) -> None:
        place = place_of(key) if entry.sequence < self.sequence else ""
        if entry.size_bytes * 4 > self._max_bytes or self._known.purges.take(place, entry.sequence):
            if on_visible is not None:
                on_visible()
            return
        name = name_of(key)
        number = number_of(name)
        held = self._held_with(key, entry, number)
        job = Keep(key, name, number, entry, held, entry.size_bytes, on_visible)
        if self._timer is None or not self._waiting.has_room(job.size_bytes):
            self._give_up(number)
            if on_visible is not None:
                on_visible()
            return
        if self._touched and self._clock() - self._flushed_at > _FLUSH_SECONDS:
            self._flush()
        self._medium.write(self._waiting.keep(job))

    def _held_with(self, key: Key, entry: Entry, number: int) -> HeldHere:
        if self.glance(key):
            held = self._held[key]
            held.variants = with_entry(held.variants, entry)
            self._tier.weigh(key)
            return held
        word = key_word(number)
        complete = self._timer is None or not self._medium.presence.has(number)
        held = HeldHere((entry,), number=number, word=word, stamp=self._words[word], complete=complete)
        self._put(key, held)
        return held

    def _put(self, key: Key, held: HeldHere) -> None:
        if sum(entry.size_bytes for entry in held.variants) <= self._memory_bytes:
            self._tier.put(key, held)

    def _give_up(self, number: int) -> None:
        """The disk cannot follow: what is there under this key goes, so that nobody takes it for the newest."""
        if self._timer is not None:
            self._trouble.note("too slow")
            self._medium.write(self._waiting.drop(Drop(number)))

    def grown(self, key: Key) -> None:
        self._tier.weigh(key)

    def drop(self, key: Key) -> None:
        self._tier.remove(key)
        if self._timer is not None:
            self._medium.write(self._waiting.drop(Drop(number_of(name_of(key)))))

    def is_marked(self, entry: Entry) -> bool:
        if self._words[STAMP] != self._stamp:
            self._stamp = self._known.catch_up()
        marks = self._known.marks
        return entry.unmarked_in is not marks.generation and marks.covers(entry)

    async def mark(self, tags: Iterable[str]) -> None:
        if self._timer is None:
            self._known.mark_here(tags)
            return
        job = Mark(tuple(tags), asyncio.get_running_loop().create_future())
        self._medium.write(job)
        await job.done

    def lease(self, key: Key) -> Lease | None:
        if self._timer is None:
            return FreeLease()
        return self._medium.leases.take(number_of(name_of(key)))

    async def purge(self, pattern: str) -> int:
        if self._timer is None:
            return self._known.purge_here(Glob(pattern))
        job = Purge(Glob(pattern), asyncio.get_running_loop().create_future())
        self._medium.write(job)
        return await job.done

    async def stats(self) -> StoreStats:
        tier = self._tier
        entries, size_bytes, evictions = tier.entries, tier.bytes, tier.evictions
        if self._timer is not None:
            job = Count(asyncio.get_running_loop().create_future())
            self._medium.read(job)
            on_disk = await job.done
            if on_disk[0] or self._trouble.now is None:
                (entries, size_bytes), evictions = on_disk, self._medium.evictions
        return StoreStats(
            kind="disk",
            entries=entries,
            bytes=size_bytes,
            max_bytes=self._max_bytes,
            memory_entries=tier.entries,
            memory_bytes=tier.bytes,
            evictions=evictions,
            degraded=self._trouble.now,
        )

    def _tick(self, number: int) -> None:
        """Twice a second."""
        self._medium.leases.beat()
        if number % _FLUSH_TICKS == 0:
            self._flush()
            if self._medium.board.is_lost and self._reopening is None:
                self._reopening = asyncio.create_task(self._reopen())
        assert self._loop is not None  # noqa: S101 -- set before the first tick
        self._timer = self._loop.call_later(_BEAT_SECONDS, self._tick, number + 1)

    async def _reopen(self) -> None:
        """Somebody has removed the directory's files: all workers meet again in new ones."""
        self._trouble.removed()
        await self._leave()
        await self.open()
        self._reopening = None

    def _flush(self) -> None:
        """Tells the disk what was used, so that it is not evicted."""
        if self._touched:
            self._medium.write(Use(self._touched))
            self._touched = []
            self._round += 1
        self._flushed_at = self._clock()

    def _settle_soon(self, jobs: list[WriteJob]) -> None:
        self._soon(self._waiting.settle, jobs)

    def _answer_soon(self, jobs: list[ReadJob]) -> None:
        self._soon(self._answer, jobs)

    def _soon(self, what: Callable[[list[J]], None], jobs: list[J]) -> None:
        """From another thread."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, jobs)

    def _answer(self, jobs: list[ReadJob]) -> None:
        for job in jobs:
            if job.done.done():
                continue
            if isinstance(job, Find):
                job.done.set_result(job.entries)
            else:
                job.done.set_result((job.entries, job.bytes))
