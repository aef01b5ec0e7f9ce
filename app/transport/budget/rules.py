"""What the settings say of an upstream's budget."""

from dataclasses import dataclass
from typing import Final

from app.call import Urgency

BURST_SHARE: Final = 1 / 3
"""How much of a minute's points may be spent at one go. The rest flows evenly, so that in no sixty seconds more than
the minute's points are spent, and who comes after a burst waits for moments and not for the minute's end."""


@dataclass(frozen=True, slots=True)
class BudgetRules:
    """As in `app/settings/weather.py`.

    Attributes:
        in_flight: How many requests may be under way at once, by all workers together; None: no bound.
        points_a_minute: How many points a credential may spend in a minute; None: not paced.
        write_pause_seconds: How long after a write the next of the same credential may follow.
        queue: How many requests may wait for their turn in this worker.
        interactive_percent: The last part of a quota, which only interactive callers may spend.
        normal_percent: The part before it, which batch callers may not spend either.
    """

    in_flight: int | None = None
    points_a_minute: int | None = None
    write_pause_seconds: float = 0.0
    queue: int = 1000
    interactive_percent: float = 0.0
    normal_percent: float = 0.0

    def kept_share(self, urgency: Urgency) -> float:
        """Which part of a quota is kept from a caller of this class: 0 to 1."""
        if urgency is Urgency.INTERACTIVE:
            return 0.0
        percent = self.interactive_percent + (self.normal_percent if urgency is Urgency.BATCH else 0.0)
        return min(percent, 100.0) / 100

    @property
    def point_seconds(self) -> float:
        """How long it takes until one spent point may be spent again; 0: not paced."""
        return 0.0 if self.points_a_minute is None else 60 / (self.points_a_minute * (1 - BURST_SHARE))

    @property
    def burst_seconds(self) -> float:
        """How much of that time may be owed: what a whole burst takes, and one point at the least."""
        if self.points_a_minute is None:
            return 0.0
        return max(1.0, self.points_a_minute * BURST_SHARE) * self.point_seconds
