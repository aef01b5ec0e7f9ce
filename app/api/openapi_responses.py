"""The responses of the OpenAPI document: one for each status that says no, with every code that it may carry."""

from http import HTTPStatus
from itertools import groupby
from typing import Any

from app.api.codes import ANYWHERE, Code, code_of, every_code
from app.api.edge import REQUEST_ID_HEADER
from app.api.operation import Operation
from app.api.problems import PROBLEM_TYPE, Parameter, UpstreamAnswer, problem
from app.errors import InvalidRequest, UpstreamError

EXAMPLE_REQUEST_ID = "4f1c6f0e9d7b4d0c8a3e2b1a5c6d7e8f"

HEADERS: dict[str, dict[str, Any]] = {
    "Age": {
        "description": "For how many seconds upstream has not been asked about the oldest part of the answer.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Allow": {"description": "The methods that the resource offers.", "schema": {"type": "string"}},
    "Cache-Status": {
        "description": "What the cache did (RFC 9211): `headgate; hit; ttl=42`, or why upstream was asked, as in "
        "`headgate; fwd=stale; fwd-status=304; stored; ttl=60`. Absent where no upstream had a part in the answer.",
        "schema": {"type": "string"},
    },
    "ETag": {
        "description": "Names this state of the answer: send it back in `If-None-Match` and get 304 while it holds.",
        "schema": {"type": "string"},
    },
    "Link": {
        "description": "The pages before and after this one, as `prev` and `next` (RFC 8288); absent where it is alone.",
        "schema": {"type": "string"},
    },
    "Request-ID": {
        "description": "Names this request in the gateway's log: the caller's own where it sent one.",
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "In how many seconds to come again, at the earliest.",
        "schema": {"type": "integer", "minimum": 1},
    },
    "WWW-Authenticate": {"description": "How to bring a key.", "schema": {"type": "string"}},
}
"""Under the names of their components."""


def header(component: str) -> dict[str, str]:
    """A reference to one of HEADERS."""
    return {"$ref": f"#/components/headers/{component}"}


def request_id_header() -> dict[str, Any]:
    """What every response carries."""
    return {REQUEST_ID_HEADER: header("Request-ID")}


def validated_headers() -> dict[str, Any]:
    """What the answers of the typed API carry besides."""
    return {name: header(name) for name in ("Age", "Cache-Status", "ETag")}


def problem_responses() -> dict[str, dict[str, Any]]:
    """A component for each status, `Problem404` and its like."""
    return {
        _component(status): _problem_response(status, tuple(codes))
        for status, codes in groupby(every_code(), key=lambda code: code.status)
    }


def refusals(operation: Operation) -> dict[str, dict[str, Any]]:
    """References to the responses by which an endpoint may say no, by status."""
    statuses = {code.status for code in (*ANYWHERE, *(code_of(error) for error in operation.errors))}
    return {str(status): {"$ref": f"#/components/responses/{_component(status)}"} for status in sorted(statuses)}


def _component(status: int) -> str:
    return f"Problem{status}"


def _problem_response(status: int, codes: tuple[Code, ...]) -> dict[str, Any]:
    headers = request_id_header()
    if status == 401:
        headers["WWW-Authenticate"] = header("WWW-Authenticate")
    if status == 405:
        headers["Allow"] = header("Allow")
    if any(code.tells_when for code in codes):
        headers["Retry-After"] = header("Retry-After")
    return {
        "description": "\n".join((f"{HTTPStatus(status).phrase}.", "", *(f"- `{c.name}`: {c.meaning}" for c in codes))),
        "headers": headers,
        "content": {
            PROBLEM_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code.name: {"value": _example(code)} for code in codes},
            }
        },
    }


def _example(code: Code) -> dict[str, Any]:
    """The shortest answer with this code."""
    example = problem(
        code.status,
        code.name,
        code.meaning.replace("`", ""),
        EXAMPLE_REQUEST_ID,
        parameters=(Parameter(place="query", name="per_page", detail="should be less than or equal to 100"),)
        if code.error is InvalidRequest
        else None,
        upstream=UpstreamAnswer(name="github")
        if code.error is not None and issubclass(code.error, UpstreamError)
        else None,
    )
    return example.model_dump(mode="json", exclude_none=True)
