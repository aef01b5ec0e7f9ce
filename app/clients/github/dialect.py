"""GitHub's rules, as pure functions on values. Sources are the pages of https://docs.github.com/en/rest named below."""

from collections.abc import Mapping

from app.clients.github import errors, graphql, quotas, reading, staleness, urls
from app.transport.credential_forms import BEARER, CredentialForm
from app.transport.dialect import ErrorReply, Meaning, Quota, Reading, UrlFields
from app.transport.exchange import Buffered, Headers, Request

READ_POINTS = 1
WRITE_POINTS = 5

_READ = frozenset({"GET", "HEAD", "OPTIONS"})
# "Best practices" suggest to ask again after a short time; statistics of a large repository take a few seconds.
_POLLING_SECONDS = (0.5, 1.0, 2.0)


class GitHubDialect:
    """How GitHub speaks."""

    def __init__(self, api_version: str = "2022-11-28") -> None:
        """`api_version` goes into `X-GitHub-Api-Version` ("API Versions")."""
        self._api_version = api_version

    def request_headers(self) -> Mapping[str, str]:
        return {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": self._api_version}

    def credential_form(self) -> CredentialForm:
        return BEARER

    def quota_resource(self, request: Request) -> str:
        """`search`, `code_search`, `graphql` or `core` ("REST API endpoints for rate limits")."""
        path = request.target.partition("?")[0]
        if path == "search/code":
            return "code_search"
        if path.startswith("search/"):
            return "search"
        return "graphql" if path == graphql.TARGET else "core"

    def quota_points(self, request: Request) -> int:
        """One point a request ("Rate limits for the REST API"), and none for asking what is left of them.

        A GraphQL query may cost more: GitHub reckons its price from how many nodes it could touch ("Rate limits and
        query limits for the GraphQL API"), and the reply's `remaining` tells.
        """
        return 0 if request.target == quotas.TARGET and request.method == "GET" else 1

    def pacing_points(self, request: Request) -> int:
        """1 for what reads, 5 for what writes ("Rate limits for the REST API", calculating points for the secondary
        rate limit). There a GraphQL query reads, though it is a POST, and a mutation writes. Asking for the rate limit
        "can count against your secondary rate limit".
        """
        return READ_POINTS if request.method in _READ or self.reads_only(request) else WRITE_POINTS

    def reads_only(self, request: Request) -> bool:
        """A GraphQL query does."""
        body = request.body
        return (
            request.target == graphql.TARGET
            and request.method == "POST"
            and isinstance(body, bytes)
            and graphql.reads_only(body)
        )

    def quota_target(self) -> str | None:
        """By "REST API endpoints for rate limits" asking for them "does not count against your REST API rate limit"."""
        return quotas.TARGET

    def reported_quotas(self, reply: Buffered) -> tuple[Quota, ...]:
        return quotas.reported(reply)

    def quotas(self, headers: Headers) -> tuple[Quota, ...]:
        return quotas.told(headers)

    def quota_fields(self, quota: Quota) -> Mapping[str, str]:
        return quotas.fields(quota)

    def read(self, reply: Buffered, now_epoch_seconds: float) -> Reading:
        return reading.read(reply, now_epoch_seconds)

    def error_reply(self, status: int, code: str, detail: str, limit: Meaning | None) -> ErrorReply:
        return errors.error_reply(status, code, detail, limit)

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
        return quotas.TARGET

    def url_fields(self, request: Request) -> UrlFields:
        return urls.url_fields(request)


def _line(headers: Headers, name: str) -> str:
    """All lines of a field as one (RFC 9110 section 5.3): upstream reads every one of them."""
    lines = headers.getall(name, ())
    return lines[0] if len(lines) == 1 else ", ".join(lines)


def _media_type(accept: str) -> str:
    """GitHub answers `*/*`, an empty Accept and none alike ("Media types")."""
    accept = accept.strip()
    return "" if accept == "*/*" else accept
