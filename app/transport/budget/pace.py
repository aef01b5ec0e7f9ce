"""How fast what a credential asks for may follow: so many points a minute, and a pause after each write."""

from app.transport.budget.account import DUE_AT, WRITE_AT
from app.transport.budget.ask import Ask, Hold
from app.transport.budget.rules import BudgetRules
from app.transport.budget.standing import due_after, turn_at


class Pace:
    """One upstream's, for all of its credentials. All times are monotonic seconds.

    Attributes:
        is_even: Whether points are paced at all, besides the pause after writes.
    """

    def __init__(self, rules: BudgetRules) -> None:
        self._pause_seconds = rules.write_pause_seconds
        self._point_seconds = rules.point_seconds
        self._burst_seconds = rules.burst_seconds
        self.is_even = self._point_seconds > 0

    def turn(self, ask: Ask, now: float) -> Hold | None:
        """Spends what it weighs (None), unless it has to wait."""
        pace, point_seconds = ask.books.pace, self._point_seconds
        pause_seconds = self._pause_seconds if ask.is_write else 0.0
        if pause_seconds:
            at = pace.moment(WRITE_AT)
            if at > now:
                return Hold(at)
        if point_seconds:
            due_at = pace.moment(DUE_AT)
            at = turn_at(due_at, ask.pacing_points, point_seconds, self._burst_seconds, now)
            if at > now:
                return Hold(at, paced=True)
            pace.set_moment(DUE_AT, due_after(due_at, ask.pacing_points, point_seconds, now))
        if pause_seconds:
            pace.set_moment(WRITE_AT, now + pause_seconds)
        return None

    def soonest(self, ask: Ask, ahead: int, now: float) -> float:
        """When its turn comes at the earliest with so many of its line `ahead`."""
        soonest, pace = now, ask.books.pace
        if self._point_seconds:
            owed = max(pace.moment(DUE_AT), now) + (ahead + ask.pacing_points) * self._point_seconds
            soonest = max(soonest, owed - self._burst_seconds)
        if ask.is_write and self._pause_seconds:
            soonest = max(soonest, max(pace.moment(WRITE_AT), now) + ahead * self._pause_seconds)
        return soonest
