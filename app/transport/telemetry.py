"""The outermost stage: what was asked, what came of it, how long it took. Writes the call's record; never raises."""

from collections.abc import Callable
from functools import partial

from app.call import Call, Exchange, current_call
from app.errors import HeadgateError, UpstreamError
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Failure, Health
from app.transport.stage import Stage


class Telemetry:
    """Measures every exchange, to the end of its body."""

    def __init__(
        self,
        following: Stage,
        upstream: str,
        dialect: Dialect,
        health: Health,
        *,
        clock: Callable[[], float],
        stopwatch: Callable[[], float],
    ) -> None:
        """Besides its collaborators.

        Args:
            clock: Seconds since the epoch.
            stopwatch: Seconds since any moment, never going back.
        """
        self._following = following
        self._upstream = upstream
        self._dialect = dialect
        self._health = health
        self._clock = clock
        self._stopwatch = stopwatch

    async def send(self, request: Request) -> Reply:
        call = current_call()
        started = self._stopwatch()
        try:
            reply = await self._following.send(request)
        except HeadgateError as error:
            self._ended(call, request.method, None, started, error)
            raise
        if call.identity is None:
            for quota in self._dialect.quotas(reply.headers):
                self._health.quotas[quota.resource] = quota
        if isinstance(reply, Buffered):
            self._ended(call, request.method, reply.status, started, None)
        else:
            reply.on_end(partial(self._ended, call, request.method, reply.status, started))
        return reply

    def _ended(self, call: Call, method: str, status: int | None, started: float, error: HeadgateError | None) -> None:
        seconds = self._stopwatch() - started
        health = self._health
        health.requests += 1
        outcome = "reply" if error is None else error.code
        call.exchanges.append(Exchange(self._upstream, method, status, outcome, seconds))
        if error is not None and not isinstance(error, UpstreamError):
            return  # the caller's impatience, or a request that cannot be sent, says nothing about the upstream
        now = self._clock()
        health.reachable = status is not None
        health.known_at_epoch_seconds = now
        if error is not None:
            health.last_failure = Failure(error.code, error.detail, now)
            return
        health.latencies_seconds.append(seconds)
        if status is not None and status >= 500:
            health.last_failure = Failure("upstream_failed", f"{self._upstream} answered {status}", now)
