"""The report on a repository."""

from datetime import date, datetime

from pydantic import Field

from app.services.answers.answer import Answer
from app.services.answers.part import Part, PartProblem, Percentiles, Sample, Signal
from app.services.answers.repository import Language, Repository
from app.services.answers.workflow_run import WorkflowRun


class ContributorShare(Answer):
    login: str | None = Field(description="Null for somebody without an account.")
    name: str | None
    commits: int
    share: float = Field(description="Of all commits that were counted (0 to 1).")


class Contributors(Answer):
    """GitHub names a hundred at most on the page that is asked for, by number of commits."""

    people: int = Field(description="How many were counted; bots are not.")
    bots: int
    more: bool = Field(description="Whether there are more than were counted.")
    commits: int = Field(description="Of those people.")
    half_of_commits_by: int | None = Field(
        description="How many people made half of the commits; null: nobody made any."
    )
    top: tuple[ContributorShare, ...] = Field(description="Ten at most, most commits first.")


class ReleaseMoment(Answer):
    tag_name: str
    name: str | None
    published_at: datetime
    prerelease: bool
    html_url: str | None


class Releases(Answer):
    """Published ones; drafts are not counted."""

    counted: int
    more: bool = Field(description="Whether there are older ones that were not counted.")
    latest: ReleaseMoment | None = Field(description="The newest that is no prerelease.")
    days_since_latest: float | None
    last_year: int = Field(description="How many in the last 365 days, prereleases included.")
    between: Percentiles = Field(description="From one to the next.")
    time_line: tuple[ReleaseMoment, ...] = Field(description="Oldest first.")


class WeekOfCommits(Answer):
    start: date = Field(description="A Sunday.")
    commits: int


class Commits(Answer):
    """A year of the default branch."""

    last_year: int
    last_13_weeks: int
    before_13_weeks: int = Field(description="In the thirteen weeks before those.")
    active_weeks: int = Field(description="Weeks with a commit.")
    weeks: tuple[WeekOfCommits, ...] = Field(description="Oldest first.")


class AgeGroup(Answer):
    label: str = Field(description="Such as `under a week`.")
    under_days: int | None = Field(description="Its bound; null for the last.")
    count: int


class OpenItems(Answer):
    """Open issues, or open pull requests, and how long they have been open."""

    open: int | None = Field(description="How many there are; null: more than were looked at, and GitHub does not say.")
    ages: Percentiles
    oldest_days: float | None
    groups: tuple[AgeGroup, ...] = Field(description="Of the sample, the youngest first.")
    sample: Sample


class Duration(Answer):
    """How long something took, where some are still waiting for it: those count for as long as they have waited
    (Kaplan and Meier, 1958).
    """

    done: int
    waiting: int
    estimate: Percentiles


class Responses(Answer):
    """Of issues and pull requests that were opened lately."""

    first_response: Duration = Field(description="Until somebody but the author (and no bot) commented.")
    close: Duration
    sample: Sample
    opened_since: datetime | None = Field(description="The oldest of the sample; null: it is empty.")


class CommunityFile(Answer):
    name: str
    present: bool


class Community(Answer):
    health_percent: int = Field(description="GitHub's own figure.")
    files: tuple[CommunityFile, ...]


class WorkflowState(Answer):
    name: str
    runs: int
    last: WorkflowRun
    success_share: float | None = Field(description="Of the runs that ended in success or failure; null: none has.")


class Runs(Answer):
    """The last runs on the default branch."""

    counted: int
    success_share: float | None
    workflows: tuple[WorkflowState, ...] = Field(description="Each with its last run, the latest first.")


class RepositoryReport(Answer):
    """Each part is complete, stale or failed by itself; only without the repository there is no report."""

    full_name: str = Field(description="As the repository is called now.")
    reckoned_at: datetime = Field(description="Ages are as of then.")
    repository: Part[Repository]
    languages: Part[tuple[Language, ...]]
    contributors: Part[Contributors]
    releases: Part[Releases]
    commits: Part[Commits]
    issues: Part[OpenItems]
    pulls: Part[OpenItems]
    responses: Part[Responses]
    community: Part[Community]
    runs: Part[Runs]
    signals: tuple[Signal, ...]


class Measure(Answer):
    """One number of each repository, in the order in which they were asked for; null where it is not known."""

    name: str
    title: str
    unit: str = Field(description="`count`, `days`, `percent`; empty: none.")
    values: tuple[float | None, ...]


class Compared(Answer):
    name: str = Field(description="As it was asked for.")
    problem: PartProblem | None = Field(description="Why there is no report; else null.")
    report: RepositoryReport | None


class Comparison(Answer):
    """Reports side by side."""

    repositories: tuple[Compared, ...]
    measures: tuple[Measure, ...]
