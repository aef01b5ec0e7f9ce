"""Where requests wait for what does not let them through at once (`turnstile.py`), each for its turn.

Who would be refused by upstream anyway is refused at once. Who waits does so for moments: for the pace, for a place among
those under way, for the replies that tell whether a point is left; never for the end of a quota's window.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from app.call import Urgency
from app.errors import DeadlineExceeded, HeadgateError, QueueFull, RateLimited
from app.transport.budget.ask import Ask, Hold, Line
from app.transport.budget.crowd import Crowd
from app.transport.budget.ledger import Ledger
from app.transport.budget.rules import BudgetRules
from app.transport.budget.turns import Turns
from app.transport.budget.turnstile import Turnstile
from app.transport.budget.watch import Watch

QUEUE_RETRY_SECONDS: Final = 1.0
REFILE_SECONDS: Final = 0.1
"""How often it is looked whether somebody who waits has become more urgent."""
KEPT_WAITS: Final = 10_000
KEPT_SECONDS: Final = 60.0
"""So long at most nobody gets the row of an account for whose turn somebody waits."""


@dataclass(slots=True, eq=False)
class _Waiter:
    ask: Ask
    future: "asyncio.Future[None]"
    since: float
    urgency: Urgency
    refusal: HeadgateError | None = None


class Gate:
    """One upstream's, in one worker.

    Attributes:
        waits_seconds: How long those waited who have left the line, by their turn or without; for who takes them out.
    """

    def __init__(
        self,
        upstream: str,
        ledger: Ledger,
        rules: BudgetRules,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        """Besides its collaborators.

        Args:
            clock: Seconds since the epoch.
            monotonic: Seconds on the event loop's clock, which all workers of the machine share.
        """
        self._upstream = upstream
        self._queue = rules.queue
        self._turnstile = Turnstile(upstream, ledger, rules, clock=clock)
        self._monotonic = monotonic
        self._lines: OrderedDict[Line, Turns[_Waiter]] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None
        self._timed_for = inf
        self._all_wait = False
        self._paced: set[int] = set()
        self._waiters = Crowd[_Waiter]()
        self._refile_at = 0.0
        self.waits_seconds: deque[float] = deque(maxlen=KEPT_WAITS)

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn in this worker."""
        return len(self._waiters)

    @property
    def in_flight(self) -> int:
        """How many requests are under way, of all workers."""
        return self._turnstile.in_flight

    def admit(self, ask: Ask) -> Hold | None:
        """Lets it go now (None), if it may and nobody is before it. Then `end` is owed.

        Raises:
            RateLimited: Upstream would refuse it, or what is left is for others.
        """
        now = self._monotonic()
        if not self._waiters:
            return self._turnstile.admit(ask, now, None)
        if self._all_wait or ask.books.pace.name in self._paced or ask.line in self._lines:
            self._turnstile.refuse_hopeless(ask)  # who would be refused when its turn comes need not wait for it
            return Hold(now)
        return self._turnstile.admit(ask, now, None)

    async def turn(self, ask: Ask, hold: Hold) -> None:
        """Waits for its turn. Then `end` is owed.

        Args:
            ask: What `admit` has put on hold.
            hold: What it said.

        Raises:
            QueueFull: Too many wait already, and none of them gives way; or it gave way to another.
            DeadlineExceeded: Its turn did not come in time, or cannot.
            RateLimited: It was found meanwhile that upstream would refuse.
            HeadgateError: It was turned away.
        """
        loop, call, now = asyncio.get_running_loop(), ask.call, self._monotonic()
        line = ask.line
        urgency, turns = call.urgency, self._lines.get(line)
        ahead = 0 if turns is None else turns.ahead(urgency, call.caller)
        if self._turnstile.pace.soonest(ask, ahead, now) >= call.begin_until:
            raise self._too_late()
        if len(self._waiters) >= self._queue:
            self._make_room(urgency, call.caller)
        if turns is None:
            turns = self._lines[line] = Turns()
        for account in (ask.books.quota, ask.books.pace):
            account.keep_until(min(call.begin_until, now + KEPT_SECONDS))
        waiter = _Waiter(ask, loop.create_future(), now, urgency)
        turns.add(waiter, urgency, call.caller)
        self._waiters.add(waiter, urgency, call.caller)
        self._all_wait = self._all_wait or hold.everybody
        if hold.paced:
            self._paced.add(ask.books.pace.name)
        self._look_at(hold.until)
        watch = Watch(waiter.future, call, self._too_late)
        try:
            await waiter.future
        except BaseException:
            self.end(ask)  # it may have left in the moment in which its turn came: the next one's turn it is
            self._look_at(self._monotonic())  # others may have waited behind it
            raise
        finally:
            watch.end()
            self.waits_seconds.append(self._monotonic() - now)
            self._waiters.discard(waiter, waiter.urgency, call.caller)
            turns.discard(waiter, waiter.urgency, call.caller)
            if not turns and self._lines.get(line) is turns:
                del self._lines[line]
        if waiter.refusal is not None:
            self.end(ask)
            raise waiter.refusal

    def landed(self, ask: Ask) -> None:
        """Its reply has begun, and was learned: its points are counted. Its place is taken until the `end`."""
        self._turnstile.land(ask)
        if self._waiters:
            self.pump()

    def end(self, ask: Ask) -> None:
        """What came of it is known, and was learned. Safe to call twice, and for one that was never let go."""
        if ask.under_way:
            self._turnstile.end(ask)
            if self._waiters:
                self.pump()

    def turn_away(self, refusal: Callable[[], HeadgateError]) -> None:
        """Refuses all who wait, each with an error of its own: upstream is not worth asking any more. Also those whose turn
        has just come by the end of the very request that has shown it.
        """
        for waiter in self._waiters:
            if waiter.future.done():
                waiter.refusal = refusal()
            else:
                waiter.future.set_exception(refusal())

    def pump(self) -> None:
        """Lets go who may, one of each line in turn; and looks again when the next one may. Of those who wait for the same
        pace only the first one is looked at: small ones would take what a large one waits for.
        """
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._monotonic()
        if now >= self._refile_at:
            self._refile_at = now + REFILE_SECONDS
            self._refile()
        self._all_wait = False
        self._paced.clear()
        look_at = inf
        pending = deque(self._lines)
        while pending:
            line = pending.popleft()
            pace = line[0].pace.name
            if pace in self._paced:
                continue
            hold = self._serve_one(self._lines[line], now)
            if hold is None:
                self._lines.move_to_end(line)
                pending.append(line)
                continue
            look_at = min(look_at, hold.until)
            if hold.paced:
                self._paced.add(pace)
            if hold.everybody:
                self._all_wait = True
                break
        self._look_at(look_at)

    def _refile(self) -> None:
        """Who has become more urgent stands among its like: a flight is as urgent as the most urgent who joins it."""
        for waiter in [one for one in self._waiters if one.urgency != one.ask.call.urgency and not one.future.done()]:
            call = waiter.ask.call
            for place in (self._lines[waiter.ask.line], self._waiters):
                place.discard(waiter, waiter.urgency, call.caller)
                place.add(waiter, call.urgency, call.caller)
            waiter.urgency = call.urgency

    def _make_room(self, urgency: Urgency, caller: str) -> None:
        waiter = self._waiters.gives_way(urgency, caller)
        if waiter is None:
            raise self._full()
        if not waiter.future.done():
            waiter.future.set_exception(self._full())

    def _full(self) -> QueueFull:
        return QueueFull(
            self._upstream,
            f"{self.waiting} requests to {self._upstream} wait for their turn already",
            retry_after_seconds=QUEUE_RETRY_SECONDS,
        )

    def _serve_one(self, turns: Turns[_Waiter], now: float) -> Hold | None:
        """Lets one go, or takes one out that need not wait; else what they wait for."""
        held = Hold(inf)
        for urgency, waiter in turns.heads():
            if waiter.future.done():
                turns.take(urgency)
                return None
            try:
                outcome = self._turnstile.admit(waiter.ask, now, waiter.since)
            except RateLimited as refusal:
                turns.take(urgency)
                waiter.future.set_exception(refusal)
                return None
            if outcome is None:
                turns.take(urgency)
                waiter.future.set_result(None)
                return None
            if outcome.everybody or outcome.paced:
                return outcome
            if outcome.until < held.until:
                held = outcome
        return held

    def _too_late(self) -> DeadlineExceeded:
        return DeadlineExceeded(f"no turn to ask {self._upstream} came before the caller's time ran out")

    def _look_at(self, moment: float) -> None:
        if moment == inf:
            return
        if self._timer is not None:
            if self._timed_for <= moment:
                return
            self._timer.cancel()
        self._timer, self._timed_for = asyncio.get_running_loop().call_at(moment, self._timed), moment

    def _timed(self) -> None:
        self._timer = None
        if self._waiters:
            self.pump()
