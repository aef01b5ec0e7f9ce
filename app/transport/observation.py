"""The stage next to what leaves this worker: sees every exchange with the upstream, and only those, to the body's end."""

from collections.abc import Callable
from functools import partial

from app.errors import HeadgateError, UpstreamError
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Failure, Health
from app.transport.stage import Stage


class Observation:
    """Writes down how the upstream is. Changes nothing, never raises by itself."""

    def __init__(
        self,
        following: Stage,
        upstream: str,
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
        self._health = health
        self._clock = clock
        self._stopwatch = stopwatch

    async def send(self, request: Request) -> Reply:
        started = self._stopwatch()
        try:
            reply = await self._following.send(request)
        except HeadgateError as error:
            self._ended(None, started, error)
            raise
        if isinstance(reply, Buffered):
            self._ended(reply.status, started, None)
        else:
            reply.on_end(partial(self._ended, reply.status, started))
        return reply

    def _ended(self, status: int | None, started: float, error: HeadgateError | None) -> None:
        health = self._health
        health.requests += 1
        if error is not None and not isinstance(error, UpstreamError):
            return  # the caller's impatience, or a request that cannot be sent, says nothing about the upstream
        now = self._clock()
        health.reachable = status is not None
        health.known_at_epoch_seconds = now
        if error is not None:
            health.last_failure = Failure(error.code, error.detail, now)
            return
        health.latencies_seconds.append(self._stopwatch() - started)
        if status is not None and status >= 500:
            health.last_failure = Failure("upstream_failed", f"{self._upstream} answered {status}", now)
