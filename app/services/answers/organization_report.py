"""The report on an organization, and how far it has come."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.services.answers.account import Organization
from app.services.answers.answer import Answer
from app.services.answers.part import Part, PartProblem
from app.services.answers.report import WeekOfCommits
from app.services.answers.repository import Language


class RepositoryRow(Answer):
    """One of its repositories. What a failed part would have told is null, and so is the history of a fork: it is that of
    another repository, and not asked for.
    """

    full_name: str
    state: Literal["complete", "stale", "partial"]
    problems: dict[str, PartProblem] = Field(description="By the name of the part that failed.")
    language: str | None
    license: str | None
    visibility: str
    archived: bool
    fork: bool
    stars: int
    forks: int
    open_issues: int = Field(description="Pull requests included, as GitHub counts them.")
    pushed_at: datetime | None
    days_since_push: float | None
    commits_last_year: int | None
    commits_last_13_weeks: int | None
    contributors: int | None
    more_contributors: bool | None = Field(description="Whether there are more than were counted (a hundred).")
    half_of_commits_by: int | None
    signals: tuple[str, ...] = Field(description="Names of those that are raised.")


class OrganizationTotals(Answer):
    repositories: int
    archived: int
    forks: int = Field(description="Repositories that are forks of others.")
    private: int
    stars: int
    forked: int = Field(description="How often all of them were forked.")
    open_issues: int
    commits_last_year: int = Field(description="Of those that could be counted.")
    contributors: int = Field(description="Different ones with an account; bots are not counted.")


class OrganizationContributor(Answer):
    login: str
    commits: int
    repositories: int


class Risk(Answer):
    full_name: str
    signals: tuple[str, ...]


class OrganizationReport(Answer):
    """What could not be had of some repositories is missing from the sums, and `incomplete` says of how many."""

    login: str
    reckoned_at: datetime
    organization: Part[Organization]
    totals: OrganizationTotals
    incomplete: int = Field(description="Repositories of which some part has failed.")
    stale: int = Field(description="Repositories of which some part is older than upstream would have it.")
    weeks: tuple[WeekOfCommits, ...] = Field(description="Of all repositories together, oldest first.")
    languages: tuple[Language, ...]
    contributors: tuple[OrganizationContributor, ...] = Field(description="Fifty at most, most commits first.")
    dormant: tuple[str, ...] = Field(description="Not archived, and nothing pushed for a year.")
    risky: tuple[Risk, ...] = Field(description="With two raised signals or more, most first.")
    repositories: tuple[RepositoryRow, ...] = Field(description="Last pushed first.")


class Progress(Answer):
    """How far a long report has come."""

    done: int = Field(description="Repositories.")
    total: int
    points_spent: int
    seconds: float = Field(description="Since it began.")
    seconds_left: float | None = Field(description="About; null: not known yet.")


class Estimate(Answer):
    """What a report would cost, before it is begun."""

    repositories: int
    requests: int
    points_without_cache: int = Field(
        description="If nothing were in the cache, and GitHub had to compute each statistic: then it is asked once more."
    )
    points_expected: int = Field(description="Without what is in the cache, which costs nothing while it is unchanged.")
    points_left: int = Field(
        description="Of the quota, without what is kept for callers of higher classes; or of what the caller's key may spend "
        "in a day, where that is why."
    )
    resets_at: datetime | None
    possible_at: datetime | None = Field(
        description="When there will be enough; null: never in one window of the quota, or one day of the key."
    )
