"""What callers are told of a request that was not sent."""

from app.errors import PrimaryLimit, QuotaReserved, RateLimited, SecondaryLimit
from app.transport.budget.standing import Refused, Why


def refusal(upstream: str, refused: Refused, resource: str) -> RateLimited:
    """As if upstream had refused, but for the status, which it has not given."""
    kind, why = _said(refused.why)
    window = refused.window
    return kind(
        upstream,
        f"{upstream} is not asked: {why}",
        status=None,
        retry_after_seconds=refused.retry_after_seconds,
        resource=resource,
        limit=None if window is None else window.limit,
        reset_epoch_seconds=None if window is None else window.reset_epoch_seconds,
    )


def _said(why: Why) -> tuple[type[RateLimited], str]:
    match why:
        case Why.SPENT:
            return PrimaryLimit, "the quota is spent"
        case Why.RESERVED:
            return QuotaReserved, "what is left of the quota is kept for callers of a higher class"
        case Why.BLOCKED:
            return SecondaryLimit, "it said to wait"
