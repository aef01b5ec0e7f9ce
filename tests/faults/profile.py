"""How the bench is set up: once as it is part of the tests, once as it makes the table of docs/reliability.md."""

from dataclasses import dataclass
from typing import Any

MEBIBYTE = 2**20
ATTEMPTS = 3
MOUNT_ATTEMPTS = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """A gateway's limits, and how the faults are scaled to them.

    Attributes:
        connect_seconds: As in the settings, like those that follow.
        read_seconds: …
        total_seconds: …
        deadline_seconds: …
        backoff_seconds: …
        buffered_bytes: …
        decompressed_bytes: …
        drip_seconds: Between two bytes of what drips.
        flap_seconds: How long an upstream that flaps is up, and how long it is down.
        late_seconds: How much later than its limit an answer may come on a machine that is idle.
        open_seconds: How long a breaker leaves an upstream alone.
        gateways: How many run at once.
        rows_of_a_gateway: How many rows share one at most, one after the other.
    """

    connect_seconds: float
    read_seconds: float
    total_seconds: float
    deadline_seconds: float
    backoff_seconds: float
    buffered_bytes: int
    decompressed_bytes: int
    drip_seconds: float
    flap_seconds: float
    open_seconds: float
    gateways: int
    rows_of_a_gateway: int
    late_seconds: float = 0.25

    @property
    def pauses_seconds(self) -> float:
        """The longest that the waits between the attempts of one request may be together."""
        return sum(self.backoff_seconds * 2.0**number * 1.5 for number in range(ATTEMPTS - 1))

    def settings(self, base_url: str, **upstream: Any) -> dict[str, Any]:
        """A gateway's settings, as a YAML file has them, with one GitHub behind it.

        What only comes of many questions is off, since rows ask few: the pacing, and the breaker but for the rows that
        are about it. What was learned of a quota holds all the same.
        """
        return {
            "server": {"deadline_seconds": self.deadline_seconds, "access_log": False},
            "cache": {"store": "memory"},
            "usage": {"path": None},
            "upstreams": {
                "github": {
                    "kind": "github",
                    "base_url": base_url,
                    "mount": "/github",
                    "token": SECRET,
                    "timeouts": {
                        "connect_seconds": self.connect_seconds,
                        "read_seconds": self.read_seconds,
                        "total_seconds": self.total_seconds,
                    },
                    "pool": {"connections": 10},
                    "limits": {
                        "buffered_bytes": self.buffered_bytes,
                        "decompressed_bytes": self.decompressed_bytes,
                    },
                    "retry": {
                        "attempts": ATTEMPTS,
                        "mount_attempts": MOUNT_ATTEMPTS,
                        "backoff_seconds": self.backoff_seconds,
                        "budget_percent": 100,  # of a handful of questions
                    },
                    "breaker": {"failure_percent": None},
                    "budget": {"in_flight": None, "points_a_minute": None, "write_pause_seconds": 0},
                    "cache": {"stale_while_revalidate_seconds": 0},
                    **upstream,
                }
            },
        }


SECRET = "ghs_marked-4711"

SHORT = Profile(
    connect_seconds=0.4,
    read_seconds=0.4,
    total_seconds=0.8,
    deadline_seconds=8,
    backoff_seconds=0.02,
    buffered_bytes=MEBIBYTE // 4,
    decompressed_bytes=2 * MEBIBYTE,
    drip_seconds=0.1,
    flap_seconds=0.3,
    open_seconds=1,
    gateways=12,
    rows_of_a_gateway=10,
)
"""Part of `make test`: time runs faster, and a second is a tenth of one."""

LONG = Profile(
    connect_seconds=1,
    read_seconds=2,
    total_seconds=4,
    deadline_seconds=15,
    backoff_seconds=0.1,
    buffered_bytes=8 * MEBIBYTE,
    decompressed_bytes=64 * MEBIBYTE,
    drip_seconds=1,
    flap_seconds=1,
    open_seconds=5,
    gateways=3,
    rows_of_a_gateway=1,
)
"""`make faults`: as the settings have it by default, but for the time-outs, which are a fifth (3, 10, 20 s), and the
deadline, which is half (30 s): so that every attempt may end by itself."""
