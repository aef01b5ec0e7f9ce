"""What a worker and the main process say to each other, and what they make of silence."""

import socket
from collections.abc import Iterator

import pytest

from app.cli.supervision.line import BEAT, CANNOT, LISTENS, RETIRE, Line

Ends = tuple[Line, Line]


@pytest.fixture
def ends() -> Iterator[Ends]:
    one, other = socket.socketpair()
    with one, other:
        yield Line(one), Line(other)


def test_words_come_in_the_order_in_which_they_were_said(ends: Ends) -> None:
    main, worker = ends
    for word in (BEAT, LISTENS, BEAT):
        worker.tell(word)
    assert main.hear() == [BEAT, LISTENS, BEAT]
    assert main.hear() == []
    main.tell(RETIRE)
    assert worker.hear() == [RETIRE]
    assert not worker.has_ended


def test_a_reason_of_several_lines_is_one_word(ends: Ends) -> None:
    main, worker = ends
    worker.tell(f"{CANNOT}one\ntwo")
    assert main.hear() == [f"{CANNOT}one two"]


def test_last_words_are_heard_after_the_end(ends: Ends) -> None:
    main, worker = ends
    main.tell("unheard")
    worker.tell(LISTENS)
    worker.close()
    assert main.hear() == [LISTENS]
    assert main.has_ended
    assert main.hear() == []
    main.tell(RETIRE)  # to nobody


def test_who_is_not_heard_never_waits(ends: Ends) -> None:
    main, worker = ends
    for _ in range(100_000):
        worker.tell(BEAT)
    assert set(main.hear()) == {BEAT}
