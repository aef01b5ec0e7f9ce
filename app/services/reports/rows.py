"""One repository of an organization's report: its row, and what it adds to the sums."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, NamedTuple

from app.clients.github import models
from app.services.answers.organization_report import RepositoryRow
from app.services.answers.part import Part
from app.services.answers.report import Commits, Contributors
from app.services.answers.repository import Repository
from app.services.reports.durations import days_between, rounded
from app.services.reports.people import is_bot
from app.services.reports.signals import Facts, signals_of

SIGNALS: Final = frozenset({"archived", "no_license", "one_maintainer", "no_commit_for_a_year"})
"""Those that can be read from what is asked for here."""


class People(NamedTuple):
    """Who contributed: as it is told of one repository, and by login for the sums."""

    told: Contributors
    commits_by_login: Mapping[str, int]


class Looked(NamedTuple):
    """What was seen of one repository; None where its history was not asked for."""

    repository: Repository
    languages: Part[Mapping[str, int]] | None = None
    people: Part[People] | None = None
    commits: Part[Commits] | None = None

    @property
    def parts(self) -> dict[str, Part[object]]:
        """By name, those that were asked for."""
        parts = {"languages": self.languages, "contributors": self.people, "commits": self.commits}
        return {name: part for name, part in parts.items() if part is not None}  # type: ignore[misc]  # whatever they hold

    @property
    def state(self) -> Literal["complete", "stale", "partial"]:
        states = {part.state for part in self.parts.values()}
        return "partial" if "failed" in states else "stale" if "stale" in states else "complete"


def logins_of(counted: tuple[models.Contributor, ...]) -> Mapping[str, int]:
    """Commits of people with an account."""
    return {each.login: each.contributions for each in counted if each.login and not is_bot(each.login, each.type)}


def row_of(looked: Looked, now: datetime) -> RepositoryRow:
    """As it is told (`now` in UTC)."""
    repository = looked.repository
    people = None if looked.people is None or looked.people.value is None else looked.people.value.told
    commits = None if looked.commits is None else looked.commits.value
    signals = signals_of(Facts(repository, people, commits=commits), now, SIGNALS)
    return RepositoryRow(
        full_name=repository.full_name,
        state=looked.state,
        problems={name: part.problem for name, part in looked.parts.items() if part.problem is not None},
        language=repository.language,
        license=repository.license,
        visibility=repository.visibility,
        archived=repository.archived,
        fork=repository.fork,
        stars=repository.stars,
        forks=repository.forks,
        open_issues=repository.open_issues,
        pushed_at=repository.pushed_at,
        days_since_push=None if repository.pushed_at is None else rounded(days_between(repository.pushed_at, now)),
        commits_last_year=None if commits is None else commits.last_year,
        commits_last_13_weeks=None if commits is None else commits.last_13_weeks,
        contributors=None if people is None else people.people,
        more_contributors=None if people is None else people.more,
        half_of_commits_by=None if people is None else people.half_of_commits_by,
        signals=tuple(signal.name for signal in signals if signal.state == "raised"),
    )
