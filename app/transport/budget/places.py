"""How many requests may be under way at once, shared by the workers that want a place.

Who has all of them would keep them: by the time that another worker looks, what ended has been taken again. So where they
are scarce, a worker that has its share leaves what ends to those who have looked in vain a moment ago.
"""

from typing import Final

from app.transport.budget.account import Account

LOOK_SECONDS: Final = 0.02
"""How often those who wait look at what the other workers have finished: nobody tells across processes."""
WANTED_SECONDS: Final = 0.1
"""Who has looked in vain and not again for so long wants none any more: it was stopped, or has died."""


class Places:
    """An upstream's, as one worker sees them. All times are monotonic seconds.

    Attributes:
        gave: Whether this worker has given one back since it looked last.
    """

    def __init__(self, account: Account, places: int | None, workers: int) -> None:
        """Besides its account.

        Args:
            places: So many there are; None: no bound.
            workers: So many may take one at the same moment.
        """
        self._account = account
        self._places = places
        self._workers = workers
        self.gave = False
        self._leaves_until = 0.0

    @property
    def are_plenty(self) -> bool:
        """Whether there is one for each worker."""
        return self._places is None or self._account.in_flight + self._workers <= self._places

    def has_one(self, now: float) -> bool:
        """Whether this worker may take one. If not, the others will know that it wants one."""
        places = self._places
        if places is None:
            return True
        taken = self._account.in_flight
        if taken < places and (self._workers == 1 or taken + self._workers <= places or self._is_ours(now, places)):
            return True
        if self._workers > 1:
            self._account.want(now)
        return False

    def _is_ours(self, now: float, places: int) -> bool:
        share = self._account.share(places, now - WANTED_SECONDS)
        if share < 1:  # they take turns: what this worker gave is left to the others until they have looked
            if self.gave:
                self.gave, self._leaves_until = False, now + 1.5 * LOOK_SECONDS
            if now < self._leaves_until:
                return False
        return self._account.own_in_flight < share
