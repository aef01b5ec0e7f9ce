"""What Graph's replies tell of its limits: https://developers.facebook.com/docs/graph-api/overview/rate-limiting/.

It names no number of calls and no end of a window, only which share of a rolling hour is spent.
"""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Final

from app.transport.dates import epoch_seconds
from app.transport.dialect import Quota
from app.transport.exchange import Headers

RESOURCE: Final = "app"
"""One quota for all that is asked with a token: Graph counts by app, user or use case, and which of them is the token's."""
BELIEVED_SECONDS: Final = 300
"""For so long a share is believed. Calls of an hour ago fall out of it all the time, and who is refused learns nothing: then one
request goes that tells anew.
"""

_SHARES: Final = ("call_count", "total_time", "total_cputime")
_UNREADABLE: Final = (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError)


def told(headers: Headers) -> tuple[Quota, ...]:
    """In percent, the highest share counts, as it is what limits. By the page above a use case's limits apply where both
    would.
    """
    regain = regain_seconds(headers)
    shares = _shares(headers) if regain is None else [100]
    if not shares:
        return ()
    used = max(0, *shares)
    asked_at = epoch_seconds(headers.get("Date"))
    until = None if asked_at is None else int(asked_at + (BELIEVED_SECONDS if regain is None else regain))
    return (Quota(RESOURCE, 100, max(0, 100 - used), used, until),)


def regain_seconds(headers: Headers) -> float | None:
    """How long until a use case may go on, by `X-Business-Use-Case-Usage`: minutes, the longest counts; None: not told."""
    with suppress(*_UNREADABLE):
        longest = max(float(case.get("estimated_time_to_regain_access", 0)) for case in _cases(headers))
        return longest * 60 if 0 < longest < float("inf") else None
    return None


def _shares(headers: Headers) -> list[int]:
    """Those that count, as far as they can be read."""
    with suppress(*_UNREADABLE):
        usages = _cases(headers) or [json.loads(headers["X-App-Usage"])]
        return [int(usage[name]) for usage in usages for name in _SHARES if name in usage]
    return []


def _cases(headers: Headers) -> list[Mapping[str, Any]]:
    """The use cases of all businesses that a reply counts for."""
    with suppress(*_UNREADABLE):
        of_businesses: Iterable[list[Mapping[str, Any]]] = json.loads(headers["X-Business-Use-Case-Usage"]).values()
        return [case for cases in of_businesses for case in cases]
    return []
