"""What GitHub answers on a bad day: statuses, header fields and bodies as its documentation and bug reports show them.

Each with the error that a typed client makes of it. Requests, names and ids in them are invented.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from app.errors import (
    Conflict,
    CredentialRejected,
    Forbidden,
    LegallyUnavailable,
    NotFound,
    ReplyError,
    RequestRejected,
    SecondaryLimit,
    UpstreamFailed,
)
from app.transport.dialect import Meaning

DOCS = "https://docs.github.com/rest"
LIMITS_PAGE = f"{DOCS}/using-the-rest-api/rate-limits-for-the-rest-api"
SECONDARY_PAGE = f"{DOCS}/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits"
OLD_SECONDARY_PAGE = (
    "https://docs.github.com/en/free-pro-team@latest/rest/overview/resources-in-the-rest-api#secondary-rate-limits"
)
REQUEST = "If you reach out to GitHub Support for help, please include the request ID 5EED:0001:0002:DE30:68000000."
JSON = "application/json; charset=utf-8"
HTML = "text/html; charset=utf-8"

UNICORN = b"""<!DOCTYPE html>
<!--

Hello future GitHubber! I bet you're here to remove those nasty inline styles,
DRY up these templates and make 'em nice and re-usable, right?

-->
<html>
  <head>
    <meta http-equiv="Content-type" content="text/html; charset=utf-8">
    <title>Unicorn! &middot; GitHub</title>
  </head>
  <body>
    <h1>We had issues producing the response to your request.</h1>
    <p>Sorry about that. Please try refreshing and contact us if the problem persists.</p>
  </body>
</html>
"""


@dataclass(frozen=True)
class Oddity:
    """One reply, how the dialect reads it, and the error and the status that a caller of ours sees.

    Attributes:
        fields: Header fields besides Content-Type and those of the quota, of which there are points left.
        wait_seconds: For limits.
    """

    status: int
    body: bytes
    meaning: Meaning
    error: type[ReplyError]
    seen_as: int
    fields: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON
    wait_seconds: float | None = None

    @property
    def message(self) -> str | None:
        """The body's own; None where it is no JSON."""
        if self.content_type == HTML:
            return None
        return str(json.loads(self.body)["message"])


def said(message: str, page: str | None = DOCS, **more: Any) -> bytes:
    body = {"message": message, **more}
    return json.dumps(body if page is None else {**body, "documentation_url": page}, separators=(",", ":")).encode()


def _forbidden(message: str, page: str = DOCS, fields: dict[str, str] | None = None, **more: Any) -> Oddity:
    body = said(message, page, **more)
    return Oddity(403, body, Meaning.FORBIDDEN, Forbidden, 403, fields or {})


def _secondary(
    status: int, message: str, page: str = SECONDARY_PAGE, *, told: str | None = None, wait_seconds: float = 60
) -> Oddity:
    fields = {} if told is None else {"Retry-After": told}
    body = said(message, page)
    return Oddity(status, body, Meaning.SECONDARY_LIMIT, SecondaryLimit, 429, fields=fields, wait_seconds=wait_seconds)


def _failed(status: int, body: bytes, fields: dict[str, str] | None = None, content_type: str = JSON) -> Oddity:
    return Oddity(status, body, Meaning.FAILURE, UpstreamFailed, 502, fields or {}, content_type)


EXCEEDED = "You have exceeded a secondary rate limit"
BLOCK = {"reason": "dmca", "created_at": "2026-03-17T09:26:00Z", "html_url": "https://github.com/github/dmca"}
SAML = (
    "Resource protected by organization SAML enforcement. You must grant your OAuth token access to this organization."
)

