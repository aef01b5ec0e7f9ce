"""The stage next to what leaves this worker: sees every exchange with the upstream, and only those, to the body's end."""

from collections.abc import Callable
from functools import partial

from app.call import Call, current_call
from app.errors import DeadlineExceeded, HeadgateError, UpstreamError
from app.identity import Identity
from app.journal.journal import Journal
from app.journal.records import Asked
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request
from app.transport.health import Failure, Health
from app.transport.spending import is_own, points_spent
from app.transport.stage import Stage


class Observation:
    """Writes down how the upstream is, and who asked it. Changes nothing, never raises by itself."""

    def __init__(
        self,
        following: Stage,
        upstream: str,
        health: Health,
        dialect: Dialect,
        own: Identity,
        journal: Journal,
        *,
        clock: Callable[[], float],
        stopwatch: Callable[[], float],
    ) -> None:
        """Besides its collaborators.

        Args:
            own: The gateway's own identity there: only what is asked with it spends of our quota.
            clock: Seconds since the epoch.
            stopwatch: Seconds since any moment, never going back.
        """
        self._following = following
        self._upstream = upstream
        self._health = health
        self._dialect = dialect
        self._own = own
        self._journal = journal
        self._clock = clock
        self._stopwatch = stopwatch

    async def send(self, request: Request) -> Reply:
        call = current_call()
        started, is_over = self._stopwatch(), False
        try:
            reply = await self._following.send(request)
            is_over = True
        except HeadgateError as error:
            is_over = True
            self._ended(call, request, None, started, error)
            raise
        finally:
            if not is_over:  # cut off, since its caller has left or can wait no longer: it was sent, and is counted
                given_up = DeadlineExceeded(f"nobody waits for {self._upstream} any more")
                self._note(call, request, None, given_up, self._clock(), self._stopwatch() - started)
        if isinstance(reply, Buffered):
            self._ended(call, request, reply.status, started, None)
        else:
            reply.on_end(partial(self._ended, call, request, reply.status, started))
        return reply

    def _ended(
        self, call: Call, request: Request, status: int | None, started: float, error: HeadgateError | None
    ) -> None:
        now, seconds = self._clock(), self._stopwatch() - started
        self._note(call, request, status, error, now, seconds)
        health = self._health
        health.requests += 1
        if error is not None and not isinstance(error, UpstreamError):
            return  # the caller's impatience, or a request that cannot be sent, says nothing about the upstream
        health.reachable = status is not None
        health.known_at_epoch_seconds = now
        if error is not None:
            health.last_failure = Failure(error.code, error.detail, now)
            return
        health.latencies_seconds.append(seconds)
        if status is not None and status >= 500:
            health.last_failure = Failure("upstream_failed", f"{self._upstream} answered {status}", now)

    def _note(
        self,
        call: Call,
        request: Request,
        status: int | None,
        error: HeadgateError | None,
        now: float,
        seconds: float,
    ) -> None:
        outcome = error if error is not None else status
        points = points_spent(self._dialect, request, self._own, outcome) if is_own(call, self._own) else 0
        call.points += points
        self._journal.write_asked(
            Asked(
                now,
                call.request_id,
                call.caller_name,
                call.route,
                self._upstream,
                request.method,
                self._dialect.quota_resource(request),
                status,
                "" if error is None else error.code,
                points,
                seconds,
            )
        )
