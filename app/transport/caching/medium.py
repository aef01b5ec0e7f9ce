"""The disk as one worker has it: the board, and the threads that write and read beside the event loop."""

import time
from collections.abc import Callable
from pathlib import Path

from app.transport.caching.board import Board
from app.transport.caching.board_place import board_of, common_ground, reason_of
from app.transport.caching.files import Files
from app.transport.caching.jobs import ReadJob, WriteJob
from app.transport.caching.leases import Leases
from app.transport.caching.presence import Presence, filter_bytes_for
from app.transport.caching.present import PresentDatabase
from app.transport.caching.reader import Reader
from app.transport.caching.thread import BatchThread
from app.transport.caching.trouble import Trouble
from app.transport.caching.writer import Writer

Written = Callable[[list[WriteJob]], None]
Answered = Callable[[list[ReadJob]], None]


class Medium:
    """Between `open` and `close`, which block.

    Attributes:
        files: In the directory.
        board: Shared by all who have opened it.
        presence: Which keys may be on disk.
        leases: This worker's.
        evictions: How many entries it has dropped from the disk for want of room.
    """

    files: Files
    board: Board
    presence: Presence
    leases: Leases

    def __init__(
        self,
        directory: Path,
        max_bytes: int,
        trouble: Trouble,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        elsewhere: tuple[Path, ...] | None,
    ) -> None:
        """As for `DiskStore`."""
        self.files = Files(directory)
        self._max_bytes = max_bytes
        self._trouble = trouble
        self._clock = clock
        self._monotonic = monotonic
        self._elsewhere = elsewhere
        self.evictions = 0

    def open(self, written: Written, answered: Answered) -> None:
        """Never raises for what is wrong with the disk.

        Args:
            written: Is called in a thread with jobs that are done.
            answered: Likewise.
        """
        try:
            self.files.prepare()
        except OSError as error:
            self._trouble.note(reason_of(error))
        elsewhere = common_ground() if self._elsewhere is None else self._elsewhere
        self.board, trouble = board_of(
            self.files.directory, filter_bytes_for(self._max_bytes), elsewhere, sleep=time.sleep
        )
        if trouble is not None:
            self._trouble.note(trouble)
        self.presence = Presence(self.board)
        self.leases = Leases(self.board, self._monotonic)
        self._present = PresentDatabase(
            self.files, self.board, self.presence, self._trouble, clock=self._clock, sleep=time.sleep
        )
        self._writer = Writer(self._present, self.board, self.presence, self._trouble, self._max_bytes)
        if self.board.is_first:
            self._present.put_in_order()
            self.board.settle()
        self._written, self._answered = written, answered
        self._writing: BatchThread[WriteJob] = BatchThread("cache-writer", self._write, self._given_up)
        self._reader = Reader(self.files, self.board, self._trouble, self._writing.put)
        self._reading: BatchThread[ReadJob] = BatchThread("cache-reader", self._read, answered)
        self._writing.start()
        self._reading.start()

    def close(self) -> None:
        """What was to be written is written by then."""
        self._reading.finish()
        self._writing.finish()
        self._reader.close()
        self._present.close()
        self.leases.close()
        self.presence.close()
        self.board.close()

    def write(self, job: WriteJob) -> None:
        self._writing.put(job)

    def read(self, job: ReadJob) -> None:
        self._reading.put(job)

    def _write(self, jobs: list[WriteJob]) -> None:
        self._writer.write(jobs)
        self.evictions = self._writer.evictions
        self._written(jobs)
        self._present.look_after(self._writer.written_bytes)
        self._writer.written_bytes = 0

    def _given_up(self, jobs: list[WriteJob]) -> None:
        self._writer.without_database(jobs)
        self._written(jobs)

    def _read(self, jobs: list[ReadJob]) -> None:
        self._reader.read(jobs)
        self._answered(jobs)
