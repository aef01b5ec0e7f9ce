"""The codes of problem answers: what each means and which status carries it. /docs and the OpenAPI document list them."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from app import errors
from app.api.problems import STATUS_OF
from app.errors import HeadgateError


@dataclass(frozen=True, slots=True)
class Code:
    """One way in which a request can fail.

    Attributes:
        name: The `code` of the problem.
        status: The HTTP status that carries it.
        meaning: For a person, in Markdown.
        error: The error behind it; None where the server itself refuses.
    """

    name: str
    status: int
    meaning: str
    error: type[HeadgateError] | None = None

    @property
    def tells_when(self) -> bool:
        """Whether the answer has `Retry-After` in any case."""
        if self.error is None:
            return False
        wait = inspect.signature(self.error).parameters.get("retry_after_seconds")
        return wait is not None and wait.default is wait.empty


INTERNAL = Code("internal", 500, "Something that nobody foresaw; the gateway's log has it under the request id.")
STOPPING = Code("service_unavailable", 503, "This worker is stopping, or gave up on the request; ask again.")

BEFORE_ROUTING: Mapping[int, Code] = MappingProxyType(
    {
        code.status: code
        for code in (
            Code("bad_request", 400, "What arrived is no well-formed HTTP request."),
            Code("no_such_resource", 404, "No resource of this gateway has this path."),
            Code("method_not_allowed", 405, "The resource does not offer this method; `Allow` names those it does."),
            Code("request_timeout", 408, "The request did not arrive as a whole in time."),
            Code("request_too_large", 413, "The header or the body of the request is larger than allowed."),
            Code("expectation_failed", 417, "The request has an `Expect` that this gateway does not meet."),
            STOPPING,
        )
    }
)
"""What the server itself refuses, by the status of Sanic's exception."""


def code_of(error: type[HeadgateError]) -> Code:
    """The code of an error that has a status."""
    return Code(error.code, int(STATUS_OF[error]), inspect.getdoc(error) or "", error)


ANYWHERE: tuple[Code, ...] = (
    *(code for code in BEFORE_ROUTING.values() if code.status != 404),
    INTERNAL,
    *(
        code_of(error)
        for error in (
            errors.InvalidRequest,
            errors.KeyRejected,
            errors.NotForThisKey,
            errors.CrossSiteWrite,
            errors.UrlTooLong,
            errors.HostNotServed,
            errors.CallerLimited,
            errors.TooManyAtOnce,
            errors.HeadTooLarge,
            errors.DeadlineExceeded,
        )
    ),
)
"""What any resource may answer, whatever it does: who is let in, and how long that may take, is said before it is asked."""


def every_code() -> tuple[Code, ...]:
    """By status, then by name."""
    found = {*BEFORE_ROUTING.values(), INTERNAL, *(code_of(error) for error in STATUS_OF)}
    return tuple(sorted(found, key=lambda code: (code.status, code.name)))
