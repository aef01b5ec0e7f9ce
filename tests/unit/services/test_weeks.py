"""The two statistics of GitHub become one year: pure, whatever their lengths and order."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.clients.github.models import CommitWeek, Participation
from app.services.answers.commit import Activity, Week
from app.services.weeks import activity_of

WEEK_SECONDS = 7 * 24 * 3600
FIRST = int(datetime(2025, 1, 5, tzinfo=UTC).timestamp())  # a Sunday


def week(number: int, total: int, days: tuple[int, ...] = ()) -> CommitWeek:
    return CommitWeek(week=FIRST + number * WEEK_SECONDS, total=total, days=days)


def owners(*commits: int) -> Participation:
    return Participation(all=tuple(commits), owner=tuple(commits))


def by_owner(activity: Activity) -> list[int | None]:
    return [week.by_owner for week in activity.weeks]


def test_a_week_tells_its_start_its_days_and_the_owners_part() -> None:
    activity = activity_of((week(0, 5, (0, 1, 2, 1, 1, 0, 0)),), owners(3))

    assert activity == Activity(
        total_commits=5,
        weeks=(Week(start=date(2025, 1, 5), commits=5, by_owner=3, days=(0, 1, 2, 1, 1, 0, 0)),),
    )


def test_weeks_are_put_in_order() -> None:
    activity = activity_of((week(2, 30), week(0, 10), week(1, 20)), owners(1, 2, 3))

    assert [(week.commits, week.by_owner) for week in activity.weeks] == [(10, 1), (20, 2), (30, 3)]
    assert activity.weeks[2].start - activity.weeks[0].start == timedelta(weeks=2)


def test_both_end_with_the_present_week_where_the_owners_are_fewer() -> None:
    assert by_owner(activity_of((week(0, 1), week(1, 1), week(2, 1)), owners(7))) == [None, None, 7]


def test_both_end_with_the_present_week_where_the_owners_are_more() -> None:
    assert by_owner(activity_of((week(0, 1), week(1, 1)), owners(9, 8, 7, 6))) == [7, 6]


def test_the_owners_part_is_null_where_github_does_not_tell() -> None:
    assert by_owner(activity_of((week(0, 1), week(1, 1)), Participation(all=(1, 1)))) == [None, None]


def test_a_repository_without_commits_has_no_weeks() -> None:
    assert activity_of((), owners(1, 2)) == Activity(total_commits=0, weeks=())


@given(
    totals=st.lists(st.integers(0, 10_000), max_size=60).flatmap(
        lambda totals: st.permutations(list(enumerate(totals)))
    ),
    parts=st.lists(st.integers(0, 10_000), max_size=60),
)
def test_nothing_is_lost_or_moved(totals: list[tuple[int, int]], parts: list[int]) -> None:
    activity = activity_of(tuple(week(number, total) for number, total in totals), owners(*parts))

    assert activity.total_commits == sum(total for _, total in totals)
    assert [week.commits for week in activity.weeks] == [total for _, total in sorted(totals)]
    missing = max(0, len(totals) - len(parts))
    assert by_owner(activity) == [None] * missing + parts[max(0, len(parts) - len(totals)) :]