ODDITIES: dict[str, Oddity] = {
    "403 secondary, with Retry-After": _secondary(
        403, f"{EXCEEDED}. Please wait a few minutes before you try again. {REQUEST}", told="47", wait_seconds=47
    ),
    "429 secondary, with Retry-After": _secondary(
        429, f"{EXCEEDED}. Please wait a few minutes before you try again. {REQUEST}", told="5", wait_seconds=5
    ),
    "403 secondary, by its message": _secondary(
        403, f"{EXCEEDED}. Please wait a few minutes before you try again. {REQUEST}"
    ),
    "429 secondary, by its message": _secondary(
        429, f"{EXCEEDED}. Please wait a few minutes before you try again.", OLD_SECONDARY_PAGE
    ),
    "403 secondary, of what creates content": _secondary(
        403,
        f"{EXCEEDED} and have been temporarily blocked from content creation. Please retry your request again later.",
        OLD_SECONDARY_PAGE,
    ),
    "403 secondary, as it was called before 2021": _secondary(
        403,
        "You have triggered an abuse detection mechanism. Please wait a few minutes before you try again.",
        "https://developer.github.com/v3/#abuse-rate-limits",
    ),
    "403 secondary, by its page alone": _secondary(403, "Please slow down.", SECONDARY_PAGE),
    "403 after too many failed logins": _secondary(
        403, "Maximum number of login attempts exceeded. Please try again later.", DOCS
    ),
    "403 to an installation": _forbidden("Resource not accessible by integration", status="403"),
    "403 to a fine-grained token": _forbidden("Resource not accessible by personal access token", status="403"),
    "403 of SAML": _forbidden(
        SAML,
        "https://docs.github.com/articles/authenticating-to-a-github-organization-with-saml-single-sign-on/",
        {"X-GitHub-SSO": "required; url=https://github.com/orgs/acme/sso?authorization_request=invented"},
    ),
    "403 of an IP allow list": _forbidden(
        "Although you appear to have the correct authorization credentials, the `acme` organization has an IP allow "
        "list enabled, and your IP address is not permitted to access this resource."
    ),
    "403 of a blocked repository": _forbidden("Repository access blocked", block={**BLOCK, "reason": "tos"}),
    "403 of a file that is too large": _forbidden(
        "This API returns blobs up to 1 MB in size. The requested blob is too large to fetch via the API, but you can "
        "use the Git Data API to request blobs up to 100 MB in size.",
        errors=[{"resource": "Blob", "field": "data", "code": "too_large"}],
    ),
    "401 of a revoked token": Oddity(
        401, said("Bad credentials", status="401"), Meaning.CREDENTIAL_REJECTED, CredentialRejected, 502
    ),
    "404 for no access": Oddity(404, said("Not Found", status="404"), Meaning.NOT_FOUND, NotFound, 404),
    "451 of a takedown": Oddity(
        451,
        said("Repository access blocked", None, block=BLOCK),
        Meaning.LEGALLY_UNAVAILABLE,
        LegallyUnavailable,
        451,
    ),
    "409 of an empty repository": Oddity(
        409, said("Git Repository is empty.", status="409"), Meaning.CONFLICT, Conflict, 409
    ),
    "422 of a search": Oddity(
        422,
        said(
            "Validation Failed",
            errors=[
                {
                    "message": "The listed users and repositories cannot be searched either because the resources do "
                    "not exist or you do not have permission to view them.",
                    "resource": "Search",
                    "field": "q",
                    "code": "invalid",
                }
            ],
            status="422",
        ),
        Meaning.REJECTED,
        RequestRejected,
        422,
    ),
    "500 in JSON": _failed(500, said("Server Error", None)),
    "502 in JSON": _failed(502, said("Server Error", None)),
    "502 as a page": _failed(502, UNICORN, content_type=HTML),
    "503 as a page, with Retry-After": _failed(503, UNICORN, {"Retry-After": "1"}, HTML),
    "504 in JSON": _failed(
        504,
        said(
            "We couldn't respond to your request in time. Sorry about that. Please try resubmitting your request and "
            "contact us if the problem persists.",
            None,
        ),
    ),
    "200 with a secondary limit inside": _secondary(
        200, f"{EXCEEDED}. Please wait a few minutes before you try again. {REQUEST}"
    ),
    "200 with the primary limit inside": Oddity(
        200,
        said("API rate limit exceeded for user ID 1001.", LIMITS_PAGE, status="403"),
        Meaning.SECONDARY_LIMIT,  # there are points left
        SecondaryLimit,
        429,
        wait_seconds=60,
    ),
    "200 with a 404 inside": Oddity(200, said("Not Found", status="404"), Meaning.NOT_FOUND, NotFound, 404),
    "200 with Not Found inside": Oddity(200, said("Not Found"), Meaning.NOT_FOUND, NotFound, 404),
    "200 with Bad credentials inside": Oddity(
        200, said("Bad credentials"), Meaning.CREDENTIAL_REJECTED, CredentialRejected, 502
    ),
    "200 with something else inside": _failed(200, said("Something went wrong.")),
}
