"""When releases come, and commits."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from app.clients.github import models
from app.services.answers.report import Commits, ReleaseMoment, Releases, WeekOfCommits
from app.services.reports.durations import days_between, in_utc, percentiles, rounded

YEAR: Final = timedelta(days=365)
WEEKS: Final = 13
"""A quarter of a year."""


def releases_of(counted: Sequence[models.Release], now: datetime, *, more: bool) -> Releases:
    """From GitHub's list, which holds drafts where the credential may see them.

    Args:
        counted: What was looked at.
        now: In UTC.
        more: Whether there are older ones.
    """
    moments = sorted((moment for release in counted if (moment := _moment(release)) is not None), key=_published)
    latest = next((moment for moment in reversed(moments) if not moment.prerelease), None)
    return Releases(
        counted=len(moments),
        more=more,
        latest=latest,
        days_since_latest=None if latest is None else rounded(days_between(latest.published_at, now)),
        last_year=sum(moment.published_at > now - YEAR for moment in moments),
        between=percentiles(days_between(one.published_at, other.published_at) for one, other in pairwise(moments)),
        time_line=tuple(moments),
    )


def commits_of(weeks: Sequence[models.CommitWeek]) -> Commits:
    """From GitHub's statistic of a year."""
    ordered = sorted(weeks, key=lambda week: week.week)
    counts = [week.total for week in ordered]
    return Commits(
        last_year=sum(counts),
        last_13_weeks=sum(counts[-WEEKS:]),
        before_13_weeks=sum(counts[-2 * WEEKS : -WEEKS]),
        active_weeks=sum(count > 0 for count in counts),
        weeks=tuple(
            WeekOfCommits(start=datetime.fromtimestamp(week.week, UTC).date(), commits=week.total) for week in ordered
        ),
    )


def _moment(release: models.Release) -> ReleaseMoment | None:
    if release.draft or release.published_at is None:
        return None
    return ReleaseMoment(
        tag_name=release.tag_name,
        name=release.name,
        published_at=in_utc(release.published_at),
        prerelease=release.prerelease,
        html_url=release.html_url,
    )


def _published(moment: ReleaseMoment) -> datetime:
    return moment.published_at
