"""What a report on an organization would cost, whether that can be borne, and how long it still takes."""

from datetime import UTC, datetime
from math import ceil
from typing import Final, NamedTuple

from app.services.answers.organization_report import Estimate

OF_EACH: Final = 3
"""Languages, contributors, a year of commits."""


class Kept(NamedTuple):
    """What the cache has already.

    Attributes:
        replies: So many.
        statistics: So many of those are a year of commits.
    """

    replies: int = 0
    statistics: int = 0


class Purse(NamedTuple):
    """What there is to spend.

    Attributes:
        left: Points, of those that the caller may have.
        limit: As many as there are at the beginning of a window.
        resets_at: When the next window begins, in seconds since the epoch; None: not known.
        for_others: So many more are left, and are for callers of higher classes.
    """

    left: int
    limit: int
    resets_at: float | None
    for_others: int = 0


def purse_of(remaining: int, limit: int, resets_at: float, kept_share: float) -> Purse:
    """What of a quota a caller may spend from whom a share of it (0 to 1) is kept."""
    kept = int(limit * kept_share)
    return Purse(max(0, remaining - kept), limit - kept, resets_at, min(remaining, kept))


def points_of(repositories: int, kept: Kept) -> int:
    """What it costs to ask for what is not kept. A statistic that GitHub has not ready it computes when it is asked for, and
    is then asked once more (https://docs.github.com/en/rest/metrics/statistics): that is the rule where nobody has asked
    for it lately.
    """
    return (OF_EACH * repositories - kept.replies) + (repositories - kept.statistics)


def estimate_of(repositories: int, kept: Kept, purse: Purse) -> Estimate:
    """The estimate of a report for which the history of so many repositories is asked for."""
    expected = points_of(repositories, kept)
    reset = None if purse.resets_at is None else datetime.fromtimestamp(purse.resets_at, UTC)
    return Estimate(
        repositories=repositories,
        requests=OF_EACH * repositories,
        points_without_cache=points_of(repositories, Kept()),
        points_expected=expected,
        points_left=purse.left,
        resets_at=reset,
        possible_at=reset if expected <= purse.limit else None,
    )


def refusal_sentence(estimate: Estimate, purse: Purse, whose: str) -> str:
    """Why it is refused, for a person; `whose` points these are, such as "of the quota"."""
    others = f" ({purse.for_others} more are kept for callers of a higher class)" if purse.for_others else ""
    sentence = (
        f"the report on {estimate.repositories} repositories would cost about {estimate.points_expected} points, "
        f"and {estimate.points_left} are left {whose}{others}"
    )
    if estimate.possible_at is not None:
        return f"{sentence}; there will be enough at {estimate.possible_at:%H:%M:%S} UTC"
    return (
        f"{sentence}; that is more than there ever are at once, so that it takes several times: what is fetched stays"
    )


def retry_after_seconds(estimate: Estimate, now: float) -> float:
    """When it is worth while to ask again; an hour, which is GitHub's window, where nobody says."""
    if estimate.resets_at is None:
        return 3_600.0
    return max(1.0, ceil(estimate.resets_at.timestamp() - now))


def seconds_left(done: int, total: int, seconds: float) -> float | None:
    """By the pace so far; None before anything is done.

    Args:
        done: How much is.
        total: Of how much.
        seconds: How long that took.
    """
    if done == 0:
        return None if total else 0.0
    return round(seconds / done * (total - done), 1)
