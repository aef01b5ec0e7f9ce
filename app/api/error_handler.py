"""The last station of every exception: an answer that says what is wrong, and a log line where it is our fault."""

import logging

from sanic import HTTPResponse, Request
from sanic.exceptions import MethodNotAllowed, SanicException
from sanic.handlers import ErrorHandler

from app.api.problems import PROBLEM_TYPE, ProblemAnswer, problem, problem_of
from app.errors import HeadgateError

logger = logging.getLogger(__name__)

_CODE_OF_STATUS = {
    400: "bad_request",
    404: "no_such_resource",
    405: "method_not_allowed",
    408: "request_timeout",
    413: "request_too_large",
    416: "range_not_satisfiable",
    417: "expectation_failed",
    499: "request_cancelled",
    503: "service_unavailable",
}


class ProblemErrorHandler(ErrorHandler):
    """Answers problem+json for every exception: ours, Sanic's, and those that nobody foresaw."""

    def default(self, request: Request, exception: Exception) -> HTTPResponse:
        if isinstance(exception, MethodNotAllowed):
            return _method_answer(request, exception)
        answer = _answer(exception, getattr(request, "request_id", ""))
        if answer.problem.status == 500:
            logger.error("unforeseen error request_id=%s", answer.problem.instance, exc_info=exception)
        return _response(answer)

    @staticmethod
    def log(request: Request, exception: Exception) -> None:
        """Nothing: `default` logs what is ours to mend, and the access log has the rest."""


def _answer(exception: Exception, request_id: str) -> ProblemAnswer:
    if isinstance(exception, HeadgateError):
        return problem_of(exception, request_id)
    if isinstance(exception, SanicException) and exception.status_code in _CODE_OF_STATUS:
        status = exception.status_code
        # Only Sanic's own words about the request: they quote its path at most.
        return ProblemAnswer(problem(status, _CODE_OF_STATUS[status], str(exception), request_id))
    return ProblemAnswer(
        problem(500, "internal", "Something unforeseen went wrong; the log has it under this request id.", request_id)
    )


def _method_answer(request: Request, exception: MethodNotAllowed) -> HTTPResponse:
    """405 with what is allowed; for OPTIONS the same as an answer (RFC 9110 section 9.3.7)."""
    allowed = ", ".join(sorted({*(exception.headers.get("Allow") or "").split(", "), "OPTIONS"} - {""}))
    if request.method == "OPTIONS":
        return HTTPResponse(status=204, headers={"Allow": allowed})
    detail = f"{request.method} is not offered here; {allowed} are."
    answer = ProblemAnswer(
        problem(405, "method_not_allowed", detail, getattr(request, "request_id", "")), {"Allow": allowed}
    )
    return _response(answer)


def _response(answer: ProblemAnswer) -> HTTPResponse:
    return HTTPResponse(
        answer.problem.model_dump_json(exclude_none=True),
        status=answer.problem.status,
        headers=answer.headers,
        content_type=PROBLEM_TYPE,
    )
