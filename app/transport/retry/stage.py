"""The stage that asks again. Every attempt passes what is below, so that breaker and budget count each."""

import asyncio
from collections.abc import Awaitable, Callable

from app.call import current_call
from app.errors import DeadlineExceeded, HeadgateError
from app.logs.logger import logger_of
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Health
from app.transport.retry.allowance import Allowance
from app.transport.retry.rules import RetryRules, was_sent
from app.transport.stage import Stage

logger = logger_of(__name__)

Outcome = Reply | HeadgateError
"""What an attempt ended in."""


def _at_once() -> float:
    return 0.0


class Retry:
    """Sends a request once more when what came of it may be better a moment later, while somebody waits for it.

    What the last attempt ended in goes up as it is, be it a reply or an error.

    Raises (besides what comes from below):
        DeadlineExceeded: The caller's time ran out while we waited, and the reply before that was a stream, which is
            closed.
    """

    def __init__(
        self,
        following: Stage,
        upstream: str,
        rules: RetryRules,
        allowance: Allowance,
        dialect: Dialect,
        health: Health,
        *,
        clock: Callable[[], float],
        monotonic: Callable[[], float],
        random: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        quick_seconds: Callable[[], float] = _at_once,
    ) -> None:
        """Besides its collaborators.

        Args:
            health: Where it counts what it sends again.
            clock: Seconds since the epoch.
            monotonic: Seconds on the event loop's clock, on which deadlines are.
            random: A number from 0 (included) to 1 (not included).
            sleep: Waits for so many seconds, before an attempt.
            quick_seconds: How long an attempt takes at the least; none is begun that could not end in time.
        """
        self._following = following
        self._upstream = upstream
        self._rules = rules
        self._allowance = allowance
        self._dialect = dialect
        self._health = health
        self._clock = clock
        self._monotonic = monotonic
        self._random = random
        self._sleep = sleep
        self._quick_seconds = quick_seconds

    async def send(self, request: Request) -> Reply:
        began = self._monotonic()
        self._allowance.count(began)
        outcome: Outcome
        try:
            outcome = await self._following.send(request)
        except HeadgateError as error:
            outcome = error
            if not was_sent(error):
                self._allowance.take_back(began)
        else:
            if outcome.status < 400:
                return outcome
        return await self._again(request, outcome)  # out here, or one error would be the context of the next

    async def _again(self, request: Request, outcome: Outcome) -> Reply:
        """What the last attempt brings, the first having ended in `outcome`."""
        for attempt in range(2, self._rules.attempts_for(request) + 1):
            pause = self._pause(outcome, attempt)
            if pause is None:
                break
            sent = was_sent(outcome)  # else upstream has not been asked yet: no repeat that it could suffer from
            if sent and not self._allowance.grants(self._monotonic()):
                break
            if not isinstance(outcome, HeadgateError | Buffered):
                outcome.close()  # it would keep a connection while we wait
            await self._sleep(pause)
            if self._monotonic() >= current_call().begin_until:  # whoever waited has left meanwhile
                if not isinstance(outcome, HeadgateError | Buffered):
                    raise DeadlineExceeded(f"no time left to ask {self._upstream} again")
                break
            logger.info(
                "asking again",
                upstream=self._upstream,
                attempt=attempt,
                after_seconds=round(pause, 2),
                reason=outcome.code if isinstance(outcome, HeadgateError) else outcome.status,
            )
            self._health.repeated += sent
            outcome = await self._attempt(request)
        if isinstance(outcome, HeadgateError):
            raise outcome
        return outcome

    def _pause(self, outcome: Outcome, attempt: int) -> float | None:
        """How long to wait before `attempt`; None: the outcome is the last."""
        wanted = self._rules.wanted_wait(outcome, self._dialect, self._clock())
        if wanted is None:
            return None
        pause = self._rules.pause(wanted, attempt, self._random)
        begin_until = current_call().begin_until
        return pause if self._monotonic() + pause + self._quick_seconds() < begin_until else None

    async def _attempt(self, request: Request) -> Outcome:
        try:
            return await self._following.send(request)
        except HeadgateError as error:
            return error
