"""The report on a repository: one answer made of about ten questions that are asked at once."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from time import time
from typing import NamedTuple

from app.call import current_call
from app.clients.github import GitHubClient
from app.errors import HeadgateError
from app.services.answers.report import RepositoryReport
from app.services.reports.parts import Parts
from app.services.reports.questions import RepositoryQuestions
from app.services.reports.reckoned import Reckoned
from app.services.reports.signals import Facts, signals_of


class Reported(NamedTuple):
    """A report, and the errors of its failed parts in the order of the parts."""

    report: RepositoryReport
    errors: tuple[HeadgateError, ...]


class RepositoryReportService:
    """Reports on one repository. A former name of a renamed one works like the present one."""

    def __init__(self, github: GitHubClient, at_once: int, *, clock: Callable[[], float] = time) -> None:
        """Besides the client.

        Args:
            github: Asks GitHub.
            at_once: How many parts may be under way at a time.
            clock: Seconds since the epoch.
        """
        self._github = github
        self._at_once = at_once
        self._clock = clock

    async def report(self, owner: str, repo: str, *, strict: bool = False) -> RepositoryReport:
        """The report.

        Args:
            owner: Of the repository.
            repo: Its name.
            strict: Whether a report that lacks a part is none.

        Raises:
            HeadgateError: The repository could not be had; or, where `strict`, a part of the report.
        """
        parts = Parts(asyncio.Semaphore(self._at_once), self._clock)
        report, errors = await reported(self._github, owner, repo, parts, self._clock)
        if strict and errors:
            raise errors[0].fresh()
        return report


async def reported(github: GitHubClient, owner: str, repo: str, parts: Parts, clock: Callable[[], float]) -> Reported:
    """A report, whole or in part.

    Args:
        github: Asks GitHub.
        owner: Of the repository.
        repo: Its name.
        parts: Runs what is asked; several reports may share it.
        clock: Seconds since the epoch.

    Raises:
        HeadgateError: The repository could not be had.
    """
    current_call().sources.append(Reckoned(clock(), clock))
    now = datetime.fromtimestamp(clock(), UTC)
    ask = RepositoryQuestions(github, owner, repo, now)
    async with asyncio.TaskGroup() as group:
        # The repository comes first, also where places are few: others wait for what it says, in places of their own.
        repository = group.create_task(parts.run(ask.repository))
        languages = group.create_task(parts.run(ask.languages))
        contributors = group.create_task(parts.run(ask.contributors))
        releases = group.create_task(parts.run(ask.releases))
        commits = group.create_task(parts.run(ask.commits))
        issues = group.create_task(parts.run(ask.issues))
        pulls = group.create_task(parts.run(ask.pulls))
        responses = group.create_task(parts.run(ask.responses))
        community = group.create_task(parts.run(ask.community))
        runs = group.create_task(parts.run(ask.runs))
        others = (languages, contributors, releases, commits, issues, pulls, responses, community, runs)
        facts = await repository
        if facts.error is not None:
            for task in others:
                task.cancel()
    if facts.error is not None:
        raise facts.error
    known = Facts(
        ask.known,
        contributors.result().part.value,
        releases.result().part.value,
        commits.result().part.value,
        pulls.result().part.value,
        responses.result().part.value,
        community.result().part.value,
        runs.result().part.value,
    )
    report = RepositoryReport(
        full_name=ask.known.full_name,
        reckoned_at=now,
        repository=facts.part,
        languages=languages.result().part,
        contributors=contributors.result().part,
        releases=releases.result().part,
        commits=commits.result().part,
        issues=issues.result().part,
        pulls=pulls.result().part,
        responses=responses.result().part,
        community=community.result().part,
        runs=runs.result().part,
        signals=signals_of(known, now),
    )
    return Reported(report, tuple(error for task in others if (error := task.result().error) is not None))
