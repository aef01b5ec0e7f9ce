"""The report on an organization: hundreds of repositories, told as it goes."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from math import ceil
from time import time
from typing import Any, Final, NamedTuple, TypeVar

from app.call import Call, Urgency, current_call, serving
from app.clients.github import GitHubClient
from app.errors import HeadgateError, NotCached, ReportNotAffordable
from app.logs.logger import logger_of
from app.services.absence import absence_of
from app.services.answers.account import Organization
from app.services.answers.organization_report import OrganizationReport, Progress
from app.services.answers.part import Part, PartProblem
from app.services.answers.report import Commits
from app.services.answers.repository import Repository
from app.services.reports.cadence import commits_of
from app.services.reports.durations import DAY_SECONDS
from app.services.reports.estimate import (
    Kept,
    Purse,
    estimate_of,
    points_of,
    purse_of,
    refusal_sentence,
    retry_after_seconds,
    seconds_left,
)
from app.services.reports.parts import Parts
from app.services.reports.people import contributors_of
from app.services.reports.rows import Looked, People, logins_of
from app.services.reports.sums import Sums

TOLD_EVERY_SECONDS: Final = 0.25
PER_PAGE: Final = 100
ONLY_KEPT: Final = "only-if-cached, max-stale"
UNFORESEEN: Final = PartProblem(
    code="internal",
    detail="Something unforeseen went wrong; the log has it under the request id.",
    retry_after_seconds=None,
)

T = TypeVar("T")

logger = logger_of(__name__)


class _Listed(NamedTuple):
    organization: Organization
    repositories: tuple[Repository, ...]


class OrganizationReportService:
    """Reports on organizations."""

    def __init__(
        self,
        github: GitHubClient,
        at_once: int,
        seconds: float,
        kept_share: Callable[[Urgency], float],
        *,
        clock: Callable[[], float] = time,
    ) -> None:
        """Besides the client.

        Args:
            github: Asks GitHub.
            at_once: How many repositories may be looked at at a time.
            seconds: How long a report may take, where its caller gives it as long.
            kept_share: Which part of the quota (0 to 1) is kept from callers of a class.
            clock: Seconds since the epoch.
        """
        self._github = github
        self._at_once = at_once
        self._seconds = seconds
        self._kept_share = kept_share
        self._clock = clock

    async def report(
        self, org: str, urgency: Urgency | None = None
    ) -> AsyncGenerator[Progress | OrganizationReport, None]:
        """Tells how far it has come, and at last the report. Whoever stops listening ends it; what was fetched is kept by
        the cache, so that the next time begins where this one ended.

        Args:
            org: Its login.
            urgency: The class, no higher than the caller's, of what is asked of each repository; None: the caller's.

        Raises:
            ReportNotAffordable: It would cost more points than are left. Nothing but the list was asked for.
            HeadgateError: The organization, or the list of its repositories, could not be had.
        """
        loop = asyncio.get_running_loop()
        began, whole = loop.time(), current_call()
        whole.sources.append(None)  # made of more than is worth remembering as one answer
        call = whole.of_part()
        call.deadline = min(whole.deadline, began + self._seconds)
        parts = Parts(asyncio.Semaphore(self._at_once), self._clock)
        now = datetime.fromtimestamp(self._clock(), UTC)
        work = _Work(self._github, org, parts, call, Sums(now))
        try:
            with serving(call):
                listed = await work.listed()
                work.total = len(listed.repositories)
                lower = call.urgency if urgency is None else min(call.urgency, urgency)
                await self._check(call, listed.repositories, self._kept_share(lower))
                call.urgency = lower
                done = loop.create_task(work.look_at(listed.repositories, self._at_once))
            try:
                while not done.done():
                    yield work.progress(loop.time() - began)
                    await asyncio.wait({done}, timeout=TOLD_EVERY_SECONDS)
                done.result()
            finally:
                done.cancel()
                await asyncio.gather(done, return_exceptions=True)
            yield work.progress(loop.time() - began)
            yield work.sums.report(work.organization, listed.organization.login)
        finally:
            whole.points += call.points
            whole.exchanges += call.exchanges

    async def _check(self, call: Call, repositories: tuple[Repository, ...], kept_share: float) -> None:
        """Whether what is left bears it, of which a share is kept for others. What is left is asked for: that costs nothing."""
        asked = [repository for repository in repositories if not repository.fork]
        asking = call.of_part()
        asking.cache_control = "no-cache"
        try:
            with serving(asking):
                quota = (await self._github.rate_limit()).resources.get("core")
        except HeadgateError:
            return  # a GitHub Enterprise Server without limits says 404; whatever else is wrong, the parts will tell
        purses: dict[str, Purse] = {}
        if quota is not None:
            purses["of the quota"] = purse_of(quota.remaining, quota.limit, float(quota.reset), kept_share)
        if (allowance := call.allowance) is not None:
            purses["of what this key may spend in a day"] = Purse(allowance.left, allowance.limit, self._midnight())
        if all(points_of(len(asked), Kept()) <= purse.left for purse in purses.values()):
            return
        kept = await self._kept(call, asked)
        for whose, purse in purses.items():
            estimate = estimate_of(len(asked), kept, purse)
            if estimate.points_expected > purse.left:
                wait_seconds = retry_after_seconds(estimate, self._clock())
                raise ReportNotAffordable(refusal_sentence(estimate, purse, whose), wait_seconds, estimate)

    def _midnight(self) -> float:
        """When the next day begins (UTC), in seconds since the epoch."""
        return (self._clock() // DAY_SECONDS + 1) * DAY_SECONDS

    async def _kept(self, call: Call, repositories: list[Repository]) -> Kept:
        """What the cache has. What is old counts, too: while it is unchanged it costs nothing."""
        asking = call.of_part()
        asking.cache_control = ONLY_KEPT
        kept: Counter[str] = Counter()
        with serving(asking):
            for repository in repositories:
                for name, question in _questions(self._github, repository).items():
                    try:
                        await question()
                    except NotCached:
                        continue
                    except HeadgateError:
                        pass  # an answer, though not one that helps: it is kept as well
                    kept[name] += 1
        return Kept(kept.total(), kept["commits"])


class _Work:
    """A report under way.

    Attributes:
        done: How many repositories have been looked at.
        organization: As it is told; set by `listed`.
        sums: Of those.
        total: How many there are.
    """

    organization: Part[Organization]

    def __init__(self, github: GitHubClient, org: str, parts: Parts, call: Call, sums: Sums) -> None:
        self._github = github
        self._org = org
        self._parts = parts
        self._call = call
        self.sums = sums
        self.done = 0
        self.total = 0

    def progress(self, seconds: float) -> Progress:
        return Progress(
            done=self.done,
            total=self.total,
            points_spent=self._call.points,
            seconds=round(seconds, 3),
            seconds_left=seconds_left(self.done, self.total, seconds),
        )

    async def listed(self) -> _Listed:
        """The organization, and all of its repositories."""
        outcome = await self._parts.run(self._list)
        listed, part = outcome.had(), outcome.part
        self.organization = Part[Organization](
            state=part.state, as_of=part.as_of, problem=None, value=listed.organization
        )
        return listed

    async def _list(self) -> _Listed:
        with absence_of(f"organization {self._org}"):
            organization = Organization.of(await self._github.organization(self._org))
        return _Listed(organization, await self._repositories(organization.public_repos))

    async def _repositories(self, expected: int) -> tuple[Repository, ...]:
        """Page after page, as many at once as there should be; by name, so that none moves from one to another."""

        async def page(number: int) -> Any:
            return await self._github.organization_repositories(
                self._org, sort="full_name", page=number, per_page=PER_PAGE
            )

        pages = await asyncio.gather(*(page(number) for number in range(1, max(1, ceil(expected / PER_PAGE)) + 1)))
        found = {each.id: each for one in pages for each in one.items}
        last = pages[-1]
        while last.next is not None:
            last = await last.turn(last.next)
            found |= {each.id: each for each in last.items}
        return tuple(Repository.of(each) for each in found.values())

    async def look_at(self, repositories: tuple[Repository, ...], at_once: int) -> None:
        """At all of them, so many at a time."""
        waiting = iter(repositories)

        async def one_after_the_other() -> None:
            for repository in waiting:
                self.sums.add(await self._looked(repository))
                self.done += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(repositories))):
                group.create_task(one_after_the_other())

    async def _looked(self, repository: Repository) -> Looked:
        if repository.fork:
            return Looked(repository)
        call = self._call.of_part()
        with serving(call):
            try:
                ask = _questions(self._github, repository)
                languages = await self._part(ask["languages"])
                people = await self._part(ask["contributors"])
                commits = await self._part(ask["commits"])
            finally:
                # Without the replies: hundreds of them would be held in memory until the end.
                self._call.points += call.points
                self._call.exchanges += call.exchanges
        return Looked(repository, languages, people, commits)

    async def _part(self, ask: Callable[[], Awaitable[T]]) -> Part[T]:
        try:
            return (await self._parts.run(ask)).part
        except Exception:  # a fault of ours over one of hundreds: the row says so, and the log has it
            logger.exception("unforeseen error in a part of a report", request_id=self._call.request_id)
            return Part[T](state="failed", as_of=None, problem=UNFORESEEN, value=None)


def _questions(github: GitHubClient, repository: Repository) -> dict[str, Callable[[], Coroutine[Any, Any, Any]]]:
    owner, name = repository.owner.login, repository.name

    async def languages() -> Mapping[str, int]:
        return await github.languages(owner, name)

    async def contributors() -> People:
        page = await github.contributors(owner, name, per_page=PER_PAGE)
        return People(contributors_of(page.items, more=page.next is not None), logins_of(page.items))

    async def commits() -> Commits:
        return commits_of(await github.commit_activity(owner, name))

    return {"languages": languages, "contributors": contributors, "commits": commits}
