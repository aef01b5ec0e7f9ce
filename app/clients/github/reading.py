"""What a reply of GitHub's means. Pure functions on values; sources are the pages of docs.github.com/en/rest named below."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.clients.github.error_inside import ErrorInside, error_inside
from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.transport.dialect import Meaning, Reading
from app.transport.exchange import Buffered, Headers
from app.transport.retry_after import LONGEST_SECONDS, retry_after_seconds

LIMIT_WAIT_SECONDS = 60.0
"""At least this long when the reply does not say ("Rate limits for the REST API", exceeding the rate limit)."""

MESSAGE_LENGTH = 300

_BY_STATUS = {
    401: Meaning.CREDENTIAL_REJECTED,
    403: Meaning.FORBIDDEN,
    404: Meaning.NOT_FOUND,
    409: Meaning.CONFLICT,
    410: Meaning.GONE,
    400: Meaning.REJECTED,
    422: Meaning.REJECTED,
    451: Meaning.LEGALLY_UNAVAILABLE,
}
_BY_MESSAGE = {
    "bad credentials": Meaning.CREDENTIAL_REJECTED,
    "requires authentication": Meaning.CREDENTIAL_REJECTED,
    "not found": Meaning.NOT_FOUND,
}
"""For an error inside a 200 that says nothing else."""

_SECONDARY_WORDS = ("secondary rate limit", "abuse detection", "login attempts exceeded")
"""Today's, those of servers before 2021, and those of the failed login limit ("Authenticating to the REST API")."""
_SECONDARY_PAGES = ("secondary-rate-limit", "abuse-rate-limit")
_PRIMARY_WORDS = ("rate limit exceeded", "rate limit already exceeded")

_SUCCESS = Reading(Meaning.SUCCESS)


def read(reply: Buffered, now_epoch_seconds: float) -> Reading:
    """What `reply` means. A success costs a comparison or two, and a small one a look for an error inside."""
    status = reply.status
    if status == 200:
        inside = error_inside(reply)
        return _SUCCESS if inside is None else _inside(inside, reply.headers, now_epoch_seconds)
    if status == 202:
        wait = retry_after_seconds(reply.headers, now_epoch_seconds)
        return Reading(Meaning.COMPUTING, retry_after_seconds=wait)
    if 200 <= status < 300 or status == 304:
        return _SUCCESS
    if 300 <= status < 400:
        return Reading(Meaning.REDIRECT)
    return _refusal(status, _body(reply), reply.headers, now_epoch_seconds)


def _refusal(status: int, body: Mapping[str, Any], headers: Headers, now_epoch_seconds: float) -> Reading:
    message = _message(body)
    if status in {403, 429}:
        limit = _limit(status, body, headers, now_epoch_seconds)
        if limit is not None:
            return limit
    if status >= 500:
        return Reading(Meaning.FAILURE, message, retry_after_seconds(headers, now_epoch_seconds))
    return Reading(_BY_STATUS.get(status, Meaning.UNEXPECTED), message)


def _inside(error: ErrorInside, headers: Headers, now_epoch_seconds: float) -> Reading:
    body, message = error.body, _message(error.body)
    if error.status is not None:
        return _refusal(error.status, body, headers, now_epoch_seconds)
    if error.meaning is Meaning.PRIMARY_LIMIT and not _is_secondary(body):
        # Whatever `remaining` says: GraphQL refuses a query that costs more than is left.
        wait = _first(retry_after_seconds(headers, now_epoch_seconds), _until_reset(headers, now_epoch_seconds))
        return Reading(Meaning.PRIMARY_LIMIT, message, wait, headers.get("x-ratelimit-resource"))
    if _is_secondary(body) or "rate limit" in _told(body):
        limit = _limit(200, body, headers, now_epoch_seconds)
        if limit is not None:
            return limit
    return Reading(error.meaning or _BY_MESSAGE.get(_told(body), Meaning.FAILURE), message)


def _limit(status: int, body: Mapping[str, Any], headers: Headers, now_epoch_seconds: float) -> Reading | None:
    """Which limit it is, if it is one ("Rate limits for the REST API", exceeding the rate limit).

    The primary limit leaves `remaining` at 0 and holds until `reset`. A secondary limit has a Retry-After, or
    nothing but its message. A 403 of another kind that took the last point leaves `remaining` at 0, too.
    """
    told, message, resource = _told(body), _message(body), headers.get("x-ratelimit-resource")
    wait = retry_after_seconds(headers, now_epoch_seconds)
    if wait is not None:
        return Reading(Meaning.SECONDARY_LIMIT, message, wait, resource)
    remaining, until_reset = headers.get("x-ratelimit-remaining"), _until_reset(headers, now_epoch_seconds)
    spent = until_reset is not None and remaining == "0"
    if _is_secondary(body):
        wait = max(LIMIT_WAIT_SECONDS, _first(until_reset) if spent else 0.0)
        return Reading(Meaning.SECONDARY_LIMIT, message, wait, resource)
    if spent and (status == 429 or not told or "limit" in told):
        return Reading(Meaning.PRIMARY_LIMIT, message, until_reset, resource)
    if status == 429 or "rate limit" in told:
        # With points left it is not the primary one, whatever it is called.
        primary = remaining is None and any(words in told for words in _PRIMARY_WORDS)
        limit = Meaning.PRIMARY_LIMIT if primary else Meaning.SECONDARY_LIMIT
        return Reading(limit, message, LIMIT_WAIT_SECONDS, resource)
    return None


def _is_secondary(body: Mapping[str, Any]) -> bool:
    told, page = _told(body), body.get("documentation_url")
    return any(words in told for words in _SECONDARY_WORDS) or (
        isinstance(page, str) and any(name in page for name in _SECONDARY_PAGES)
    )


def _until_reset(headers: Headers, now_epoch_seconds: float) -> float | None:
    """Seconds until the window ends; None where no field says."""
    reset = headers.get("x-ratelimit-reset", "")
    if not (reset.isascii() and reset.isdigit()):
        return None
    return min(max(0.0, float(reset) - now_epoch_seconds), LONGEST_SECONDS)


def _first(*waits: float | None) -> float:
    return next((wait for wait in waits if wait is not None), LIMIT_WAIT_SECONDS)


def _body(reply: Buffered) -> Mapping[str, Any]:
    """GitHub's error body; empty for anything else (a 502 is an HTML page)."""
    with suppress(ValueError, MalformedUpstreamReply, ReplyTooLarge, RecursionError):
        body = json.loads(reply.content())
        if isinstance(body, dict):
            return body
    return {}


def _message(body: Mapping[str, Any]) -> str | None:
    message = body.get("message")
    return message[:MESSAGE_LENGTH] if isinstance(message, str) else None


def _told(body: Mapping[str, Any]) -> str:
    """The message, for comparing."""
    return (_message(body) or "").lower()
