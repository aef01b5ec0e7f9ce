"""What is counted of usage, and by what it is told apart."""

from dataclasses import dataclass
from typing import Final, NamedTuple

MINUTE_SECONDS: Final = 60
HOUR_SECONDS: Final = 3_600
DAY_SECONDS: Final = 86_400

OTHER: Final = "other"
"""The caller, and the route, of what could not be told apart for want of room. No key has this name."""


class Row(NamedTuple):
    """What sums are of.

    Attributes:
        at: When the minute, hour or day of them begins (seconds since the epoch).
        caller: As in `app.journal.records`.
        route: The same.
        outcome: The same; of exchanges with upstreams that nobody waited for as well.
    """

    at: int
    caller: str
    route: str
    outcome: str


@dataclass(slots=True)
class Sums:
    """What it came to.

    Attributes:
        requests: That were answered, or whose caller left.
        points: Spent of the quotas of the gateway's own credentials.
        saved_points: That the same would have cost without the cache.
        upstream_requests: That were sent, repeats and those in the background as well.
        failed_requests: Of `requests`, those with a status of 500 or above.
        seconds: That all `requests` together took.
        sent_bytes: Of the bodies of their answers.
    """

    requests: int = 0
    points: int = 0
    saved_points: int = 0
    upstream_requests: int = 0
    failed_requests: int = 0
    seconds: float = 0.0
    sent_bytes: int = 0

    def add(self, other: "Sums") -> None:
        self.requests += other.requests
        self.points += other.points
        self.saved_points += other.saved_points
        self.upstream_requests += other.upstream_requests
        self.failed_requests += other.failed_requests
        self.seconds += other.seconds
        self.sent_bytes += other.sent_bytes

    def values(self) -> tuple[int, int, int, int, int, float, int]:
        """In the order of the attributes."""
        return (
            self.requests,
            self.points,
            self.saved_points,
            self.upstream_requests,
            self.failed_requests,
            self.seconds,
            self.sent_bytes,
        )


COLUMNS: Final = (
    "requests",
    "points",
    "saved_points",
    "upstream_requests",
    "failed_requests",
    "seconds",
    "sent_bytes",
)
"""The names of `Sums.values`."""


def start_of(moment: float, span_seconds: int) -> int:
    """When the minute, hour or day (UTC) that `moment` lies in began. All in seconds since the epoch."""
    whole = int(moment // 1)
    return whole - whole % span_seconds
