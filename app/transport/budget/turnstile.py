"""Lets a request through, or says what it has to wait for: by quota, pace and what may be under way at once.

What all workers of the machine have under way and have spent counts, so that looking and booking are one step: under the
upstream's lock, but for where it makes no difference what all of them do in this moment.
"""

from collections.abc import Callable
from math import inf
from typing import Final

from app.call import Urgency
from app.transport.budget.ask import Ask, Books, Hold
from app.transport.budget.ledger import Ledger
from app.transport.budget.pace import Pace
from app.transport.budget.patient_lock import PatientLock
from app.transport.budget.places import LOOK_SECONDS, Places
from app.transport.budget.refusal import refusal
from app.transport.budget.rules import BudgetRules
from app.transport.budget.standing import Judgement, Refused, Unclear, judge, patience_seconds

LOCK_SECONDS: Final = 0.001
"""When a lock that another worker holds is tried again."""


class Turnstile:
    """One upstream's, in one worker. Knows of nobody who waits.

    Attributes:
        pace: How fast what a credential asks for may follow.
    """

    def __init__(self, upstream: str, ledger: Ledger, rules: BudgetRules, *, clock: Callable[[], float]) -> None:
        """Besides its collaborators: `clock` gives seconds since the epoch."""
        self._upstream = upstream
        self._ledger = ledger
        self._clock = clock
        self.pace = Pace(rules)
        self._kept_shares = {urgency: rules.kept_share(urgency) for urgency in Urgency}
        self._in_flight = ledger.account(f"in flight {upstream}", pinned=True)
        self._places = Places(self._in_flight, rules.in_flight, ledger.columns)
        self._lock = PatientLock(ledger, self._in_flight.lock)

    @property
    def in_flight(self) -> int:
        """How many requests are under way, of all workers."""
        return self._in_flight.in_flight

    def admit(self, ask: Ask, now: float, since: float | None) -> Hold | None:
        """Books it (None), unless something is against it. Then `end` is owed.

        Args:
            ask: Who wants to go.
            now: Monotonic seconds.
            since: Since when it waits (monotonic seconds); None: it has just come.

        Raises:
            RateLimited: Upstream would refuse it, or what is left is for others.
        """
        workers = self._ledger.columns
        if workers == 1:
            return self._booked(ask, now, since)
        if not self.pace.is_even and not ask.is_write and self._is_roomy(ask, workers):
            self._begin(ask, now)
            return None
        if not self._lock.acquire(now):
            return Hold(now + LOCK_SECONDS, everybody=True)
        try:
            return self._booked(ask, now, since)
        finally:
            self._lock.release()

    def refuse_hopeless(self, ask: Ask) -> Judgement:
        """How its quota stands to it, if it need not be refused at once.

        Raises:
            RateLimited: It would be refused when its turn comes.
        """
        judgement = self._judged(ask, ask.quota_points)
        if isinstance(judgement, Refused):
            raise refusal(self._upstream, judgement, ask.books.resource)
        return judgement

    def land(self, ask: Ask) -> None:
        """Upstream has told what is left after it: its points are counted, and its place is still taken."""
        ask.books.quota.end(ask.quota_points)
        ask.quota_points = 0

    def end(self, ask: Ask) -> None:
        """Gives back what an ask has that is under way."""
        ask.under_way = False
        self._in_flight.end(1)
        self._places.gave = True
        ask.books.quota.end(ask.quota_points)

    def _is_roomy(self, ask: Ask, workers: int) -> bool:
        """Whether there is room for one like this of each worker."""
        return self._places.are_plenty and self._judged(ask, ask.quota_points * workers) is None

    def _judged(self, ask: Ask, points: int) -> Judgement:
        standing, share = ask.books.quota.standing(), self._kept_shares[ask.call.urgency]
        kept = int(standing.window.limit * share) if share and standing.window is not None else 0
        return judge(standing, points, kept, self._clock())

    def _booked(self, ask: Ask, now: float, since: float | None) -> Hold | None:
        books = ask.books
        judgement = self.refuse_hopeless(ask)
        if judgement is Unclear.LANDING:
            return Hold(min(self._next_look(now), self._window_ends_at(books, now)))
        if judgement is Unclear.UNKNOWN and now >= books.silent_until:
            came_at = now if since is None else since
            news_at = came_at + patience_seconds(ask.call.begin_until - came_at)
            if now < news_at:
                return Hold(min(news_at, self._next_look(now)), unknown=True)
        if not self._places.has_one(now):
            return Hold(self._next_look(now), everybody=True)
        hold = self.pace.turn(ask, now)
        if hold is None:
            self._begin(ask, now)
        return hold

    def _begin(self, ask: Ask, now: float) -> None:
        self._in_flight.add(1)
        ask.books.quota.begin(ask.quota_points, now)
        ask.under_way = True

    def _next_look(self, now: float) -> float:
        """What ends in this worker is looked at when it does."""
        return now + LOOK_SECONDS if self._ledger.shared else inf

    def _window_ends_at(self, books: Books, now: float) -> float:
        """When its quota is full again (monotonic seconds), whatever is still under way by then."""
        window = books.quota.standing().window
        return inf if window is None else now + window.reset_epoch_seconds - self._clock()
