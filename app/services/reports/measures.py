"""The numbers by which repositories are compared."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from app.services.answers.report import Measure, RepositoryReport


class _Measured(NamedTuple):
    """`path` leads to it through a report; a share is told in percent."""

    name: str
    title: str
    unit: str
    path: str


def measures_of(reports: Sequence[RepositoryReport | None]) -> tuple[Measure, ...]:
    """Null where a part, or the whole, is missing."""
    return tuple(
        Measure(
            name=measured.name,
            title=measured.title,
            unit=measured.unit,
            values=tuple(_value(report, measured) for report in reports),
        )
        for measured in _MEASURES
    )


def _value(report: RepositoryReport | None, measured: _Measured) -> float | None:
    thing: Any = report
    for name in measured.path.split("."):
        if thing is None:
            return None
        thing = getattr(thing, name)
    if isinstance(thing, tuple):
        return float(sum(signal.state == "raised" for signal in thing))
    if thing is None:
        return None
    return round(100 * thing, 2) if measured.path.endswith("_share") else float(thing)


_MEASURES: Final = (
    _Measured("stars", "Stars", "count", "repository.value.stars"),
    _Measured("forks", "Forks", "count", "repository.value.forks"),
    _Measured("contributors", "Contributors", "count", "contributors.value.people"),
    _Measured(
        "half_of_commits_by", "People who made half of the commits", "count", "contributors.value.half_of_commits_by"
    ),
    _Measured("commits_last_year", "Commits in a year", "count", "commits.value.last_year"),
    _Measured("commits_last_13_weeks", "Commits in 13 weeks", "count", "commits.value.last_13_weeks"),
    _Measured("releases_last_year", "Releases in a year", "count", "releases.value.last_year"),
    _Measured("days_since_release", "Since the latest release", "days", "releases.value.days_since_latest"),
    _Measured("open_issues", "Open issues", "count", "issues.value.open"),
    _Measured("open_issue_age", "Age of open issues (median)", "days", "issues.value.ages.p50_days"),
    _Measured("open_pulls", "Open pull requests", "count", "pulls.value.open"),
    _Measured("open_pull_age", "Age of open pull requests (median)", "days", "pulls.value.ages.p50_days"),
    _Measured("first_response", "First response (median)", "days", "responses.value.first_response.estimate.p50_days"),
    _Measured("close", "Until closed (median)", "days", "responses.value.close.estimate.p50_days"),
    _Measured("health", "Community health", "percent", "community.value.health_percent"),
    _Measured("runs_succeeded", "Runs that succeeded", "percent", "runs.value.success_share"),
    _Measured("signals_raised", "Signals raised", "count", "signals"),
)
