"""Graph's errors: https://developers.facebook.com/docs/graph-api/guides/error-handling/."""

from typing import Any


class GraphError(Exception):
    """An answer in Graph's error shape; the trace id is added where it is sent."""

    def __init__(
        self,
        status: int,
        message: str,
        code: int,
        kind: str = "OAuthException",
        subcode: int | None = None,
        *,
        transient: bool | None = None,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self._message = message
        self._code = code
        self._kind = kind
        self._subcode = subcode
        self._transient = transient

    def body(self, trace_id: str) -> dict[str, Any]:
        shown: dict[str, Any] = {"message": self._message, "type": self._kind, "code": self._code}
        if self._subcode is not None:
            shown["error_subcode"] = self._subcode
        if self._transient is not None:
            shown["is_transient"] = self._transient
        return {"error": {**shown, "fbtrace_id": trace_id}}


def invalid_token() -> GraphError:
    return GraphError(400, "Invalid OAuth access token - Cannot parse access token", 190)


def expired_token() -> GraphError:
    message = "Error validating access token: Session has expired on Monday, 01-Jun-26 05:00:00 PDT."
    return GraphError(400, message, 190, subcode=463)


def unknown_alias(alias: str) -> GraphError:
    return GraphError(404, f"(#803) Some of the aliases you requested do not exist: {alias}", 803)


def unknown_id(number: str) -> GraphError:
    return GraphError(
        400,
        f"Unsupported get request. Object with ID '{number}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation. Please read the Graph API documentation at "
        "https://developers.facebook.com/docs/graph-api",
        100,
        kind="GraphMethodException",
        subcode=33,
    )


def unknown_field(name: str) -> GraphError:
    return GraphError(400, f"(#100) Tried accessing nonexisting field ({name}) on node type (Page)", 100)


def invalid_cursor() -> GraphError:
    return GraphError(400, "(#100) Invalid cursors values", 100)


def missing_proof() -> GraphError:
    message = "API calls from the server require an appsecret_proof argument"
    return GraphError(400, message, 100, kind="GraphMethodException")


def invalid_proof() -> GraphError:
    message = "Invalid appsecret_proof provided in the API argument"
    return GraphError(400, message, 100, kind="GraphMethodException")


def unsupported_method(method: str) -> GraphError:
    return GraphError(400, f"Unsupported {method.lower()} request.", 100, kind="GraphMethodException")


def limit_reached() -> GraphError:
    return GraphError(403, "(#4) Application request limit reached", 4, transient=True)


def use_case_limit_reached() -> GraphError:
    return GraphError(
        400, "(#80001) There have been too many calls to this Page account. Wait a bit and try again.", 80001
    )


def of_code(code: int) -> GraphError:
    """The error of this code, as the guide and the page on rate limits describe it.

    Raises:
        LookupError: Neither knows it.
    """
    known = {
        1: GraphError(500, "An unknown error occurred", 1),
        2: GraphError(500, "Service temporarily unavailable", 2, transient=True),
        4: limit_reached(),
        10: GraphError(403, "(#10) This endpoint requires the 'pages_read_engagement' permission", 10),
        17: GraphError(400, "(#17) User request limit reached", 17, transient=True),
        32: GraphError(403, "(#32) Page request limit reached", 32),
        190: expired_token(),
        200: GraphError(403, "(#200) Provide valid app ID", 200),
        613: GraphError(400, "(#613) Calls to this api have exceeded the rate limit.", 613),
        803: unknown_alias("alias"),
        80001: use_case_limit_reached(),
    }
    return known[code]
