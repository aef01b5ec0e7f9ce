"""Two of GitHub's statistics as one year of weeks."""

from datetime import UTC, datetime

from app.clients.github.models import CommitWeek, Participation
from app.services.answers.commit import Activity, Week


def activity_of(weeks: tuple[CommitWeek, ...], participation: Participation) -> Activity:
    """Joins the two by position from the end: both finish with the present week, and one may be shorter."""
    ordered = sorted(weeks, key=lambda week: week.week)
    owners: list[int | None] = [None] * len(ordered)
    for back, commits in enumerate(reversed(participation.owner), start=1):
        if back > len(ordered):
            break
        owners[-back] = commits
    return Activity(
        total_commits=sum(week.total for week in ordered),
        weeks=tuple(
            Week(
                start=datetime.fromtimestamp(week.week, UTC).date(),
                commits=week.total,
                by_owner=by_owner,
                days=week.days,
            )
            for week, by_owner in zip(ordered, owners, strict=True)
        ),
    )
