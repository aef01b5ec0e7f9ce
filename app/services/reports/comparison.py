"""Reports on several repositories, side by side."""

import asyncio
from collections.abc import Callable, Sequence
from time import time

from app.clients.github import GitHubClient
from app.errors import HeadgateError
from app.services.answers.report import Compared, Comparison
from app.services.reports.measures import measures_of
from app.services.reports.parts import Parts, problem_of
from app.services.reports.repository import Reported, reported


class ComparisonService:
    """Compares repositories. One of them may be missing without the others: its place says why."""

    def __init__(self, github: GitHubClient, at_once: int, *, clock: Callable[[], float] = time) -> None:
        """Besides the client.

        Args:
            github: Asks GitHub.
            at_once: How many parts of all reports together may be under way at a time.
            clock: Seconds since the epoch.
        """
        self._github = github
        self._at_once = at_once
        self._clock = clock

    async def compare(self, names: Sequence[tuple[str, str]], *, strict: bool = False) -> Comparison:
        """The comparison.

        Args:
            names: Owner and name of each.
            strict: Whether one that lacks a part is none.

        Raises:
            HeadgateError: None of the repositories could be had: as for the first. Where `strict`: whatever is missing.
        """
        parts = Parts(asyncio.Semaphore(self._at_once), self._clock)
        found = await asyncio.gather(*(self._one(owner, name, parts) for owner, name in names))
        errors = [error for one in found for error in (one.errors if isinstance(one, Reported) else (one,))]
        if errors and (strict or not any(isinstance(one, Reported) for one in found)):
            raise errors[0].fresh()
        compared = tuple(
            Compared(
                name=f"{owner}/{name}",
                problem=None if isinstance(one, Reported) else problem_of(one),
                report=one.report if isinstance(one, Reported) else None,
            )
            for (owner, name), one in zip(names, found, strict=True)
        )
        return Comparison(repositories=compared, measures=measures_of([one.report for one in compared]))

    async def _one(self, owner: str, name: str, parts: Parts) -> Reported | HeadgateError:
        try:
            return await reported(self._github, owner, name, parts, self._clock)
        except HeadgateError as error:
            return error
