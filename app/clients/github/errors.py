"""The gateway's own errors as GitHub tells its own, so that clients of GitHub understand them.

Source: "Troubleshooting the REST API" and "Rate limits for the REST API".
"""

import json

from app.transport.dialect import ErrorReply, Meaning

CONTENT_TYPE = "application/json; charset=utf-8"
RATE_LIMITS_PAGE = "https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api"
SECONDARY_LIMITS_PAGE = f"{RATE_LIMITS_PAGE}#about-secondary-rate-limits"
TROUBLESHOOTING_PAGE = "https://docs.github.com/rest/using-the-rest-api/troubleshooting-the-rest-api"


def error_reply(status: int, code: str, detail: str, limit: Meaning | None) -> ErrorReply:
    """With `message`, `documentation_url` and `status`, as every error of GitHub's; our own `code` beside them.

    Limits are 403 and begin with GitHub's words. It answers 403 or 429, and clients tell a limit from another refusal by
    the status and by those (PyGithub and gidgethub know 403 only).
    """
    page = TROUBLESHOOTING_PAGE
    if limit is Meaning.PRIMARY_LIMIT:
        status, page, detail = 403, RATE_LIMITS_PAGE, f"API rate limit exceeded: {detail}"
    elif limit is Meaning.SECONDARY_LIMIT:
        status, page = 403, SECONDARY_LIMITS_PAGE
        detail = f"You have exceeded a secondary rate limit: {detail}. Please wait a few minutes before you try again."
    body = {"message": detail, "documentation_url": page, "status": str(status), "code": code}
    return ErrorReply(status, CONTENT_TYPE, json.dumps(body).encode())
