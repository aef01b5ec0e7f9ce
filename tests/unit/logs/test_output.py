"""Lines are written by a thread: whoever logs waits for nobody, and what is lost is counted and told."""

import threading
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.logs.output import Output

LINE = b"a line of log\n"


class Pipe:
    """Takes what it is given in pieces of `most` bytes, once `opened`; raises what `failure` says."""

    def __init__(self, most: int = 10**9) -> None:
        self.most = most
        self.opened = threading.Event()
        self.opened.set()
        self.reached = threading.Event()
        self.failure: Exception | None = None
        self.failing_after: int | None = None
        self.written = b""
        self.pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.reached.set()
        self.opened.wait()
        if self.failing_after is not None and len(self.written) >= self.failing_after:
            raise OSError(28, "No space left on device")
        if self.failure is not None:
            raise self.failure
        taken = data[: self.most]
        if self.failing_after is not None:
            taken = taken[: self.failing_after - len(self.written)]
        self.written += taken
        self.pieces.append(data)
        return len(taken)


def lost(lines: int) -> bytes:
    return b"lost %d\n" % lines


def test_lines_come_in_their_order() -> None:
    pipe = Pipe()
    output = Output(pipe.write, lost)
    lines = [b"%d\n" % number for number in range(1_000)]
    for line in lines:
        output.put(line)
    assert output.flush()
    assert pipe.written == b"".join(lines)


def test_who_logs_does_not_wait_and_what_has_no_room_is_counted() -> None:
    pipe = Pipe()
    pipe.opened.clear()
    output = Output(pipe.write, lost, most_bytes=10 * len(LINE))
    output.put(LINE)
    assert pipe.reached.wait(10)
    for _ in range(25):
        output.put(LINE)
    assert not output.flush(0)

    pipe.opened.set()
    assert output.flush()
    output.put(b"the end\n")
    assert output.flush()
    kept = pipe.written.count(LINE)
    assert kept < 25
    assert b"lost %d\n" % (26 - kept) in pipe.written


def test_a_reader_that_has_gone_harms_nobody_and_is_told_of_its_loss_when_there_is_one_again() -> None:
    pipe = Pipe()
    pipe.failure = BrokenPipeError(32, "Broken pipe")
    output = Output(pipe.write, lost)
    for _ in range(3):
        output.put(LINE)
        assert output.flush()
    pipe.failure = None
    output.put(LINE)
    assert output.flush()
    assert pipe.written == LINE + lost(3)


def test_so_does_a_stream_that_somebody_has_closed() -> None:
    pipe = Pipe()
    pipe.failure = ValueError("I/O operation on closed file")
    output = Output(pipe.write, lost)
    output.put(LINE)
    assert output.flush()


def test_a_line_that_was_cut_does_not_spoil_the_next() -> None:
    pipe = Pipe()
    pipe.failing_after = len(LINE) + 5
    output = Output(pipe.write, lost)
    output.put(LINE * 3)
    assert output.flush()
    pipe.failing_after = None
    output.put(LINE)
    assert output.flush()
    assert pipe.written == LINE + LINE[:5] + b"\n" + LINE + lost(2)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30), st.integers(1, 60))
def test_a_piece_is_whole_lines_and_small_where_that_can_be(lengths: list[int], piece_bytes: int) -> None:
    pipe = Pipe()
    output = Output(pipe.write, lost, piece_bytes=piece_bytes)
    lines = [b"x" * length + b"\n" for length in lengths]
    output.put(b"".join(lines))
    assert output.flush()
    assert pipe.written == b"".join(lines)
    assert all(piece.endswith(b"\n") for piece in pipe.pieces)
    for piece, following in pairwise([*pipe.pieces, b""]):
        assert len(piece) <= piece_bytes or piece.count(b"\n") == 1
        if following:
            assert len(piece) + following.index(b"\n") + 1 > piece_bytes, "another line would have fit"


def test_a_pipe_that_takes_little_gets_the_rest() -> None:
    pipe = Pipe(most=3)
    output = Output(pipe.write, lost)
    output.put(LINE * 3)
    assert output.flush()
    assert pipe.written == LINE * 3
