"""Who goes, who waits and who is refused: with clocks that only the test moves."""

import asyncio
from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest

from app.call import Call, Urgency
from app.errors import CircuitOpen, DeadlineExceeded, PrimaryLimit, QueueFull, QuotaReserved, SecondaryLimit
from app.transport.budget.ask import Ask, Books, Hold
from app.transport.budget.gate import Gate
from app.transport.budget.ledger import ROWS, Ledger, ledger_file
from app.transport.budget.places import LOOK_SECONDS
from app.transport.budget.rules import BudgetRules
from app.transport.budget.standing import NEWS_SECONDS
from app.transport.dialect import Quota

EPOCH = 1_800_000_000.0
RESET = int(EPOCH) + 600
FREE = BudgetRules()


class Clocks:
    """Both clocks: the event loop's begins where the loop's is, so that no timer is due before the test says so."""

    def __init__(self) -> None:
        self._started = self.now = asyncio.get_running_loop().time()

    def monotonic(self) -> float:
        return self.now

    def epoch(self) -> float:
        return EPOCH + self.now - self._started


class Place:
    """A gate with its books, as one worker has them."""

    def __init__(self, rules: BudgetRules, clocks: Clocks, ledger: Ledger | None = None, *, tells: bool = True) -> None:
        self.clocks = clocks
        self.ledger = ledger or Ledger()
        self.gate = Gate("github", self.ledger, rules, clock=clocks.epoch, monotonic=clocks.monotonic)
        self._tells = tells
        self._books: dict[str, Books] = {}

    def books(self, name: str = "own") -> Books:
        if name not in self._books:
            self._books[name] = Books(
                self.ledger.account(f"quota {name}"),
                self.ledger.account(f"pace {name}"),
                "core",
                0.0 if self._tells else inf,
            )
        return self._books[name]

    def ask(
        self,
        name: str = "own",
        *,
        write: bool = False,
        urgency: Urgency = Urgency.NORMAL,
        caller: str = "ann",
        seconds: float = inf,
    ) -> Ask:
        call = Call(deadline=self.clocks.now + seconds, urgency=urgency, caller=caller)
        return Ask(self.books(name), 1, 5 if write else 1, write, call)

    def learn(self, used: int, limit: int = 100, name: str = "own") -> None:
        self.books(name).quota.learn(Quota("core", limit, limit - used, used, RESET))

    def goes(self, ask: Ask | None = None) -> Ask:
        ask = ask or self.ask()
        assert self.gate.admit(ask) is None
        return ask

    def held(self, ask: Ask | None = None) -> Hold:
        hold = self.gate.admit(ask or self.ask())
        assert isinstance(hold, Hold)
        return hold

    async def waits(self, ask: Ask) -> "asyncio.Task[Ask]":
        """One that stands in line."""
        before = self.gate.waiting
        task = asyncio.create_task(self._gone(ask, self.held(ask)))
        await asyncio.sleep(0)
        assert self.gate.waiting == before + 1
        return task

    async def _gone(self, ask: Ask, hold: Hold) -> Ask:
        await self.gate.turn(ask, hold)
        return ask

    async def move(self, seconds: float) -> None:
        self.clocks.now += seconds
        self.gate.pump()
        await settled()


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def clocks() -> Clocks:
    return Clocks()


@pytest.fixture
def shared() -> Iterator[Path]:
    with ledger_file(2) as path:
        yield path


