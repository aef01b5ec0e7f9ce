"""What GitHub says of quotas, in header fields and as the body of `rate_limit`. Pure functions on values."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.transport.dialect import Quota
from app.transport.exchange import Buffered, Headers

TARGET = "rate_limit"
"""As "REST API endpoints for rate limits" says, asking it costs nothing of any quota."""

_LARGEST = 2**53
"""No number of GitHub's comes near it; what is larger than a double can tell is nonsense."""
_LONGEST_NAME = 64


def told(headers: Headers) -> tuple[Quota, ...]:
    """What a reply's fields say ("Rate limits for the REST API", checking the status of your rate limit)."""
    resource = headers.get("x-ratelimit-resource")
    if resource is None:
        return ()
    # A field that is missing or no number makes this reply say nothing about quotas: not worth an error.
    with suppress(KeyError, ValueError):
        limit, remaining = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-remaining"])
        used = int(headers.get("x-ratelimit-used", limit - remaining))
        return _made(resource, limit, remaining, used, int(headers["x-ratelimit-reset"]))
    return ()


def fields(quota: Quota) -> Mapping[str, str]:
    """The reverse of `told`."""
    return {
        "x-ratelimit-limit": str(quota.limit),
        "x-ratelimit-remaining": str(quota.remaining),
        "x-ratelimit-reset": str(quota.reset_epoch_seconds),
        "x-ratelimit-used": str(quota.used),
        "x-ratelimit-resource": quota.resource,
    }


def reported(reply: Buffered) -> tuple[Quota, ...]:
    """Every resource in the body of a reply to `TARGET`; those that make no sense are left out."""
    if reply.status != 200:
        return ()  # a GitHub Enterprise Server without rate limits answers 404
    with suppress(ValueError, MalformedUpstreamReply, ReplyTooLarge, RecursionError):
        body = json.loads(reply.content())
        resources = body.get("resources") if isinstance(body, dict) else None
        if isinstance(resources, dict):
            return tuple(quota for name, told in resources.items() for quota in _reported(name, told))
    return ()


def _reported(name: str, values: Any) -> tuple[Quota, ...]:
    if not isinstance(values, dict):
        return ()
    limit, remaining, reset = (_whole(values.get(number)) for number in ("limit", "remaining", "reset"))
    # Older GitHub Enterprise Servers do not say how much is used.
    used = _whole(values.get("used", limit - remaining))
    return _made(name, limit, remaining, used, reset)


def _whole(value: Any) -> int:
    """The number; -1, which no quota has, for anything else (a boolean is an int to Python)."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _made(resource: str, limit: int, remaining: int, used: int, reset: int) -> tuple[Quota, ...]:
    sane = min(limit, remaining, used, reset) >= 0 and max(limit, remaining, used, reset) < _LARGEST
    return (Quota(resource, limit, remaining, used, reset),) if sane and 0 < len(resource) <= _LONGEST_NAME else ()
