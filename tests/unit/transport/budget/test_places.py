"""Workers share the places of an upstream: on an event loop whose clock jumps, each worker with callers who come again as
soon as they were served.
"""

import asyncio
from math import inf

import pytest

from app.call import Call
from app.transport.budget.ask import Ask, Books
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import Ledger, ledger_file
from app.transport.budget.rules import BudgetRules
from tests.unit.transport.budget.virtual_time import VirtualTime

SECONDS = 10.0
REQUEST_SECONDS = 0.05


def now() -> float:
    return asyncio.get_running_loop().time()


class Crowd:
    """A worker's callers."""

    def __init__(self, ledger: Ledger, places: int) -> None:
        self._ledger = ledger
        self._gate = Gate("github", ledger, BudgetRules(in_flight=places), clock=now, monotonic=now)
        self.served = 0
        self.longest_wait = 0.0
        self.most_under_way = 0

    async def caller(self, name: str, until: float) -> None:
        books = Books(self._ledger.account(f"quota {name}"), self._ledger.account(f"pace {name}"), "core", inf)
        while now() < until:
            ask = Ask(books, 1, 1, False, Call(caller=name))
            came_at = now()
            hold = self._gate.admit(ask)
            if hold is not None:
                await self._gate.turn(ask, hold)
            self.longest_wait = max(self.longest_wait, now() - came_at)
            self.most_under_way = max(self.most_under_way, self._gate.in_flight)
            await asyncio.sleep(REQUEST_SECONDS)
            self._gate.end(ask)
            self.served += 1


async def crowds(places: int, *callers: int) -> list[Crowd]:
    """Each worker with so many callers; the first one's come before the others'."""
    with ledger_file(len(callers)) as path:
        made = [Crowd(Ledger(path, len(callers)), places) for _ in callers]
        until, tasks = now() + SECONDS, []
        for number, (crowd, count) in enumerate(zip(made, callers, strict=True)):
            tasks += [asyncio.create_task(crowd.caller(f"{number} {one}", until)) for one in range(count)]
            await asyncio.sleep(0.5)
        await asyncio.gather(*tasks)
    return made


def run(places: int, *callers: int) -> list[Crowd]:
    with asyncio.Runner(loop_factory=VirtualTime) as runner:
        return runner.run(crowds(places, *callers))


@pytest.mark.parametrize(
    ("places", "callers"),
    [(100, (150, 150)), (100, (150, 5)), (4, (10, 10)), (4, (10, 1)), (3, (6, 6, 6)), (1, (5, 5)), (2, (5, 5, 5))],
)
def test_a_worker_that_has_all_places_leaves_the_others_their_share(places: int, callers: tuple[int, ...]) -> None:
    made = run(places, *callers)
    assert max(crowd.most_under_way for crowd in made) <= places
    for crowd, count in zip(made, callers, strict=True):
        share = min(count, places / len(callers)) * SECONDS / REQUEST_SECONDS
        assert crowd.served >= share / 3
        assert crowd.longest_wait < 5
    assert sum(crowd.served for crowd in made) >= places * SECONDS / REQUEST_SECONDS / 2


def test_who_is_alone_has_all_of_them() -> None:
    busy, idle = run(10, 30, 0)
    assert (idle.served, busy.most_under_way) == (0, 10)
    assert busy.served >= 10 * SECONDS / REQUEST_SECONDS * 0.95
