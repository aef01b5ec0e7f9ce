"""Whether a request may go, as pure functions: of quotas and limits, and of the pace.

Sources: "Rate limits for the REST API" and "Best practices for using the REST API" in GitHub's documentation; the pace is
the generic cell rate algorithm (ITU-T I.371, annex A), which needs one number for each account.
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final, NamedTuple

SECONDARY_GROWTH: Final = 2.0
SECONDARY_LONGEST_SECONDS: Final = 900.0
STREAK_LIMIT: Final = 16
LONGEST_SECONDS: Final = 86_400.0
"""Nothing that upstream says of a time further away than a day is taken for true: nobody would ask it again, and so it
could never say otherwise.
"""
NEWS_SECONDS: Final = 1.0
NEWS_SHARE: Final = 0.25
"""For so long a burst waits for the first reply that tells of a quota of which nothing is known, and for no larger a
share of the time that it has."""


class Window(NamedTuple):
    """What upstream last said of a quota.

    Attributes:
        limit: Points in the window.
        used: The most that any reply has told to be spent in it: replies arrive out of order.
        reset_epoch_seconds: When it ends.
    """

    limit: int
    used: int
    reset_epoch_seconds: int


class Standing(NamedTuple):
    """How an account stands.

    Attributes:
        window: What is known of its quota, be it over or not; None: nothing.
        in_flight: Points of requests that are under way, so that nobody knows yet whether they were counted.
        blocked_until: A secondary limit, or one that did not name its window, holds until then (seconds since the epoch).
    """

    window: Window | None
    in_flight: int
    blocked_until: float


class Why(Enum):
    """Why a request is refused, or has to wait."""

    SPENT = auto()
    """The quota is spent."""
    RESERVED = auto()
    """What is left of it is kept for callers of higher classes."""
    BLOCKED = auto()
    """Upstream said to wait."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Upstream would refuse, or others need what is left: after so many seconds no longer. `window` where that is why."""

    why: Why
    retry_after_seconds: float
    window: Window | None = None


class Unclear(Enum):
    """What is under way decides."""

    LANDING = auto()
    """The points that are left may all be taken by requests that are under way."""
    UNKNOWN = auto()
    """Nothing is known of the quota, and the request that will tell is under way."""


GO: Final = None

Judgement = Refused | Unclear | None


def judge(standing: Standing, points: int, kept: int, now: float) -> Judgement:
    """Whether a request that costs `points` may be sent; None: it may.

    Args:
        standing: Of the credential, for the resource that the request counts against.
        points: What it costs at most.
        kept: So many of the window's points are not for this caller.
        now: Seconds since the epoch.
    """
    if standing.blocked_until > now:
        return Refused(Why.BLOCKED, standing.blocked_until - now)
    window = standing.window
    if window is None or window.reset_epoch_seconds <= now:
        return Unclear.UNKNOWN if standing.in_flight else GO
    left = window.limit - window.used - points
    if left < 0:
        return Refused(Why.SPENT, window.reset_epoch_seconds - now, window)
    if left < kept:
        return Refused(Why.RESERVED, window.reset_epoch_seconds - now, window)
    return GO if left - standing.in_flight >= kept else Unclear.LANDING


def patience_seconds(time_left_seconds: float) -> float:
    """How long who has so much time waits for news of a quota, before it goes without: most of it is for the asking."""
    return min(NEWS_SECONDS, NEWS_SHARE * time_left_seconds)


def turn_at(due_at: float, points: int, point_seconds: float, burst_seconds: float, now: float) -> float:
    """When `points` may be spent at the pace: not later than `now` means at once.

    Args:
        due_at: When all that was spent so far would have been spent evenly (any clock, seconds).
        points: What is to be spent.
        point_seconds: The time of one point.
        burst_seconds: How far ahead of an even pace one may be.
        now: On the same clock.
    """
    # What is more than a whole burst goes when a whole burst could: it would never fit otherwise.
    cost = min(points * point_seconds, burst_seconds)
    return max(due_at, now) + cost - burst_seconds


def due_after(due_at: float, points: int, point_seconds: float, now: float) -> float:
    """`due_at` after `points` are spent `now`."""
    return max(due_at, now) + points * point_seconds


def backoff_seconds(told_seconds: float | None, least_seconds: float, streak: int) -> float:
    """How long a limit holds.

    Args:
        told_seconds: What upstream says by Retry-After; None: it does not say.
        least_seconds: To be waited at least where it does not.
        streak: How many limits came one after the other, this one included (1: the first).
    """
    if told_seconds is not None:
        return min(told_seconds, LONGEST_SECONDS)
    longest = max(SECONDARY_LONGEST_SECONDS, min(least_seconds, LONGEST_SECONDS))
    return min(longest, least_seconds * SECONDARY_GROWTH ** (min(streak, STREAK_LIMIT) - 1))


def streak_after(blocked_until: float, streak: int, least_seconds: float, now: float) -> int:
    """The streak of a limit that comes `now`, where the last one held until `blocked_until` and was the `streak`th.

    One that comes while the last still holds belongs to the same burst of requests. One that comes long after it, as
    long as the last was to be waited for, begins anew.
    """
    if blocked_until > now:
        return max(1, streak)
    if streak and now - blocked_until < backoff_seconds(None, least_seconds, streak):
        return streak + 1
    return 1
