"""A process that does nothing but go round in circles still tells where it is, and nothing of what it knows."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import Pipe
from multiprocessing.connection import Connection

from app.cli.supervision.stacks import ASKED_BY, is_stopped, stacks

BUSY = """
import sys
from multiprocessing.connection import Connection
from app.cli.supervision.stacks import answer_with_stacks
end = Connection(int(sys.argv[1]), readable=False)
answer_with_stacks(end)
def round_in_circles(secret):
    print("goes", flush=True)
    while True:
        pass
round_in_circles("not-for-anybody")
"""


@contextmanager
def busy() -> Iterator[tuple["subprocess.Popen[bytes]", Connection]]:
    readable, writable = Pipe(duplex=False)
    command = [sys.executable, "-c", BUSY, str(writable.fileno())]
    with (
        readable,
        subprocess.Popen(command, pass_fds=[writable.fileno()], stdout=subprocess.PIPE) as process,
    ):
        try:
            writable.close()
            assert process.stdout is not None
            assert process.stdout.readline() == b"goes\n"
            yield process, readable
        finally:
            process.kill()


def test_it_tells_where_it_is_and_no_value() -> None:
    with busy() as (process, readable):
        told = stacks(process.pid, readable)
        assert "in round_in_circles\n" in told
        assert "not-for-anybody" not in told
        assert not is_stopped(process.pid)


def test_asked_often_by_somebody_else_it_neither_waits_nor_tells_old_news() -> None:
    with busy() as (process, readable):
        for _ in range(2_000):
            os.kill(process.pid, ASKED_BY)
        time.sleep(0.1)
        assert process.poll() is None
        assert stacks(process.pid, readable).count("Current thread") in {1, 2}


def test_who_is_gone_tells_nothing() -> None:
    with busy() as (process, readable):
        process.kill()
        process.wait()
        assert stacks(process.pid, readable) == ""
        assert not is_stopped(process.pid)
