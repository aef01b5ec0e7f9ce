"""GitHub's rules, as pure functions on values. Sources are the pages of https://docs.github.com/en/rest named below."""

import json
from collections.abc import Mapping
from contextlib import suppress

from app.clients.github import staleness
from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.transport.dialect import Meaning, Quota, Reading
from app.transport.exchange import Buffered, Headers, Request

SECONDARY_LIMIT_WAIT_SECONDS = 60.0
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
_SUCCESS = Reading(Meaning.SUCCESS)
# "Best practices" suggest to ask again after a short time; statistics of a large repository take a few seconds.
_POLLING_SECONDS = (0.5, 1.0, 2.0)


class GitHubDialect:
    """How GitHub speaks."""

    def __init__(self, api_version: str = "2022-11-28") -> None:
        """`api_version` goes into `X-GitHub-Api-Version` ("API Versions")."""
        self._api_version = api_version

    def request_headers(self) -> Mapping[str, str]:
        return {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": self._api_version}

    def credential_fields(self, token: str) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {token}"}

    def quota_resource(self, request: Request) -> str:
        """`search`, `code_search`, `graphql` or `core` ("REST API endpoints for rate limits")."""
        path = request.target.partition("?")[0]
        if path == "search/code":
            return "code_search"
        if path.startswith("search/"):
            return "search"
        return "graphql" if path == "graphql" else "core"

    def quotas(self, headers: Headers) -> tuple[Quota, ...]:
        resource = headers.get("x-ratelimit-resource")
        if resource is None:
            return ()
        # A field that is missing or no number makes this reply say nothing about quotas: not worth an error.
        with suppress(KeyError, ValueError):
            limit, remaining = int(headers["x-ratelimit-limit"]), int(headers["x-ratelimit-remaining"])
            used = int(headers.get("x-ratelimit-used", limit - remaining))
            return (Quota(resource, limit, remaining, used, int(headers["x-ratelimit-reset"])),)
        return ()

    def quota_fields(self, quota: Quota) -> Mapping[str, str]:
        return {
            "x-ratelimit-limit": str(quota.limit),
            "x-ratelimit-remaining": str(quota.remaining),
            "x-ratelimit-reset": str(quota.reset_epoch_seconds),
            "x-ratelimit-used": str(quota.used),
            "x-ratelimit-resource": quota.resource,
        }

    def read(self, reply: Buffered, now_epoch_seconds: float) -> Reading:
        status = reply.status
        if status == 202:
            return Reading(Meaning.COMPUTING)
        if 200 <= status < 300 or status == 304:
            return _SUCCESS
        if 300 <= status < 400:
            return Reading(Meaning.REDIRECT)
        message = _message(reply)
        if status in {403, 429}:
            limit = self._limit(reply, message, now_epoch_seconds)
            if limit is not None:
                return limit
        if status >= 500:
            return Reading(Meaning.FAILURE, message)
        return Reading(_BY_STATUS.get(status, Meaning.UNEXPECTED), message)

    def _limit(self, reply: Buffered, message: str | None, now_epoch_seconds: float) -> Reading | None:
        """Which limit a 403 or 429 is, if it is one ("Rate limits for the REST API").

        The primary limit leaves `remaining` at 0 and holds until `reset`. A secondary limit has a Retry-After, or
        nothing but its message.
        """
        headers = reply.headers
        retry_after = _seconds(headers.get("Retry-After"))
        resource = headers.get("x-ratelimit-resource")
        reset = _seconds(headers.get("x-ratelimit-reset"))
        if retry_after is None and headers.get("x-ratelimit-remaining") == "0" and reset is not None:
            return Reading(Meaning.PRIMARY_LIMIT, message, max(0.0, reset - now_epoch_seconds), resource)
        told = (message or "").lower()
        if retry_after is not None or reply.status == 429 or "rate limit" in told or "abuse detection" in told:
            wait = SECONDARY_LIMIT_WAIT_SECONDS if retry_after is None else retry_after
            return Reading(Meaning.SECONDARY_LIMIT, message, wait, resource)
        return None

    def polling_delay_seconds(self, attempt: int) -> float | None:
        """For statistics, which GitHub computes on first asking ("REST API endpoints for repository statistics")."""
        return _POLLING_SECONDS[attempt - 1] if attempt <= len(_POLLING_SECONDS) else None

    def key_fields(self, headers: Headers) -> tuple[str, ...]:
        """The media type and the API version: both change the body, and Vary does not name the second."""
        return (_media_type(_line(headers, "Accept")), _line(headers, "X-GitHub-Api-Version"))

    def covered_fields(self) -> frozenset[str]:
        return frozenset({"accept", "x-github-api-version"})

    def immutable_routes(self) -> tuple[str, ...]:
        return staleness.IMMUTABLE_ROUTES

    def tags(self, target: str) -> tuple[str, ...]:
        return staleness.tags(target)

    def made_stale(self, method: str, target: str) -> tuple[str, ...]:  # noqa: ARG002 -- every write counts
        return staleness.made_stale(target)

    def probe_target(self) -> str:
        """The rate limit endpoint "does not count against your REST API rate limit"."""
        return "rate_limit"


def _line(headers: Headers, name: str) -> str:
    """All lines of a field as one (RFC 9110 section 5.3): upstream reads every one of them."""
    lines = headers.getall(name, ())
    return lines[0] if len(lines) == 1 else ", ".join(lines)


def _media_type(accept: str) -> str:
    """GitHub answers `*/*`, an empty Accept and none alike ("Media types")."""
    accept = accept.strip()
    return "" if accept == "*/*" else accept


def _seconds(value: str | None) -> float | None:
    return float(value) if value is not None and value.isascii() and value.isdigit() else None


def _message(reply: Buffered) -> str | None:
    """The `message` of GitHub's error body; None for anything else (a 502 is an HTML page)."""
    with suppress(ValueError, MalformedUpstreamReply, ReplyTooLarge, RecursionError):
        body = json.loads(reply.content())
        if isinstance(body, dict) and isinstance(body.get("message"), str):
            return str(body["message"])[:MESSAGE_LENGTH]
    return None
