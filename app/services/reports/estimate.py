"""What a report on an organization would cost, whether that can be borne, and how long it still takes."""

from datetime import UTC, datetime
from math import ceil
from typing import Final

from app.services.answers.organization_report import Estimate

OF_EACH: Final = 3
"""Languages, contributors, a year of commits."""


def estimate_of(
    repositories: int, *, kept: int, left: int, limit: int, resets_at: float | None, requests: int | None = None
) -> Estimate:
    """The estimate.

    Args:
        repositories: Whose history would be asked for.
        kept: How many of the replies the cache has already.
        left: Points.
        limit: Points in a window of the quota.
        resets_at: When the window ends, in seconds since the epoch; None: not known.
        requests: How many questions it would ask; None: those of the repositories.
    """
    asked = OF_EACH * repositories if requests is None else requests
    expected = max(0, asked - kept)
    reset = None if resets_at is None else datetime.fromtimestamp(resets_at, UTC)
    return Estimate(
        repositories=repositories,
        requests=asked,
        points_without_cache=asked,
        points_expected=expected,
        points_left=left,
        resets_at=reset,
        possible_at=reset if expected <= limit else None,
    )


def refusal_sentence(estimate: Estimate) -> str:
    """Why it is refused, for a person."""
    sentence = (
        f"the report on {estimate.repositories} repositories would cost about {estimate.points_expected} points, "
        f"and {estimate.points_left} are left"
    )
    if estimate.possible_at is not None:
        return f"{sentence}; there will be enough at {estimate.possible_at:%H:%M:%S} UTC"
    return (
        f"{sentence}; it is more than a whole window of the quota has, so that it takes several: what is fetched stays"
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
