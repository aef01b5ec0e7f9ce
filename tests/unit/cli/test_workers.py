"""What a worker says to the main process, and what the main process makes of its end."""

from multiprocessing import Pipe
from multiprocessing.context import SpawnProcess
from typing import cast

import pytest

from app.cli.workers import LISTENS, _Worker


class Ended:
    """As much of a process as is asked after once it has ended."""

    def __init__(self, exitcode: int | None) -> None:
        self.exitcode = exitcode


def a_worker(exitcode: int | None = None, *said: str) -> _Worker:
    ours, theirs = Pipe()
    for message in said:
        theirs.send_bytes(message.encode())
    theirs.close()
    return _Worker(cast(SpawnProcess, Ended(exitcode)), ours)


def test_one_that_listens_has_said_so() -> None:
    worker = a_worker(None, LISTENS)
    worker.hear()
    assert (worker.listens, worker.told) == (True, "")
    worker.hear()
    assert worker.listens, "the end of the line does not take it back"


def test_one_that_cannot_start_has_said_why() -> None:
    worker = a_worker(1, "the authority cannot be read")
    worker.hear()
    assert (worker.listens, worker.reason) == (False, "the authority cannot be read")


@pytest.mark.parametrize(
    ("exitcode", "reason"),
    [
        (-9, "a worker ended by signal 9"),
        (3, "a worker ended with exit code 3"),
        (0, "a worker ended with exit code 0"),
    ],
)
def test_of_one_that_said_nothing_the_exit_code_is_told(exitcode: int, reason: str) -> None:
    worker = a_worker(exitcode)
    worker.hear()
    assert (worker.listens, worker.reason) == (False, reason)
