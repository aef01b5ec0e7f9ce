"""What a report asks GitHub for, part by part, and what each part makes of it."""

import asyncio
from datetime import datetime
from typing import Final

from app.clients.github import GitHubClient
from app.clients.github.models import Issue
from app.clients.paging import Page
from app.services.absence import absence_of
from app.services.answers.part import Sample
from app.services.answers.report import Commits, Community, Contributors, OpenItems, Releases, Responses, Runs
from app.services.answers.repository import Language, Repository
from app.services.reports.cadence import commits_of, releases_of
from app.services.reports.durations import in_utc
from app.services.reports.open_items import MOST_PAGES, PER_PAGE, open_items, pages_of_sample
from app.services.reports.people import contributors_of
from app.services.reports.responses import responses_of
from app.services.reports.standing import community_of, runs_of
from app.services.repositories import languages_of
from app.services.together import together

RUNS: Final = 50
"""So many of the last runs are looked at, those of all branches: which is the default one is known only with the repository."""


class RepositoryQuestions:
    """About one repository, at one moment."""

    def __init__(self, github: GitHubClient, owner: str, repo: str, now: datetime) -> None:
        """Besides the client.

        Args:
            github: Asks GitHub.
            owner: Of the repository.
            repo: Its name.
            now: In UTC.
        """
        self._github = github
        self._name = (owner, repo)
        self._now = now
        self._facts: asyncio.Future[Repository] = asyncio.get_running_loop().create_future()

    @property
    def known(self) -> Repository:
        """The repository, once it is there."""
        return self._facts.result()

    async def repository(self) -> Repository:
        """What some of the others wait for; they are to be cancelled when it fails."""
        with absence_of(f"repository {'/'.join(self._name)}"):
            repository = Repository.of(await self._github.repository(*self._name))
        self._facts.set_result(repository)
        return repository

    async def languages(self) -> tuple[Language, ...]:
        return languages_of(await self._github.languages(*self._name))

    async def contributors(self) -> Contributors:
        page = await self._github.contributors(*self._name, per_page=PER_PAGE)
        return contributors_of(page.items, more=page.next is not None)

    async def releases(self) -> Releases:
        page = await self._github.releases(*self._name, per_page=PER_PAGE)
        return releases_of(page.items, self._now, more=page.next is not None)

    async def commits(self) -> Commits:
        return commits_of(await self._github.commit_activity(*self._name))

    async def issues(self) -> OpenItems:
        """Of GitHub's list of issues, which holds pull requests, too: those are told by themselves."""

        async def page(number: int) -> Page[Issue]:
            asked = self._github.issues(
                *self._name, state="open", sort="created", direction="asc", page=number, per_page=PER_PAGE
            )
            return await asked

        first = await page(1)
        items, of, choice = list(first.items), len(first.items), "all of them"
        if first.next is not None:
            of = max(of, (await asyncio.shield(self._facts)).open_issues)
            pages = pages_of_sample(of)
            for number in pages[1:]:
                items += (await page(number)).items
            if len(pages) * PER_PAGE < of:
                choice = f"{len(pages)} pages of {PER_PAGE} issues and pull requests, evenly spread from the oldest to the newest"
        created = [in_utc(item.created_at) for item in items if item.created_at and item.pull_request is None]
        complete = choice == "all of them"
        sample = Sample(size=len(created), of=len(created) if complete else None, complete=complete, choice=choice)
        return open_items(created, self._now, len(created) if complete else None, sample)

    async def pulls(self) -> OpenItems:
        """The oldest, as many pages as we allow."""
        page = await self._github.pulls(*self._name, state="open", sort="created", direction="asc", per_page=PER_PAGE)
        items = list(page.items)
        for _ in range(MOST_PAGES - 1):
            if page.next is None:
                break
            page = await page.turn(page.next)
            items += page.items
        complete = page.next is None
        created = [in_utc(item.created_at) for item in items if item.created_at]
        sample = Sample(
            size=len(created),
            of=len(created) if complete else None,
            complete=complete,
            choice="all of them" if complete else f"the {len(created)} oldest",
        )
        return open_items(created, self._now, len(created) if complete else None, sample)

    async def responses(self) -> Responses:
        issues, comments = await together(
            self._github.issues(*self._name, state="all", sort="created", direction="desc", per_page=PER_PAGE),
            self._github.comments(*self._name, sort="created", direction="desc", per_page=PER_PAGE),
        )
        return responses_of(
            issues.items,
            comments.items,
            self._now,
            more_issues=issues.next is not None,
            more_comments=comments.next is not None,
        )

    async def community(self) -> Community:
        return community_of(await self._github.community_profile(*self._name))

    async def runs(self) -> Runs:
        page = await self._github.workflow_runs(*self._name, per_page=RUNS)
        return runs_of(page.items, (await asyncio.shield(self._facts)).default_branch)
