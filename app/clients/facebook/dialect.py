"""The Graph API's rules. Source: https://developers.facebook.com/docs/graph-api/guides/error-handling/."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from app.clients.facebook import usage
from app.clients.facebook.proof import GraphCredential
from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.transport.credential_forms import CredentialForm
from app.transport.dialect import ErrorReply, Meaning, Quota, Reading, UrlFields
from app.transport.exchange import Buffered, Headers, Request
from app.transport.retry_after import retry_after_seconds

APP_LIMIT_WAIT_SECONDS = 3600.0
"""The window of the platform's rate limits is an hour, and a reply does not say how much of it is left."""

MESSAGE_LENGTH = 300

URL_FIELDS = UrlFields(names=("next", "previous"))

_BUSINESS_LIMITS = range(80_000, 80_015)
"""Those of a use case ("Business Use Case Rate Limits")."""
_LIMITS = frozenset({Meaning.PRIMARY_LIMIT, Meaning.SECONDARY_LIMIT})
_MISSING_OBJECT = (100, 33)
_PASSING = (1, 2)
"""Those that the guide tells to ask again."""
_BY_CODE = {
    4: Meaning.PRIMARY_LIMIT,
    17: Meaning.PRIMARY_LIMIT,
    32: Meaning.PRIMARY_LIMIT,
    341: Meaning.PRIMARY_LIMIT,
    613: Meaning.PRIMARY_LIMIT,
    10: Meaning.FORBIDDEN,
    102: Meaning.CREDENTIAL_REJECTED,
    190: Meaning.CREDENTIAL_REJECTED,
    803: Meaning.NOT_FOUND,
}


class FacebookDialect:
    """How the Graph API speaks: the status says little, the code in the body says what is meant."""

    def __init__(self, app_secret: str | None = None) -> None:
        """`app_secret` signs what is asked with the gateway's own token; None: nothing is signed."""
        self._form = GraphCredential(app_secret)

    def request_headers(self) -> Mapping[str, str]:
        return {"Accept": "application/json"}

    def credential_form(self) -> CredentialForm:
        return self._form

    def quota_resource(self, request: Request) -> str:  # noqa: ARG002 -- one quota for all that an app asks
        return usage.RESOURCE

    def quota_points(self, request: Request) -> int:  # noqa: ARG002 -- each call counts once
        return 1

    def pacing_points(self, request: Request) -> int:  # noqa: ARG002 -- whatever it does
        return 1

    def reads_only(self, request: Request) -> bool:  # noqa: ARG002 -- as far as HTTP tells
        return False

    def quota_target(self) -> str | None:
        return None

    def reported_quotas(self, reply: Buffered) -> tuple[Quota, ...]:  # noqa: ARG002 -- they are told in fields only
        return ()

    def quotas(self, headers: Headers) -> tuple[Quota, ...]:
        return usage.told(headers)

    def quota_fields(self, quota: Quota) -> Mapping[str, str]:  # noqa: ARG002 -- percentages of an hour: left as they came
        return {}

    def read(self, reply: Buffered, now_epoch_seconds: float) -> Reading:
        if 200 <= reply.status < 300 or reply.status == 304:
            return Reading(Meaning.SUCCESS)
        if 300 <= reply.status < 400:
            return Reading(Meaning.REDIRECT)
        error = _error(reply)
        code, message = error.get("code"), error.get("message")
        code = code if type(code) is int else None  # True is 1 otherwise
        message = message[:MESSAGE_LENGTH] if isinstance(message, str) else None
        meaning = self._meaning(reply.status, code, error.get("error_subcode"))
        passing = (error.get("is_transient") is True and meaning not in _LIMITS) or code in _PASSING
        if passing:
            meaning = Meaning.FAILURE
        if meaning is Meaning.PRIMARY_LIMIT:
            wait = retry_after_seconds(reply.headers, now_epoch_seconds)
            wait = usage.regain_seconds(reply.headers) if wait is None else wait
            return Reading(meaning, message, APP_LIMIT_WAIT_SECONDS if wait is None else wait, usage.RESOURCE)
        if meaning is Meaning.FAILURE:
            wait = retry_after_seconds(reply.headers, now_epoch_seconds)
            return Reading(meaning, message, wait, passing=passing)
        return Reading(meaning, message)

    @staticmethod
    def _meaning(status: int, code: int | None, subcode: object) -> Meaning:
        if (code, subcode) == _MISSING_OBJECT:
            return Meaning.NOT_FOUND
        if code is not None:
            if 200 <= code < 300:
                return Meaning.FORBIDDEN
            if code in _BUSINESS_LIMITS:
                return Meaning.PRIMARY_LIMIT
            if code in _BY_CODE:
                return _BY_CODE[code]
        if status >= 500:
            return Meaning.FAILURE
        return {401: Meaning.CREDENTIAL_REJECTED, 403: Meaning.FORBIDDEN, 404: Meaning.NOT_FOUND}.get(
            status, Meaning.REJECTED
        )

    def error_reply(self, status: int, code: str, detail: str, limit: Meaning | None) -> ErrorReply:
        """By the guide's shape of an error. Its `code` 2 is "API Service: temporary issue", 4 "API Too Many Calls"."""
        error = {"message": detail, "type": "OAuthException", "code": 2 if limit is None else 4, "headgate_code": code}
        return ErrorReply(status, "application/json; charset=UTF-8", json.dumps({"error": error}).encode())

    def polling_delay_seconds(self, attempt: int) -> float | None:  # noqa: ARG002 -- Graph never says "computing"
        return None

    def key_fields(self, headers: Headers) -> tuple[str, ...]:  # noqa: ARG002 -- Vary says what counts
        return ()

    def covered_fields(self) -> frozenset[str]:
        return frozenset()

    def immutable_routes(self) -> tuple[str, ...]:
        return ()

    def tags(self, target: str) -> tuple[str, ...]:
        """The object: whatever is asked of it, with whatever fields."""
        return (f"object:{target.partition('?')[0].partition('/')[0].lower()}",)

    def made_stale(self, method: str, target: str) -> tuple[str, ...]:  # noqa: ARG002 -- every write counts
        """A write to an object or to one of its edges (`me/feed`) shows on the object and on all its edges."""
        return self.tags(target)

    def probe_target(self) -> str:
        """The root answers with an error, at once and at no cost: that it answers is what the probe asks."""
        return ""

    def url_fields(self, request: Request) -> UrlFields:  # noqa: ARG002 -- whatever is asked
        """Those by which pages are turned ("Paginated Results")."""
        return URL_FIELDS


def _error(reply: Buffered) -> dict[str, Any]:
    with suppress(ValueError, MalformedUpstreamReply, ReplyTooLarge, RecursionError):
        body = json.loads(reply.content())
        if isinstance(body, dict) and isinstance(body.get("error"), dict):
            return dict(body["error"])
    return {}
