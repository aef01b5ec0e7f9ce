"""The parts of a report: asked for side by side, each complete, stale or failed by itself.

    parts = Parts(asyncio.Semaphore(10), clock)
    async with asyncio.TaskGroup() as group:
        languages = group.create_task(parts.run(lambda: service.languages("acme", "rocket")))
    report = Report(languages=languages.result().part, …)

What is done for a part is done for the call that wants the whole: its exchanges, points and sources are joined to it when
the part ends, so that headers, logs and usage tell the same as if all had been asked for one after the other.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Final, Generic, TypeVar, cast

from app.call import Call, Source, current_call, is_served_stale, serving
from app.errors import DeadlineExceeded, HeadgateError, NotAsked, RateLimited, StillComputing, UpstreamFailed
from app.services.answers.part import Part, PartProblem

T = TypeVar("T")

MARGIN_SECONDS: Final = 0.25
MARGIN_SHARE: Final = 0.1
"""So long before the caller's deadline, and no larger a part of what is left, a part that is not there counts as failed: the
rest still has to be written and to reach the caller in time.
"""


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What became of a part.

    Attributes:
        part: As it is told.
        error: Why it failed, for who does without nothing; None: it did not.
    """

    part: Part[T]
    error: HeadgateError | None

    def had(self) -> T:
        """What the part holds.

        Raises:
            HeadgateError: Why it holds nothing.
        """
        if self.error is not None:
            raise self.error
        return cast("T", self.part.value)


class Parts:
    """Runs parts, so many at a time."""

    def __init__(self, places: asyncio.Semaphore, clock: Callable[[], float]) -> None:
        """Besides the clock (seconds since the epoch).

        Args:
            places: One for each part that is under way; first come, first served.
        """
        self._places = places
        self._clock = clock

    async def run(self, ask: Callable[[], Awaitable[T]]) -> Outcome[T]:
        """Awaits `ask()` as a part of what is done for the current call. In a task of its own."""
        whole = current_call()
        call = whole.of_part()
        call.deadline = part_deadline(whole.deadline, asyncio.get_running_loop().time())
        try:
            with serving(call):
                value = await self._in_its_place(call, ask)
        except HeadgateError as error:
            call.sources.append(None)  # an answer that lacks something is not kept as if it were whole
            return Outcome(Part[T](state="failed", as_of=None, problem=problem_of(error), value=None), error)
        finally:
            whole.join(call)
        return Outcome(had(value, call.sources, self._clock()), None)

    async def _in_its_place(self, call: Call, ask: Callable[[], Awaitable[T]]) -> T:
        if call.deadline == inf:
            async with self._places:
                return await ask()
        try:
            async with asyncio.timeout_at(call.deadline):
                await self._places.acquire()
        except TimeoutError:
            raise DeadlineExceeded("there was no time left to ask for this") from None
        try:
            return await ask()
        finally:
            self._places.release()


def had(value: T, sources: Sequence[Source | None], now: float) -> Part[T]:
    """A part that is there, made of the replies `sources` at the moment `now` (seconds since the epoch)."""
    known = [source for source in sources if source is not None]
    return Part[T](
        state="stale" if any(is_served_stale(source, now) for source in known) else "complete",
        as_of=datetime.fromtimestamp(min(source.born_at for source in known), UTC) if known else None,
        problem=None,
        value=value,
    )


def part_deadline(deadline: float, now: float) -> float:
    """When a part must be there for the whole to be in time; both on one clock, in seconds."""
    return deadline if deadline == inf else deadline - min(MARGIN_SECONDS, MARGIN_SHARE * max(0.0, deadline - now))


def problem_of(error: HeadgateError) -> PartProblem:
    """Why something is missing."""
    return PartProblem(code=error.code, detail=error.detail, retry_after_seconds=_retry_after_seconds(error))


def _retry_after_seconds(error: HeadgateError) -> float | None:
    if isinstance(error, NotAsked | RateLimited | StillComputing | UpstreamFailed):
        return error.retry_after_seconds
    return None
