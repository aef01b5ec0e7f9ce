"""The book: what the journal tells is handed over, written, and found."""

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from app.journal.journal import Journal
from app.usage.book import MOST_WAITING, UsageBook
from app.usage.keeper import Job
from app.usage.question import Question
from app.usage.sums import Sums
from app.usage.today import spent_today
from tests.stored import Clock
from tests.usage_records import NOON, asked, served

EVERYTHING = Question("caller", 0, NOON * 2)


def book_on(path: Path | None) -> UsageBook:
    return UsageBook(path, 35, clock=Clock(NOON))


async def test_what_was_read_is_found(tmp_path: Path) -> None:
    book = book_on(tmp_path / "usage.db")
    journal = Journal([book])
    journal.write(served())
    journal.write_asked(asked(points=2))
    await book.open()
    try:
        assert (await book.find(EVERYTHING)).sums == {}, "not read yet"
        journal.flush()
        found = await book.find(EVERYTHING)
        assert found.sums == {
            ("ci", "hit"): Sums(requests=1, saved_points=1, seconds=0.25, sent_bytes=100),
            ("ci", "miss"): Sums(points=2, upstream_requests=1),
        }
        assert (await book.find(EVERYTHING)).sums == found.sums, "and not twice"
    finally:
        await book.close()


async def test_what_was_read_is_written_when_it_closes(tmp_path: Path) -> None:
    for _ in range(2):
        book = book_on(tmp_path / "usage.db")
        await book.open()
        book.read([served()], [asked(points=2)])
        await book.close()
        await book.close()

    assert spent_today(tmp_path / "usage.db", NOON) == {"ci": 4}
    assert spent_today(tmp_path / "usage.db", NOON + 86_400) == {}


@pytest.mark.parametrize("content", [b"", b"not a database" * 100, None])
def test_where_there_is_no_database_nothing_was_spent(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "usage.db"
    if content is not None:
        path.write_bytes(content)
    assert spent_today(path, NOON) == {}
    assert spent_today(None, NOON) == {}
    assert [each.name for each in tmp_path.iterdir()] == ([] if content is None else ["usage.db"])


async def test_what_is_handed_over_waits_for_what_was(tmp_path: Path) -> None:
    book = book_on(None)
    book.write()  # not open yet: nothing to hand it to
    book.read([served()], [])
    await book.open()
    book.write()
    book.read([served()], [])
    assert (await book.find(EVERYTHING)).sums[("ci", "hit")].requests == 2
    await book.close()


async def test_asked_while_it_is_closed_it_says_so() -> None:
    with pytest.raises(RuntimeError, match="before its book was opened"):
        await book_on(None).find(EVERYTHING)


async def test_who_does_not_wait_any_longer_breaks_nothing() -> None:
    book = book_on(None)
    await book.open()
    waiting = asyncio.create_task(book.find(EVERYTHING))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert (await book.find(EVERYTHING)).sums == {}
    await book.close()


async def test_a_fault_of_ours_is_told_to_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    book = book_on(None)
    monkeypatch.setattr(book._keeper, "find", lambda _: 1 / 0)
    await book.open()
    with pytest.raises(RuntimeError, match="could not be looked up"):
        await book.find(EVERYTHING)
    await book.close()


async def test_a_database_that_does_not_answer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    book = UsageBook(None, 35, clock=Clock(NOON), patience_seconds=0.01)
    hangs, work = threading.Event(), book._keeper.work

    def waiting(jobs: Sequence[Job]) -> None:
        hangs.wait(20)
        work(jobs)

    monkeypatch.setattr(book._keeper, "work", waiting)
    await book.open()
    book.read([served()], [])
    first = await book.find(EVERYTHING)
    assert (first.sums, first.trouble) == ({}, "no answer of the database"), "it was handed over"
    found = first
    for _ in range(2 * MOST_WAITING):
        book.read([served()], [])
        found = await book.find(EVERYTHING)
        assert (found.shared, found.trouble) == (False, "no answer of the database")
    assert sum(sums.requests for sums in found.sums.values()) == MOST_WAITING + 1, "no more is handed over"
    hangs.set()
    await book.close()
    assert sum(sums.requests for sums in book._keeper.find(EVERYTHING).sums.values()) == 2 * MOST_WAITING + 1
