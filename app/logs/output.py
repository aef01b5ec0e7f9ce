"""Where lines go: whoever logs never waits for whoever reads.

Standard error is a pipe as often as not, and a pipe whose reader hangs takes 64 KiB and then blocks the writer, with its
event loop and all that it serves. So what a pipe has room for is written at once, and all else queues in memory, bounded, for a
thread to write. (It does not write all: for each piece it would have to get Python's lock from a busy loop, which takes it 5 ms.)
What finds no room, or cannot be written (a closed pipe, a full disk), is lost, and counted: once it can be told, a line tells it.
"""

import os
import select
import stat
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Final, TextIO

MOST_BYTES: Final = 8 * 2**20
"""How much may wait: two seconds of access lines at 10,000 requests a second."""
CLOSE_SECONDS: Final = 1.0
"""How long an end waits for what is still to be written."""
_FILE_PIECE_BYTES: Final = 2**20


class Output:
    """Writes lines.

    Args:
        write: Takes bytes, and answers how many of them it took.
        lost: Makes the line that tells how many were lost.
        piece_bytes: The most that is written at once, in whole lines. What several processes write into one pipe mixes
            unless it is no larger than PIPE_BUF.
        most_bytes: How much may wait to be written.
        has_room: Whether so much as `piece_bytes` would be taken without waiting; None: nobody knows.
    """

    def __init__(
        self,
        write: Callable[[bytes], int],
        lost: Callable[[int], bytes],
        *,
        piece_bytes: int = _FILE_PIECE_BYTES,
        most_bytes: int = MOST_BYTES,
        has_room: Callable[[], bool] | None = None,
    ) -> None:
        self._write = write
        self._lost_line = lost
        self._piece_bytes = piece_bytes
        self._most_bytes = most_bytes
        self._has_room = has_room
        self._waiting: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._lost = 0
        self._torn = False
        self._writing = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def put(self, lines: bytes) -> None:
        """Whole lines, each with its end. Never waits, and never raises."""
        with self._changed:
            lines = self._written_at_once(lines)
            if not lines:
                return
            if self._waiting_bytes + len(lines) > self._most_bytes:
                self._lost += lines.count(b"\n")
                return
            self._waiting.append(lines)
            self._waiting_bytes += len(lines)
            if self._thread is None:
                self._start()
            self._changed.notify_all()

    def flush(self, seconds: float = CLOSE_SECONDS) -> bool:
        """Waits until all is written, but so long at most. Whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._writing, seconds)

    def close(self, seconds: float = CLOSE_SECONDS) -> None:
        """As `flush`; then the thread ends. Lines that come all the same are written by another one."""
        self.flush(seconds)
        with self._changed:
            self._thread = None
            self._changed.notify_all()

    def _start(self) -> None:
        # A daemon: a process whose reader hangs can end all the same.
        thread = threading.Thread(target=self._run, name="headgate-log", daemon=True)
        with suppress(RuntimeError):  # Python is ending, and starts no more threads
            thread.start()
            self._thread = thread

    def _run(self) -> None:
        own = threading.current_thread()
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._thread is not own)
                if self._thread is not own:
                    return
                lines = b"".join(self._waiting)
                self._waiting.clear()
                self._writing = True
                lost, self._lost = self._lost, 0
            unwritten = self._written(lines + self._lost_line(lost) if lost else lines)
            if lost and unwritten:
                unwritten += lost - 1  # the line that tells of them was the last
            with self._changed:
                self._lost += unwritten
                self._waiting_bytes = sum(map(len, self._waiting))
                self._writing = False
                self._changed.notify_all()

    def _written_at_once(self, lines: bytes) -> bytes:
        """What of `lines` is left after as much as there is room for."""
        if self._has_room is None or self._waiting or self._writing or self._torn or self._lost:
            return lines
        begin = 0
        with suppress(OSError, ValueError):  # the thread meets it, too, and counts what is lost by it
            while begin < len(lines) and self._has_room():
                begin += self._write(lines[begin : _end_of_piece(lines, begin, self._piece_bytes)])
        return lines[begin:]

    def _written(self, lines: bytes) -> int:
        """How many lines could not be written."""
        begin, mending = 0, int(self._torn)
        if mending:
            lines = b"\n" + lines  # what came last ended within a line
        while begin < len(lines):
            end = _end_of_piece(lines, begin, self._piece_bytes)
            try:
                while begin < end:
                    begin += self._write(lines[begin:end])
            except (OSError, ValueError):  # ValueError: somebody has closed the stream
                if begin > 0:
                    self._torn = lines[begin - 1 : begin] != b"\n"
                return lines.count(b"\n", max(begin, mending))
        self._torn = False
        return 0


def _end_of_piece(lines: bytes, begin: int, piece_bytes: int) -> int:
    """Where to cut: behind the last line that fits whole, or behind the first where none does."""
    if len(lines) - begin <= piece_bytes:
        return len(lines)
    last = lines.rfind(b"\n", begin, begin + piece_bytes)
    return (last if last >= 0 else lines.index(b"\n", begin)) + 1


def output_to(stream: TextIO, lost: Callable[[int], bytes]) -> Output:
    """Past the stream's own buffer, whose lock a thread that hangs would keep at the end of the process."""
    try:
        descriptor = stream.fileno()
    except (OSError, ValueError):  # one that is in memory
        return Output(lambda lines: stream.write(lines.decode("utf-8", "replace")) and len(lines), lost)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return Output(lambda lines: os.write(descriptor, lines), lost)
    poll = select.poll()
    poll.register(descriptor, select.POLLOUT)
    return Output(
        lambda lines: os.write(descriptor, lines),
        lost,
        piece_bytes=select.PIPE_BUF,
        # A pipe says so when it has room for PIPE_BUF (pipe(7)), a socket when a good part of its buffer is free.
        has_room=lambda: any(events == select.POLLOUT for _, events in poll.poll(0)),
    )
