"""What a caller spends of the gateway's own quota: what it costs, and whether it may."""

from app.call import Call, current_call
from app.errors import CallerPointsSpent, HeadgateError, NotAsked, ReplyError, Unreachable
from app.identity import Identity
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage


def points_spent(dialect: Dialect, request: Request, own: Identity, outcome: int | HeadgateError | None) -> int:
    """How many points an exchange has cost, as far as anybody knows.

    A 304 is free to who has a credential (GitHub, "Best practices for using the REST API"), and so is what never arrived.

    Args:
        dialect: The upstream's rules.
        request: What was asked.
        own: The gateway's identity there.
        outcome: The reply's status, or the error there was instead.
    """
    if outcome == 304 and not own.anonymous:
        return 0
    if isinstance(outcome, NotAsked | Unreachable) or (isinstance(outcome, ReplyError) and outcome.status is None):
        return 0
    return dialect.quota_points(request)


def is_own(call: Call, own: Identity) -> bool:
    """Whether a call is served on the gateway's own credential."""
    return call.identity is None or call.identity is own


class Spending:
    """The stage that asks whether the caller's key may spend what an attempt costs, on all workers together.

    Raises:
        CallerPointsSpent: It may not, before the day is over. Upstream was not asked.
    """

    def __init__(self, following: Stage, upstream: str, dialect: Dialect, own: Identity) -> None:
        self._following = following
        self._upstream = upstream
        self._dialect = dialect
        self._own = own

    async def send(self, request: Request) -> Reply:
        call = current_call()
        allowance = call.allowance
        if allowance is None or not is_own(call, self._own):
            return await self._following.send(request)
        points = self._dialect.quota_points(request)
        wait_seconds = allowance.take(points)
        if wait_seconds is not None:
            raise CallerPointsSpent(
                self._upstream,
                "what this key may spend of the quotas in a day is spent",
                status=None,
                retry_after_seconds=wait_seconds,
            )
        try:
            reply = await self._following.send(request)
        except HeadgateError as error:
            allowance.give_back(points - points_spent(self._dialect, request, self._own, error))
            raise
        if isinstance(reply, Buffered):
            allowance.give_back(points - points_spent(self._dialect, request, self._own, reply.status))
        return reply
