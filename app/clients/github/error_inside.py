"""Errors that come as a 200: GraphQL's always do, and a secondary limit of theirs in the shape of the REST API's errors.

A reply does not say what was asked. So the shape decides, and a legitimate success must never be taken for an error:
commits have a `message`, CODEOWNERS errors are a list called `errors`, and a file may hold any text whatever.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from app.errors import MalformedUpstreamReply, ReplyTooLarge
from app.transport.dialect import Meaning
from app.transport.exchange import Buffered

LOOKED_AT_BYTES = 1_024
"""As they were sent. What is longer passes for a success, at the cost of one comparison; limits and refusals are shorter,
and a GraphQL query with a dozen mistakes in it is answered to whoever wrote it.
"""

_SHAPE_OF_REST = frozenset({"message", "documentation_url", "status", "errors", "block"})
_SHAPE_OF_GRAPHQL = frozenset({"data", "errors", "extensions"})
_OF_AN_ERROR = ("type", "locations", "extensions")
"""What a GraphQL error may have besides its message and path; a line of a CODEOWNERS file has none of them."""

_BY_TYPE = {
    "RATE_LIMITED": Meaning.PRIMARY_LIMIT,
    "RATE_LIMIT": Meaning.PRIMARY_LIMIT,  # seen since 2025 in the place of the documented one
    "NOT_FOUND": Meaning.NOT_FOUND,
    "FORBIDDEN": Meaning.FORBIDDEN,
    "INSUFFICIENT_SCOPES": Meaning.FORBIDDEN,
    "UNPROCESSABLE": Meaning.REJECTED,
    "EXCESSIVE_PAGINATION": Meaning.REJECTED,
    "MAX_NODE_LIMIT_EXCEEDED": Meaning.REJECTED,
    "RESOURCE_LIMITS_EXCEEDED": Meaning.REJECTED,
}
"""GraphQL has no statuses, so its errors bring a type ("Rate limits and query limits for the GraphQL API")."""

_STATUSES = frozenset(str(status) for status in range(400, 600))


class ErrorInside(NamedTuple):
    """An error as a body tells it.

    Attributes:
        body: All of it; of GraphQL's errors the first, or the one that is a limit.
        status: The HTTP status that it should have had, where the body says that.
        meaning: By GraphQL's types; None where only its message tells.
    """

    body: Mapping[str, Any]
    status: int | None = None
    meaning: Meaning | None = None


def error_inside(reply: Buffered) -> ErrorInside | None:
    """The error in a reply of status 200; None for a success, as nearly always."""
    if len(reply.body) > LOOKED_AT_BYTES:
        return None
    # A file that is asked for as it is has another type, and may hold this very text.
    if not reply.headers.get("Content-Type", "").startswith("application/json"):
        return None
    with suppress(ValueError, MalformedUpstreamReply, ReplyTooLarge, RecursionError):
        content = reply.content()
        if b'"documentation_url"' in content or b'"errors"' in content:
            body = json.loads(content)
            if isinstance(body, dict):
                return _of_rest(body) or _of_graphql(body, reply)
    return None


def _of_rest(body: dict[str, Any]) -> ErrorInside | None:
    texts = (body.get("message"), body.get("documentation_url"))
    if not (body.keys() <= _SHAPE_OF_REST and all(isinstance(text, str) for text in texts)):
        return None
    status = str(body.get("status"))  # a text at GitHub, a number at some servers before it
    return ErrorInside(body, int(status) if status in _STATUSES else None)


def _of_graphql(body: dict[str, Any], reply: Buffered) -> ErrorInside | None:
    """What came with data is a success in part: whoever asked reads both."""
    errors = body.get("errors")
    if not (body.keys() <= _SHAPE_OF_GRAPHQL and body.get("data") is None and isinstance(errors, list) and errors):
        return None
    if not all(isinstance(error, dict) and isinstance(error.get("message"), str) for error in errors):
        return None
    if not (
        "data" in body
        or reply.headers.get("x-ratelimit-resource") == "graphql"
        or any(name in error for error in errors for name in _OF_AN_ERROR)
    ):
        return None
    told = [ErrorInside(error, meaning=_by_type(error)) for error in errors]
    return next((one for one in told if one.meaning is Meaning.PRIMARY_LIMIT), told[0])


def _by_type(error: Mapping[str, Any]) -> Meaning | None:
    kind, extensions = error.get("type"), error.get("extensions")
    if isinstance(kind, str) and kind in _BY_TYPE:
        return _BY_TYPE[kind]
    # A query that does not fit the schema has no type, but a code of its own (`undefinedField`).
    if kind is None and isinstance(extensions, dict) and isinstance(extensions.get("code"), str):
        return Meaning.REJECTED
    return None
