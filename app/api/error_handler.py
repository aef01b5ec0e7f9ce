"""The last station of every exception: an answer that says what is wrong, and a log line where it is our fault."""

from asyncio import CancelledError

from sanic import HTTPResponse, Request
from sanic.exceptions import MethodNotAllowed, PayloadTooLarge, SanicException
from sanic.handlers import ErrorHandler

from app.api.codes import BEFORE_ROUTING, INTERNAL, STOPPING
from app.api.edge import UNREAD, EdgeRequest
from app.api.passthrough.errors import MountErrors
from app.api.problems import PROBLEM_TYPE, STATUS_OF, ProblemAnswer, problem, problem_of
from app.errors import HeadgateError, HeadTooLarge
from app.logs.logger import logger_of

logger = logger_of(__name__)


class ProblemErrorHandler(ErrorHandler):
    """Answers problem+json for every exception: ours, Sanic's, and those that nobody foresaw. On a mount, where its
    upstream has one, in that upstream's form.
    """

    def __init__(self, mounts: MountErrors | None = None) -> None:
        super().__init__()
        self._mounts = mounts

    def _mounted(self, request: Request, answer: ProblemAnswer, exception: BaseException) -> HTTPResponse | None:
        if self._mounts is None or not isinstance(exception, Exception):
            return None
        refused = self._mounts.told(request.raw_url, answer.problem, exception)
        if refused is None:
            return None
        return HTTPResponse(refused.body, status=refused.status, headers={**answer.headers, **refused.fields})

    def default(self, request: Request, exception: BaseException) -> HTTPResponse:
        if isinstance(exception, MethodNotAllowed):
            return _method_answer(request, exception)
        if isinstance(exception, PayloadTooLarge) and request.method == UNREAD:
            exception = HeadTooLarge("the head of the request is longer than what is taken")
        answer = answer_to(exception, getattr(request, "request_id", ""))
        if isinstance(request, EdgeRequest):
            request.problem_code = answer.problem.code
        return self._mounted(request, answer, exception) or _response(answer)

    @staticmethod
    def log(request: Request, exception: Exception) -> None:
        """Nothing: `default` logs what is ours to mend, and the access log has the rest."""


def answer_to(exception: BaseException, request_id: str) -> ProblemAnswer:
    """What a caller is told; what is ours to mend goes into the log."""
    if isinstance(exception, HeadgateError) and type(exception) in STATUS_OF:
        return problem_of(exception, request_id)
    if isinstance(exception, CancelledError):  # the caller has left and reads nothing, or the worker is stopping
        return ProblemAnswer(problem(STOPPING.status, STOPPING.name, "The request was given up.", request_id))
    if isinstance(exception, SanicException) and exception.status_code in BEFORE_ROUTING:
        status = exception.status_code
        # Only Sanic's own words about the request: they quote its path at most.
        return ProblemAnswer(problem(status, BEFORE_ROUTING[status].name, str(exception), request_id))
    logger.error("unforeseen error", request_id=request_id, exc_info=exception)
    return ProblemAnswer(
        problem(
            500, INTERNAL.name, "Something unforeseen went wrong; the log has it under this request id.", request_id
        )
    )


def _method_answer(request: Request, exception: MethodNotAllowed) -> HTTPResponse:
    """405 with what is allowed; for OPTIONS the same as an answer (RFC 9110 section 9.3.7)."""
    allowed = ", ".join(sorted({*(exception.headers.get("Allow") or "").split(", "), "OPTIONS"} - {""}))
    if request.method == "OPTIONS":
        return HTTPResponse(status=204, headers={"Allow": allowed})
    detail = f"{request.method} is not offered here; {allowed} are."
    answer = ProblemAnswer(
        problem(405, BEFORE_ROUTING[405].name, detail, getattr(request, "request_id", "")), {"Allow": allowed}
    )
    return _response(answer)


def _response(answer: ProblemAnswer) -> HTTPResponse:
    return HTTPResponse(
        answer.problem.model_dump_json(exclude_none=True),
        status=answer.problem.status,
        headers=answer.headers,
        content_type=PROBLEM_TYPE,
    )
