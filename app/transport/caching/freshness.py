"""How long a reply is fresh, and since when it counts (RFC 9111 section 4.2)."""

from typing import Final

from app.transport.caching.directives import MAX_SECONDS, delta_seconds, reply_directives, targeted_directives
from app.transport.caching.storing import HEURISTICALLY_CACHEABLE
from app.transport.dates import epoch_seconds
from app.transport.exchange import Headers

_HEURISTIC_FRACTION: Final = 0.1
_HEURISTIC_MAX_SECONDS: Final = 86_400.0


def lifetime_seconds(status: int, headers: Headers, *, shared: bool, received_at: float) -> float:
    """For how many seconds from its birth a reply is fresh; 0: stale from the beginning.

    The first that is there decides: `s-maxage` (shared caches), `max-age`, Expires, and for want of all a tenth of the
    time since it was modified, a day at most (RFC 9111 sections 4.2.1 and 4.2.2). What is invalid there makes it stale,
    and so does an Age that is no single number: nobody knows then how old it is.

    Args:
        received_at: Seconds since the epoch; stands for a Date that is missing or invalid.
    """
    if not _has_known_age(headers):
        return 0.0
    directives = reply_directives(headers)
    for name in ("s-maxage", "max-age") if shared else ("max-age",):
        if name in directives:
            return float(delta_seconds(directives[name]) or 0)
    generated_at = epoch_seconds(headers.get("Date"))
    if generated_at is None:
        generated_at = received_at
    if "Expires" in headers and targeted_directives(headers) is None:
        expires_at = epoch_seconds(headers["Expires"])
        return 0.0 if expires_at is None else _bounded(expires_at - generated_at)
    if status not in HEURISTICALLY_CACHEABLE and "public" not in directives:
        return 0.0
    modified_at = epoch_seconds(headers.get("Last-Modified"))
    if modified_at is None:
        return 0.0
    return min(_bounded(generated_at - modified_at) * _HEURISTIC_FRACTION, _HEURISTIC_MAX_SECONDS)


def born_at(headers: Headers, requested_at: float, received_at: float) -> float:
    """When its age was zero: `received_at` less the corrected initial age (RFC 9111 section 4.2.3).

    Of a list of Ages the first counts, and an invalid one is ignored (section 5.1). Whatever upstream claims, it was
    not born after it was received, nor more than `MAX_SECONDS` before.

    Args:
        requested_at: When the request was sent, in seconds since the epoch.
        received_at: When the reply's head arrived, in seconds since the epoch.
    """
    generated_at = epoch_seconds(headers.get("Date"))
    apparent_age = 0.0 if generated_at is None else received_at - generated_at
    claimed_age = delta_seconds(headers.get("Age", "").partition(",")[0].strip(" \t")) or 0
    corrected_age = claimed_age + max(received_at - requested_at, 0.0)
    return received_at - _bounded(max(apparent_age, corrected_age))


def _has_known_age(headers: Headers) -> bool:
    ages = headers.getall("Age", ())
    return not ages or (len(ages) == 1 and delta_seconds(ages[0].strip(" \t")) is not None)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), float(MAX_SECONDS))
