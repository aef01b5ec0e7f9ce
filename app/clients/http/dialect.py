"""The dialect of an upstream of which nothing is known but HTTP (`kind: http`)."""

from collections.abc import Mapping

from app.transport.credential_forms import BEARER, CredentialForm
from app.transport.dialect import Meaning, Quota, Reading, UrlFields
from app.transport.exchange import Buffered, Headers, Request
from app.transport.retry_after import retry_after_seconds

_BY_STATUS = {
    401: Meaning.CREDENTIAL_REJECTED,
    403: Meaning.FORBIDDEN,
    404: Meaning.NOT_FOUND,
    409: Meaning.CONFLICT,
    410: Meaning.GONE,
    429: Meaning.SECONDARY_LIMIT,
    451: Meaning.LEGALLY_UNAVAILABLE,
}

URL_FIELDS = UrlFields(names=("url",), endings=("_url",), links=("_links",), any_json=True)


class PlainDialect:
    """RFC 9110 and nothing more."""

    def __init__(self, credential: CredentialForm = BEARER) -> None:
        """`credential`: how upstream takes one."""
        self._credential = credential

    def request_headers(self) -> Mapping[str, str]:
        return {}

    def credential_form(self) -> CredentialForm:
        return self._credential

    def quota_resource(self, request: Request) -> str:  # noqa: ARG002 -- one for all
        return "requests"

    def quota_points(self, request: Request) -> int:  # noqa: ARG002 -- HTTP has no prices
        return 1

    def pacing_points(self, request: Request) -> int:  # noqa: ARG002 -- nor weights
        return 1

    def reads_only(self, request: Request) -> bool:  # noqa: ARG002 -- as far as HTTP tells
        return False

    def quota_target(self) -> str | None:
        return None

    def reported_quotas(self, reply: Buffered) -> tuple[Quota, ...]:  # noqa: ARG002 -- they are asked for nowhere
        return ()

    def quotas(self, headers: Headers) -> tuple[Quota, ...]:  # noqa: ARG002 -- HTTP has no standard field for it
        return ()

    def quota_fields(self, quota: Quota) -> Mapping[str, str]:  # noqa: ARG002 -- it never says any
        return {}

    def read(self, reply: Buffered, now_epoch_seconds: float) -> Reading:
        """By the status alone; a failure and a refusal may say when to come again (RFC 9110 section 10.2.3)."""
        status = reply.status
        if 200 <= status < 300 or status == 304:
            return Reading(Meaning.SUCCESS)
        if 300 <= status < 400:
            return Reading(Meaning.REDIRECT)
        meaning = Meaning.FAILURE if status >= 500 else _BY_STATUS.get(status, Meaning.REJECTED)
        return Reading(meaning, retry_after_seconds=retry_after_seconds(reply.headers, now_epoch_seconds))

    def error_reply(self, status: int, code: str, detail: str, limit: Meaning | None) -> None:  # noqa: ARG002 -- no form of its own
        """HTTP has one for all: problem+json (RFC 9457)."""
        return

    def polling_delay_seconds(self, attempt: int) -> float | None:  # noqa: ARG002 -- 202 is a success here
        return None

    def key_fields(self, headers: Headers) -> tuple[str, ...]:  # noqa: ARG002 -- Vary says what counts
        return ()

    def covered_fields(self) -> frozenset[str]:
        return frozenset()

    def immutable_routes(self) -> tuple[str, ...]:
        return ()

    def tags(self, target: str) -> tuple[str, ...]:  # noqa: ARG002 -- a URL is all that is known of a thing
        return ()

    def made_stale(self, method: str, target: str) -> tuple[str, ...]:  # noqa: ARG002 -- RFC 9111 and nothing more
        return ()

    def probe_target(self) -> str:
        return ""

    def url_fields(self, request: Request) -> UrlFields:  # noqa: ARG002 -- whatever is asked
        """As most APIs name them, HAL's `_links` included (draft-kelly-json-hal)."""
        return URL_FIELDS
