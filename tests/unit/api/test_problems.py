"""What a caller is told of each error, and what not."""

import inspect
from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import errors
from app.api.problems import STATUS_OF, ProblemAnswer, problem, problem_of
from app.errors import HeadgateError, ParameterFault
from app.services.answers.organization_report import Estimate

# One value for each argument that some error takes.
ARGUMENTS: dict[str, Any] = {
    "detail": "what happened",
    "upstream": "github",
    "status": 418,
    "message": "in its own words",
    "path": "owner.login",
    "phase": "read",
    "limit_seconds": 10.0,
    "limit": 5000,
    "reset_epoch_seconds": 1_800_000_000,
    "retry_after_seconds": 59.2,
    "resource": "core",
    "faults": (ParameterFault("query", "page", "is too small"),),
    "method": "PUT",
    "told": {"RateLimit": '"requests";r=0;t=60'},
    "allowed": ("GET", "HEAD"),
    "estimate": Estimate(
        repositories=300,
        requests=900,
        points_without_cache=900,
        points_expected=700,
        points_left=10,
        resets_at=None,
        possible_at=None,
    ),
}


def made(error: type[HeadgateError]) -> HeadgateError:
    return error(**{name: ARGUMENTS[name] for name in inspect.signature(error).parameters})


@pytest.mark.parametrize("error", STATUS_OF, ids=lambda error: error.__name__)
def test_every_error_becomes_a_problem_of_its_own(error: type[HeadgateError]) -> None:
    told = problem_of(made(error), "id-1").problem

    assert told.status == STATUS_OF[error]
    assert told.title == HTTPStatus(told.status).phrase
    assert (told.code, told.type, told.instance) == (error.code, f"/docs#{error.code}", "id-1")
    assert told.detail == made(error).detail
    assert (told.upstream is not None) == issubclass(error, errors.UpstreamError)
    assert (told.parameters is not None) == (error is errors.InvalidRequest)
    assert (told.estimate is not None) == (error is errors.ReportNotAffordable)


def test_a_reply_error_tells_what_the_upstream_said() -> None:
    told = problem_of(made(errors.RequestRejected), "").problem.model_dump(exclude_none=True)

    assert told["upstream"] == {"name": "github", "status": 418, "message": "in its own words"}


def test_a_malformed_reply_names_the_field() -> None:
    told = problem_of(made(errors.MalformedUpstreamReply), "").problem.model_dump(exclude_none=True)

    assert told["upstream"] == {"name": "github", "path": "owner.login"}


def test_refused_parameters_are_named_one_by_one() -> None:
    told = problem_of(made(errors.InvalidRequest), "").problem.model_dump(exclude_none=True)

    assert told["parameters"] == ({"place": "query", "name": "page", "detail": "is too small"},)


def test_a_method_that_is_not_offered_is_answered_with_those_that_are() -> None:
    assert problem_of(made(errors.MethodNotOffered), "").headers == {"Allow": "GET, HEAD"}
    assert problem_of(made(errors.PathNotOffered), "").headers == {}


@pytest.mark.parametrize(
    ("seconds", "written"), [(59.2, "60"), (60.0, "60"), (0.0, "1"), (-3.0, "1"), (0.001, "1"), (3599.9999, "3600")]
)
def test_retry_after_is_whole_seconds_and_never_too_soon(seconds: float, written: str) -> None:
    assert limited(seconds).headers == {"Retry-After": written}


@given(st.floats(0, 1e9))
def test_whoever_comes_back_after_retry_after_is_not_early(seconds: float) -> None:
    written = int(limited(seconds).headers["Retry-After"])

    assert seconds <= written <= max(1, seconds + 1)


def limited(seconds: float) -> ProblemAnswer:
    return problem_of(
        errors.PrimaryLimit("github", "refused", status=403, retry_after_seconds=seconds), request_id="id-1"
    )


@pytest.mark.parametrize("error", [errors.NotFound, errors.UpstreamTimeout, errors.InvalidRequest])
def test_an_error_that_knows_no_moment_says_none(error: type[HeadgateError]) -> None:
    assert problem_of(made(error), "").headers == {}


def test_what_is_not_there_is_not_written() -> None:
    written = problem(404, "not_found", "gone", "id-1").model_dump_json(exclude_none=True)

    assert "null" not in written
