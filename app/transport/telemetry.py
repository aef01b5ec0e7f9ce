"""The outermost stage: what was asked, what came of it, how long it took. Writes the call's record; never raises."""

from collections.abc import Callable
from functools import partial

from app.call import Call, Exchange, current_call
from app.errors import HeadgateError
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage


class Telemetry:
    """Measures every exchange, to the end of its body, whether the cache answered or the upstream."""

    def __init__(self, following: Stage, upstream: str, dialect: Dialect, *, stopwatch: Callable[[], float]) -> None:
        """Besides its collaborators: `stopwatch` gives seconds since any moment, and never goes back."""
        self._following = following
        self._upstream = upstream
        self._dialect = dialect
        self._stopwatch = stopwatch

    async def send(self, request: Request) -> Reply:
        call = current_call()
        started = self._stopwatch()
        try:
            reply = await self._following.send(request)
        except HeadgateError as error:
            self._ended(call, request, None, "", started, error)
            raise
        if isinstance(reply, Buffered):
            self._ended(call, request, reply.status, reply.cache, started, None)
        else:
            reply.on_end(partial(self._ended, call, request, reply.status, reply.cache, started))
        return reply

    def _ended(
        self, call: Call, request: Request, status: int | None, cache: str, started: float, error: HeadgateError | None
    ) -> None:
        outcome = "reply" if error is None else error.code
        seconds, worth = self._stopwatch() - started, self._dialect.quota_points(request)
        call.exchanges.append(Exchange(self._upstream, request.method, status, outcome, seconds, cache, worth))
