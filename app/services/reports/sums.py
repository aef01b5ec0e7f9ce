"""What the repositories of an organization are together."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Final

from app.services.answers.account import Organization
from app.services.answers.organization_report import (
    OrganizationContributor,
    OrganizationReport,
    OrganizationTotals,
    RepositoryRow,
    Risk,
)
from app.services.answers.part import Part
from app.services.answers.report import WeekOfCommits
from app.services.reports.durations import in_utc
from app.services.reports.rows import Looked, row_of
from app.services.repositories import languages_of

CONTRIBUTORS: Final = 50
RISKY: Final = 2
"""So many raised signals make a repository one to look at."""
DORMANT_DAYS: Final = 365
_LONG_AGO: Final = datetime(1, 1, 1, tzinfo=UTC)


class Sums:
    """Takes one repository after the other, and keeps no more of it than its row and numbers."""

    def __init__(self, now: datetime) -> None:
        """`now` is in UTC."""
        self._now = now
        self._rows: list[RepositoryRow] = []
        self._languages: Counter[str] = Counter()
        self._weeks: Counter[date] = Counter()
        self._commits: Counter[str] = Counter()
        self._repositories_of: Counter[str] = Counter()

    def add(self, looked: Looked) -> None:
        """One more."""
        self._rows.append(row_of(looked, self._now))
        if looked.languages is not None and looked.languages.value is not None:
            self._languages.update(looked.languages.value)
        if looked.commits is not None and looked.commits.value is not None:
            self._weeks.update({week.start: week.commits for week in looked.commits.value.weeks})
        if looked.people is not None and looked.people.value is not None:
            by_login = looked.people.value.commits_by_login
            self._commits.update(by_login)
            self._repositories_of.update(by_login.keys())

    def report(self, organization: Part[Organization], login: str) -> OrganizationReport:
        """All of them together."""
        rows = sorted(self._rows, key=_last_pushed, reverse=True)
        risky = [Risk(full_name=row.full_name, signals=row.signals) for row in rows if len(row.signals) >= RISKY]
        return OrganizationReport(
            login=login,
            reckoned_at=self._now,
            organization=organization,
            totals=self._totals(rows),
            incomplete=sum(row.state == "partial" for row in rows),
            stale=sum(row.state == "stale" for row in rows),
            weeks=tuple(WeekOfCommits(start=start, commits=count) for start, count in sorted(self._weeks.items())),
            languages=languages_of(self._languages),
            contributors=tuple(
                OrganizationContributor(login=person, commits=commits, repositories=self._repositories_of[person])
                for person, commits in self._commits.most_common(CONTRIBUTORS)
            ),
            dormant=tuple(
                row.full_name for row in rows if not row.archived and (row.days_since_push or 0) > DORMANT_DAYS
            ),
            risky=tuple(sorted(risky, key=lambda risk: -len(risk.signals))),
            repositories=tuple(rows),
        )

    def _totals(self, rows: Sequence[RepositoryRow]) -> OrganizationTotals:
        return OrganizationTotals(
            repositories=len(rows),
            archived=sum(row.archived for row in rows),
            forks=sum(row.fork for row in rows),
            private=sum(row.visibility != "public" for row in rows),
            stars=sum(row.stars for row in rows),
            forked=sum(row.forks for row in rows),
            open_issues=sum(row.open_issues for row in rows),
            commits_last_year=sum(row.commits_last_year or 0 for row in rows),
            contributors=len(self._commits),
        )


def _last_pushed(row: RepositoryRow) -> tuple[datetime, str]:
    return (_LONG_AGO if row.pushed_at is None else in_utc(row.pushed_at), row.full_name)
