"""What asks to go, and what it is told."""

from dataclasses import dataclass, field

from app.call import Call
from app.transport.budget.account import Account


@dataclass(slots=True, eq=False)
class Books:
    """The accounts that one kind of request is booked on.

    Attributes:
        quota: Of the credential and resource.
        pace: Of the credential, whatever the resource.
        resource: The upstream's name for it.
        silent_until: Until then replies are expected to tell nothing of the quota (monotonic seconds).
    """

    quota: Account
    pace: Account
    resource: str
    silent_until: float


Line = tuple[Books, bool]
"""Those who wait for the same: of one account, and apart who writes: nobody who reads waits for the pause after a write."""


@dataclass(slots=True, eq=False)
class Ask:
    """One request that wants to go.

    Attributes:
        books: Where it is booked.
        quota_points: What it costs of the quota, at most; 0 as soon as upstream has told what is left after it.
        pacing_points: What it weighs in the pace.
        is_write: Whether it is followed by a pause for writes.
        call: On whose behalf: its class, its time.
        under_way: Whether it has been let go, and nobody knows yet what came of it.
    """

    books: Books
    quota_points: int
    pacing_points: int
    is_write: bool
    call: Call
    under_way: bool = field(default=False, init=False)

    @property
    def line(self) -> Line:
        """Where it waits, if it has to."""
        return self.books, self.is_write


@dataclass(frozen=True, slots=True)
class Hold:
    """Not now.

    Attributes:
        until: When it is worth another look (monotonic seconds), if nothing ends before.
        everybody: Whether nobody else of this upstream could go, either.
        paced: Whether it is for the pace, which all of a credential share.
        unknown: Whether it is for want of knowing the quota.
    """

    until: float
    everybody: bool = False
    paced: bool = False
    unknown: bool = False
