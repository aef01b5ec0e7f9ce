"""Errors as problem+json (RFC 9457): which status a caller sees for each error, and nothing about our insides."""

from dataclasses import dataclass, field
from http import HTTPStatus
from math import ceil
from typing import cast

from pydantic import BaseModel, ConfigDict, Field

from app import errors
from app.errors import (
    CallerLimited,
    HeadgateError,
    InvalidRequest,
    KeyRejected,
    MalformedUpstreamReply,
    MethodNotOffered,
    ReplyError,
    ReportNotAffordable,
    UpstreamError,
)
from app.services.answers.organization_report import Estimate

PROBLEM_TYPE = "application/problem+json"

STATUS_OF: dict[type[HeadgateError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.RequestBodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.NotConfigured: HTTPStatus.NOT_FOUND,
    errors.SessionNotOpen: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.CertificateAuthorityUnusable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.DeadlineExceeded: HTTPStatus.GATEWAY_TIMEOUT,
    errors.OperatorsOnly: HTTPStatus.FORBIDDEN,
    errors.CrossSiteWrite: HTTPStatus.FORBIDDEN,
    errors.HostNotServed: HTTPStatus.MISDIRECTED_REQUEST,
    errors.HeadTooLarge: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.UrlTooLong: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.KeyRejected: HTTPStatus.UNAUTHORIZED,
    errors.NotForThisKey: HTTPStatus.FORBIDDEN,
    errors.CallerLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooManyAtOnce: HTTPStatus.TOO_MANY_REQUESTS,
    errors.ReportNotAffordable: HTTPStatus.TOO_MANY_REQUESTS,
    errors.NotCached: HTTPStatus.GATEWAY_TIMEOUT,
    errors.PathNotOffered: HTTPStatus.FORBIDDEN,
    errors.MethodNotOffered: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.NotSupported: HTTPStatus.NOT_IMPLEMENTED,
    errors.CircuitOpen: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.QueueFull: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Unreachable: HTTPStatus.BAD_GATEWAY,
    errors.NameNotResolved: HTTPStatus.BAD_GATEWAY,
    errors.TlsFailed: HTTPStatus.BAD_GATEWAY,
    errors.ProxyFailed: HTTPStatus.BAD_GATEWAY,
    errors.Disconnected: HTTPStatus.BAD_GATEWAY,
    errors.UpstreamTimeout: HTTPStatus.GATEWAY_TIMEOUT,
    errors.ReplyTooLarge: HTTPStatus.BAD_GATEWAY,
    errors.RedirectRefused: HTTPStatus.BAD_GATEWAY,
    errors.MalformedUpstreamReply: HTTPStatus.BAD_GATEWAY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Gone: HTTPStatus.GONE,
    # The gateway's credential is at fault, not the caller: a 401 would send the caller to look for one.
    errors.CredentialRejected: HTTPStatus.BAD_GATEWAY,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.PrimaryLimit: HTTPStatus.TOO_MANY_REQUESTS,
    errors.CallerPointsSpent: HTTPStatus.TOO_MANY_REQUESTS,
    errors.QuotaReserved: HTTPStatus.TOO_MANY_REQUESTS,
    errors.SecondaryLimit: HTTPStatus.TOO_MANY_REQUESTS,
    errors.LegallyUnavailable: HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.RequestRejected: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.StillComputing: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.UpstreamFailed: HTTPStatus.BAD_GATEWAY,
    errors.UnexpectedReply: HTTPStatus.BAD_GATEWAY,
}
"""Every error that can be raised; a test walks the tree and finds none without a status."""


class Parameter(BaseModel):
    """A parameter that was refused."""

    model_config = ConfigDict(frozen=True)

    place: str = Field(description="`path`, `query` or `header`.")
    name: str = Field(description="Its name.")
    detail: str = Field(description="What is wrong with it.")


class UpstreamAnswer(BaseModel):
    """What the upstream said."""

    model_config = ConfigDict(frozen=True)

    name: str = Field(description="The upstream's name in the configuration.")
    status: int | None = Field(None, description="Its HTTP status; null when no usable reply arrived.")
    message: str | None = Field(None, description="Its own words, where it had some.")
    path: str | None = Field(None, description="The field of its reply that is missing or malformed.")


class Problem(BaseModel):
    """RFC 9457. `code` is stable; `instance` is the request id that the gateway's log knows."""

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="Where the code is explained.")
    title: str = Field(description="The status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What happened this time, in a sentence.")
    instance: str = Field(description="The request id, as in `X-Request-ID`.")
    code: str = Field(description="What kind of problem this is: stable, made for programs.")
    parameters: tuple[Parameter, ...] | None = Field(None, description="With `invalid_request`: each refused one.")
    upstream: UpstreamAnswer | None = Field(None, description="With errors of an upstream.")
    estimate: Estimate | None = Field(None, description="With `report_not_affordable`: what it would cost.")


class ProblemEvent(Problem):
    """A problem for which a status and header fields come too late: the last event of a stream."""

    retry_after_seconds: int | None = Field(
        description="What would have been the field `Retry-After`; null: not known."
    )


@dataclass(frozen=True, slots=True)
class ProblemAnswer:
    """A problem with the header fields that go with it."""

    problem: Problem
    headers: dict[str, str] = field(default_factory=dict)


def problem_of(error: HeadgateError, request_id: str) -> ProblemAnswer:
    """What a caller is told of `error`."""
    status = STATUS_OF[type(error)]
    return ProblemAnswer(
        problem(
            status,
            error.code,
            error.detail,
            request_id,
            parameters=tuple(
                Parameter(place=fault.place, name=fault.name, detail=fault.detail) for fault in error.faults
            )
            if isinstance(error, InvalidRequest)
            else None,
            upstream=_upstream_answer(error) if isinstance(error, UpstreamError) else None,
            estimate=cast("Estimate", error.estimate) if isinstance(error, ReportNotAffordable) else None,
        ),
        _fields(error),
    )


def _fields(error: HeadgateError) -> dict[str, str]:
    if isinstance(error, MethodNotOffered):
        return {"Allow": ", ".join(error.allowed)}
    if isinstance(error, KeyRejected):
        return {"WWW-Authenticate": 'Bearer realm="headgate"'}
    retry_after_seconds = getattr(error, "retry_after_seconds", None)
    # Whole seconds (RFC 9110 section 10.2.3), rounded up: a caller who comes a moment early is refused again.
    fields = {} if retry_after_seconds is None else {"Retry-After": str(max(1, ceil(retry_after_seconds)))}
    return {**fields, **error.told} if isinstance(error, CallerLimited) else fields


def problem(
    status: int,
    code: str,
    detail: str,
    request_id: str,
    *,
    parameters: tuple[Parameter, ...] | None = None,
    upstream: UpstreamAnswer | None = None,
    estimate: Estimate | None = None,
) -> Problem:
    """A problem; `title` is the status's own phrase."""
    return Problem(
        type=f"/docs#{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        instance=request_id,
        code=code,
        parameters=parameters,
        upstream=upstream,
        estimate=estimate,
    )


def _upstream_answer(error: UpstreamError) -> UpstreamAnswer:
    return UpstreamAnswer(
        name=error.upstream,
        status=error.status if isinstance(error, ReplyError) else None,
        message=error.message if isinstance(error, ReplyError) else None,
        path=error.path if isinstance(error, MalformedUpstreamReply) else None,
    )