async def test_a_spent_quota_is_refused_at_once_with_the_true_wait(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    place.learn(used=100)
    with pytest.raises(PrimaryLimit) as caught:
        place.gate.admit(place.ask())
    assert caught.value.retry_after_seconds == pytest.approx(600)
    assert (caught.value.status, caught.value.resource) == (None, "core")
    clocks.now += 600
    place.goes()


async def test_the_reserve_is_for_the_higher_classes(clocks: Clocks) -> None:
    place = Place(BudgetRules(interactive_percent=5, normal_percent=20), clocks)
    place.learn(used=75)
    with pytest.raises(QuotaReserved):
        place.gate.admit(place.ask(urgency=Urgency.BATCH))
    place.gate.end(place.goes())
    place.learn(used=95)
    with pytest.raises(QuotaReserved):
        place.gate.admit(place.ask())
    place.gate.end(place.goes(place.ask(urgency=Urgency.INTERACTIVE)))
    place.learn(used=100)
    with pytest.raises(PrimaryLimit) as caught:
        place.gate.admit(place.ask(urgency=Urgency.INTERACTIVE))
    assert type(caught.value) is PrimaryLimit


async def test_a_block_refuses_the_whole_resource(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    place.books().quota.block(clocks.epoch() + 60, 1)
    with pytest.raises(SecondaryLimit) as caught:
        place.gate.admit(place.ask(urgency=Urgency.INTERACTIVE))
    assert caught.value.retry_after_seconds == pytest.approx(60, abs=0.01)
    place.goes(place.ask("another credential"))


async def test_the_last_point_waits_for_what_is_under_way(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    place.learn(used=99)
    first = place.goes()
    task = await place.waits(place.ask())
    place.gate.end(first)  # a 304: nothing was counted
    permit = await task
    other = await place.waits(place.ask())
    place.learn(used=100)
    place.gate.end(permit)
    with pytest.raises(PrimaryLimit):
        await other


async def test_a_burst_on_an_unknown_quota_waits_for_the_first_reply(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    first = place.goes()
    assert place.held().unknown
    tasks = [await place.waits(place.ask()) for _ in range(3)]
    place.learn(used=98)
    place.gate.end(first)
    await settled()
    assert [task.done() for task in tasks] == [True, True, False]  # two points are left
    place.learn(used=100)
    place.gate.end(await tasks[0])
    with pytest.raises(PrimaryLimit):
        await tasks[2]


async def test_it_does_not_wait_long_for_news(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    place.goes()
    task = await place.waits(place.ask())
    await place.move(NEWS_SECONDS - 0.1)
    assert not task.done()
    await place.move(0.2)
    assert (await task).under_way


async def test_who_has_little_time_waits_for_news_for_a_part_of_it(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    place.goes()
    task = await place.waits(place.ask(seconds=0.4))
    await place.move(0.11)
    assert (await task).under_way


async def test_an_upstream_that_tells_no_quotas_makes_nobody_wait(clocks: Clocks) -> None:
    place = Place(FREE, clocks, tells=False)
    for _ in range(50):
        place.goes()
    assert place.gate.in_flight == 50


async def test_no_more_than_the_cap_are_under_way(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=2), clocks, tells=False)
    permits = [place.goes(), place.goes(place.ask("another"))]
    task = await place.waits(place.ask())
    other = await place.waits(place.ask("a third"))
    place.gate.end(permits[0])
    place.gate.end(permits[0])  # once counts
    await settled()
    assert (task.done(), other.done()) == (True, False)
    assert place.gate.in_flight == 2
    place.gate.end(await task)
    await other


async def test_who_comes_later_does_not_pass_those_who_wait_for_a_place(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    first = place.goes()
    task = await place.waits(place.ask())
    assert isinstance(place.gate.admit(place.ask("another")), Hold)
    place.gate.end(first)
    await task


async def test_accounts_take_turns_at_the_places(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    permit = place.goes()
    loop = [await place.waits(place.ask("loop")) for _ in range(10)]
    ann = await place.waits(place.ask("ann"))
    place.gate.end(permit)
    permit = await loop[0]
    place.gate.end(permit)
    await ann
    assert sum(task.done() for task in loop) == 1
    for task in loop[1:]:
        task.cancel()
    await asyncio.gather(*loop[1:], return_exceptions=True)
    assert place.gate.waiting == 0


async def test_the_pace(clocks: Clocks) -> None:
    place = Place(BudgetRules(points_a_minute=90), clocks, tells=False)
    for _ in range(30):
        place.gate.end(place.goes())
    hold = place.held()
    assert hold.until - clocks.now == pytest.approx(1.0, abs=0.001)  # the ledger keeps microseconds
    place.gate.end(place.goes(place.ask("another credential")))
    task = await place.waits(place.ask())
    await place.move(0.5)
    assert not task.done()
    await place.move(0.6)
    assert (await task).under_way


async def test_a_pause_follows_a_write(clocks: Clocks) -> None:
    place = Place(BudgetRules(write_pause_seconds=1), clocks, tells=False)
    place.gate.end(place.goes(place.ask(write=True)))
    place.gate.end(place.goes())  # reading may go on
    task = await place.waits(place.ask(write=True))
    await place.move(0.9)
    assert not task.done()
    await place.move(0.2)
    place.gate.end(await task)


async def test_what_cannot_come_in_time_is_refused_at_once(clocks: Clocks) -> None:
    place = Place(BudgetRules(write_pause_seconds=1), clocks, tells=False)
    place.gate.end(place.goes(place.ask(write=True)))
    ask = place.ask(write=True, seconds=0.5)
    with pytest.raises(DeadlineExceeded):
        await place.gate.turn(ask, place.held(ask))
    assert place.gate.waiting == 0


async def test_a_wait_ends_at_the_caller_s_deadline(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    place.goes()
    ask = place.ask(seconds=0.01)
    with pytest.raises(DeadlineExceeded):
        await place.gate.turn(ask, place.held(ask))
    assert place.gate.waiting == 0


async def test_a_deadline_may_grow_while_one_waits(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    first = place.goes()
    ask = place.ask()
    ask.call.wanted_until = clocks.now + 0.02
    task = await place.waits(ask)
    ask.call.wanted_until = inf
    await asyncio.sleep(0.05)
    assert not task.done()
    place.gate.end(first)
    await task


async def test_the_line_is_bounded(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1, queue=2), clocks, tells=False)
    place.goes()
    tasks = [await place.waits(place.ask()) for _ in range(2)]
    with pytest.raises(QueueFull) as caught:
        await place.gate.turn(place.ask(), Hold(inf))
    assert caught.value.retry_after_seconds > 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_who_leaves_in_the_moment_of_its_turn_gives_it_on(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    first = place.goes()
    leaving = await place.waits(place.ask())
    staying = await place.waits(place.ask())
    place.gate.end(first)  # the turn is given, and not yet taken
    leaving.cancel()
    await settled()
    assert leaving.cancelled()
    assert (await staying).under_way
    assert place.gate.in_flight == 1


async def test_an_urgent_one_passes_the_others_in_line(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    permit = place.goes()
    batch = [await place.waits(place.ask(urgency=Urgency.BATCH, caller="loop")) for _ in range(5)]
    urgent = await place.waits(place.ask(urgency=Urgency.INTERACTIVE))
    place.gate.end(permit)
    permit = await urgent
    assert not any(task.done() for task in batch)
    place.gate.end(permit)
    await settled()
    assert sum(task.done() for task in batch) == 1
    for task in batch:
        task.cancel()
    await asyncio.gather(*batch, return_exceptions=True)


async def test_one_whose_class_is_refused_does_not_hold_up_the_others(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1, interactive_percent=10), clocks, tells=False)
    place.learn(used=50)
    permit = place.goes()
    normal = await place.waits(place.ask())
    urgent = await place.waits(place.ask(urgency=Urgency.INTERACTIVE))
    place.learn(used=95)
    place.gate.end(permit)
    with pytest.raises(QuotaReserved):
        await normal
    await urgent


async def test_workers_share_quota_places_and_pace(clocks: Clocks, shared: Path) -> None:
    rules = BudgetRules(in_flight=3, points_a_minute=900, write_pause_seconds=1)
    one, other = (Place(rules, clocks, Ledger(shared, 2), tells=False) for _ in range(2))
    one.learn(used=98)
    first = one.goes()
    other.goes()
    assert one.held().until == pytest.approx(clocks.now + LOOK_SECONDS)  # both points are under way
    other.learn(used=100)
    one.gate.end(first)
    with pytest.raises(PrimaryLimit):
        one.gate.admit(one.ask())
    one.goes(one.ask("another", write=True))
    assert other.held(other.ask("another", write=True)).until == pytest.approx(clocks.now + 1, abs=1e-5)
    one.goes(one.ask("another"))
    assert other.gate.in_flight == 3
    assert other.held(other.ask("another")).everybody


async def test_a_lock_that_is_held_is_waited_for_and_then_passed(clocks: Clocks, shared: Path) -> None:
    place = Place(BudgetRules(points_a_minute=900), clocks, Ledger(shared, 2), tells=False)
    stopped = Ledger(shared, 2)
    lock = stopped.account("in flight github", pinned=True).lock
    assert stopped.acquire(lock)
    assert place.held().everybody
    stopped.release(lock)
    place.goes()
    assert stopped.acquire(lock)
    task = await place.waits(place.ask())
    await place.move(0.05)
    assert not task.done()
    await place.move(0.06)
    assert (await task).under_way


async def test_where_there_is_room_for_all_no_lock_is_needed(clocks: Clocks, shared: Path) -> None:
    place = Place(BudgetRules(in_flight=5), clocks, Ledger(shared, 2), tells=False)
    stopped = Ledger(shared, 2)
    assert stopped.acquire(stopped.account("in flight github", pinned=True).lock)
    place.learn(used=97)
    for _ in range(2):
        place.goes()
    assert place.held().everybody  # of the last point both workers may think that it is theirs


async def test_who_is_urgent_is_not_refused_for_those_whom_it_will_pass(clocks: Clocks) -> None:
    place = Place(BudgetRules(points_a_minute=90), clocks, tells=False)
    for _ in range(30):
        place.gate.end(place.goes())
    loop = [await place.waits(place.ask(urgency=Urgency.BATCH, caller="loop")) for _ in range(20)]
    urgent = await place.waits(place.ask(urgency=Urgency.INTERACTIVE, seconds=5))
    other = await place.waits(place.ask(urgency=Urgency.BATCH, caller="ann", seconds=5))
    await place.move(1.1)
    assert urgent.done()
    await place.move(2.2)
    assert other.done()
    for task in loop:
        task.cancel()
    await asyncio.gather(*loop, return_exceptions=True)


async def test_who_is_refused_for_want_of_time_leaves_no_line(clocks: Clocks) -> None:
    place = Place(BudgetRules(write_pause_seconds=1), clocks, tells=False)
    place.gate.end(place.goes(place.ask(write=True)))
    ask = place.ask(write=True, seconds=0.5)
    with pytest.raises(DeadlineExceeded):
        await place.gate.turn(ask, place.held(ask))
    assert not place.gate._lines


async def test_who_reads_does_not_wait_for_a_pause_between_writes(clocks: Clocks) -> None:
    place = Place(BudgetRules(write_pause_seconds=1), clocks, tells=False)
    place.gate.end(place.goes(place.ask(write=True)))
    writes = [await place.waits(place.ask(write=True)) for _ in range(2)]
    place.goes()
    await place.move(1.1)
    assert [task.done() for task in writes] == [True, False]
    await place.move(1.1)
    await asyncio.gather(*writes)


async def test_small_ones_do_not_keep_a_large_one_from_the_pace(clocks: Clocks) -> None:
    place = Place(BudgetRules(points_a_minute=90), clocks, tells=False)
    for _ in range(30):
        place.gate.end(place.goes())
    write = await place.waits(place.ask(write=True, urgency=Urgency.INTERACTIVE))
    reads = [await place.waits(place.ask(urgency=Urgency.BATCH)) for _ in range(20)]
    for _ in range(6):
        await place.move(1.0)
    assert write.done()
    for task in reads:
        task.cancel()
    await asyncio.gather(*reads, return_exceptions=True)


async def test_newcomers_to_another_resource_do_not_pass_who_waits_for_the_pace(clocks: Clocks) -> None:
    place = Place(BudgetRules(points_a_minute=90), clocks, tells=False)
    search = Books(place.ledger.account("quota search"), place.ledger.account("pace own"), "search", inf)
    for _ in range(30):
        place.gate.end(place.goes())
    write = await place.waits(place.ask(write=True))
    clocks.now += 1.0
    newcomer = Ask(search, 1, 1, False, Call())
    hold = place.gate.admit(newcomer)
    assert isinstance(hold, Hold)
    task = asyncio.create_task(place.gate.turn(newcomer, hold))
    await settled()
    await place.move(4.1)
    assert write.done()
    await place.move(1.1)
    await task


async def test_a_write_for_which_there_is_no_time_after_its_caller_s_others_is_refused_at_once(clocks: Clocks) -> None:
    place = Place(BudgetRules(write_pause_seconds=1), clocks, tells=False)
    place.gate.end(place.goes(place.ask(write=True)))
    tasks = [await place.waits(place.ask(write=True)) for _ in range(3)]  # the last of them in three seconds
    ask = place.ask(write=True, seconds=3.5)
    with pytest.raises(DeadlineExceeded):
        await asyncio.wait_for(place.gate.turn(ask, place.held(ask)), 1)
    for _ in range(3):
        await place.move(1.1)
    await asyncio.gather(*tasks)


async def test_at_the_end_of_a_window_those_who_waited_for_its_last_points_are_looked_at(clocks: Clocks) -> None:
    place = Place(FREE, clocks)
    place.books().quota.learn(Quota("core", 100, 1, 99, int(clocks.epoch()) + 10))
    place.goes()  # and never ends
    assert place.held().until == pytest.approx(clocks.now + 10, abs=0.01)


async def test_an_account_for_which_somebody_waits_is_kept(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, Ledger(monotonic=clocks.monotonic), tells=False)
    first = place.goes(place.ask("another"))
    task = await place.waits(place.ask(seconds=30))
    for number in range(ROWS * 4):
        clocks.now += 0.001
        place.ledger.account(f"caller {number}")
    assert place.books().quota.is_current
    assert place.books().pace.is_current
    place.gate.end(first)
    await task


async def test_all_who_wait_can_be_turned_away(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    permit = place.goes()
    tasks = [await place.waits(place.ask(name)) for name in ("ann", "ann", "bob")]
    place.gate.turn_away(lambda: CircuitOpen("github", "left alone", retry_after_seconds=5))
    refused = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(error, CircuitOpen) for error in refused)
    assert len({id(error) for error in refused}) == 3
    assert place.gate.waiting == 0
    place.gate.end(permit)
    place.goes()


async def test_whose_turn_has_just_come_is_turned_away_too(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    permit = place.goes()
    tasks = [await place.waits(place.ask()) for _ in range(2)]
    place.gate.end(permit)  # a failure, which above opens the circuit
    place.gate.turn_away(lambda: CircuitOpen("github", "left alone", retry_after_seconds=5))
    refused = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(error, CircuitOpen) for error in refused)
    assert (place.gate.waiting, place.gate.in_flight) == (0, 0)
    place.gate.end(place.goes())
    permit = place.goes()
    probe = await place.waits(place.ask())
    place.gate.end(permit)
    await probe


async def test_who_leaves_lets_those_behind_it_go(clocks: Clocks) -> None:
    place = Place(BudgetRules(points_a_minute=90), clocks, tells=False)
    for _ in range(30):
        place.gate.end(place.goes())
    write = await place.waits(place.ask(write=True))
    read = await place.waits(place.ask())
    await place.move(1.1)
    assert not read.done()  # the write's turn comes first
    write.cancel()
    await asyncio.sleep(0.01)
    assert (await read).under_way


async def test_a_loop_that_fills_the_line_gives_way_to_others(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1, queue=3), clocks, tells=False)
    place.goes()
    loop = [await place.waits(place.ask(caller="loop")) for _ in range(3)]
    ask = place.ask()
    ann = asyncio.create_task(place.gate.turn(ask, place.held(ask)))
    with pytest.raises(QueueFull):
        await loop[2]
    with pytest.raises(QueueFull):  # it has fewer by now than it would take from the loop
        await place.gate.turn(place.ask(), Hold(inf))
    assert [task.done() for task in (*loop[:2], ann)] == [False] * 3
    for task in (*loop, ann):
        task.cancel()
    await asyncio.gather(*loop, ann, return_exceptions=True)


async def test_a_line_that_is_full_of_batch_is_not_full_for_others(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1, queue=2), clocks, tells=False)
    place.goes()
    batch = [await place.waits(place.ask(urgency=Urgency.BATCH, caller=caller)) for caller in ("bob", "eve")]
    ask = place.ask(urgency=Urgency.INTERACTIVE)
    urgent = asyncio.create_task(place.gate.turn(ask, place.held(ask)))
    await settled()
    assert (urgent.done(), sum(task.done() for task in batch)) == (False, 1)
    with pytest.raises(QueueFull):
        await place.gate.turn(place.ask(urgency=Urgency.BATCH, caller="bob"), Hold(inf))
    assert place.gate.waiting == 2
    for task in (*batch, urgent):
        task.cancel()
    await asyncio.gather(*batch, urgent, return_exceptions=True)


async def test_who_becomes_more_urgent_while_it_waits_passes_the_others(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks, tells=False)
    permit = place.goes()
    batch = [place.ask(urgency=Urgency.BATCH, caller="loop") for _ in range(5)]
    tasks = [await place.waits(ask) for ask in batch]
    batch[3].call.urgency = Urgency.INTERACTIVE  # somebody joins its flight
    clocks.now += 0.2
    place.gate.end(permit)
    await settled()
    assert [task.done() for task in tasks] == [False, False, False, True, False]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert not place.gate._lines


async def test_it_is_kept_how_long_they_waited_also_who_gave_up(clocks: Clocks) -> None:
    place = Place(BudgetRules(in_flight=1), clocks)
    first = place.goes()
    patient, other = await place.waits(place.ask()), await place.waits(place.ask(caller="bob"))
    await place.move(2)
    other.cancel()
    await settled()
    await place.move(1)
    place.gate.end(first)
    await patient
    assert [round(seconds, 6) for seconds in place.gate.waits_seconds] == [2, 3]
