"""What turns an endpoint that tells things one after the other into an answer: a stream, or its outcome alone.

    @blueprint.route("/report", methods=READ)
    @inject
    @streamed("A report on it", answers=OrganizationReport, events={"progress": Progress, "report": OrganizationReport})
    async def report(org: Owner, reports: Reports) -> AsyncIterator[BaseModel]:
        async for step in reports.report(org):
            yield step

Who accepts `text/event-stream` or `application/x-ndjson` gets every event as it comes; everybody else the first that is of
the type `answers`, as JSON. Who hangs up cancels what is done for it.
"""

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Mapping
from contextlib import aclosing
from functools import wraps
from math import inf
from typing import Any, Final, cast

from pydantic import BaseModel
from pydantic_core import to_json
from sanic import HTTPResponse
from sanic.compat import Header

from app.api.edge import EdgeRequest
from app.api.error_handler import answer_to
from app.api.events import STREAMS, Event, Form, form_wanted
from app.api.operation import Operation, declared_parameters, parse_query, path_value
from app.api.own_fields import CLASS_HEADER, TIMEOUT_HEADER
from app.api.problems import STATUS_OF, ProblemEvent
from app.api.written import JSON, WrittenResponse
from app.call import Urgency, current_call
from app.errors import HeadgateError, InvalidRequest

STILL_HERE_SECONDS: Final = 15.0
AHEAD: Final = 4
"""So many events are made before the caller takes them; then what makes them waits."""

Endpoint = Callable[..., AsyncGenerator[BaseModel, None]]
Handler = Callable[..., Coroutine[Any, Any, HTTPResponse | None]]


def streamed(
    summary: str,
    *,
    answers: type[BaseModel],
    events: Mapping[str, type[BaseModel]],
    errors: tuple[type[HeadgateError], ...] = tuple(STATUS_OF),
    urgency: Urgency | None = None,
    still_here_seconds: float = STILL_HERE_SECONDS,
) -> Callable[[Endpoint], Handler]:
    """Declares an endpoint, as `operation` does.

    Args:
        summary: A title.
        answers: What the answer is where it does not stream.
        events: The names of events, by what they tell.
        errors: Which errors its service may raise.
        urgency: Is given to the endpoint, by this name, where the caller says no class of its own.
        still_here_seconds: When nothing has happened for so long, a sign of life goes out: whoever is on the way between
            cuts what is silent.
    """
    names = {told: name for name, told in events.items()}

    def declare(endpoint: Endpoint) -> Handler:
        query_model, path_parameters, _ = declared_parameters(endpoint)  # type: ignore[arg-type]  # it yields instead
        takes_query = "query" in inspect.signature(endpoint).parameters

        @wraps(endpoint)
        async def respond(request: EdgeRequest, **arguments: Any) -> HTTPResponse | None:
            for name, adapter in path_parameters.items():
                arguments[name] = path_value(name, arguments[name], adapter)
            query = parse_query(request.query_string, query_model)
            if takes_query:
                arguments["query"] = query
            call = current_call()
            call.route = request.template
            if urgency is not None and CLASS_HEADER not in request.headers:
                arguments["urgency"] = urgency
            if request.method == "HEAD":
                return await _head(endpoint(**arguments))
            form = form_wanted(", ".join(request.headers.getall("accept", [])))
            if form is None:
                return await _outcome(endpoint(**arguments), answers)
            if TIMEOUT_HEADER not in request.headers:
                call.deadline = inf  # the work has its own
            await _stream(request, form, _named(endpoint(**arguments), names), still_here_seconds)
            return None

        respond.operation = Operation(  # type: ignore[attr-defined]  # as in operation.py
            summary,
            inspect.getdoc(endpoint) or "",
            answers,
            path_parameters,
            query_model,
            (InvalidRequest, *(error for error in errors if error is not InvalidRequest)),
            streams=STREAMS,
        )
        return respond

    return declare


async def _outcome(told: AsyncGenerator[BaseModel, None], answers: type[BaseModel]) -> HTTPResponse:
    async with aclosing(told):
        async for each in told:
            if isinstance(each, answers):
                return HTTPResponse(to_json(each), headers=_fields(), content_type=JSON)
    raise AssertionError(f"ended without any {answers.__name__}")


async def _head(told: AsyncGenerator[BaseModel, None]) -> HTTPResponse:
    """What a GET would begin with, without the work: its length is known when that is done, and may be left out (RFC 9110
    section 9.3.2).
    """
    async with aclosing(told):
        await anext(told)
    lines = "".join(f"\r\n{name}: {value}" for name, value in _fields().items())
    return WrittenResponse(200, b"", (b"content-type", f"{JSON}{lines}".encode()), b"")


async def _named(told: AsyncGenerator[BaseModel, None], names: Mapping[type[BaseModel], str]) -> AsyncIterator[Event]:
    async with aclosing(told):
        async for each in told:
            yield Event(names[type(each)], each)


async def _stream(request: EdgeRequest, form: Form, events: AsyncIterator[Event], still_here_seconds: float) -> None:
    """Tells events as they come. What goes wrong before the first is an answer of its own; after it, the last event."""
    coming: asyncio.Queue[Event | Exception | None] = asyncio.Queue(AHEAD)
    work = asyncio.get_running_loop().create_task(_put(events, coming))
    try:
        first = await coming.get()
        if isinstance(first, Exception):
            raise first
        response = await request.respond(HTTPResponse(headers=_fields(), content_type=form.media_type))
        event: Event | Exception | None = first
        while event is not None:
            if isinstance(event, Exception):
                event = _problem(request, event)
                await coming.put(None)
            await _send(request, response, form.written(event))
            if request.app.is_leaving or not request.app.ready:
                break  # the worker stops: the caller comes back to another one
            event = await _next(request, response, form, coming, still_here_seconds)
        await response.eof()
    finally:
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)


async def _next(
    request: EdgeRequest,
    response: Any,
    form: Form,
    coming: asyncio.Queue[Event | Exception | None],
    still_here_seconds: float,
) -> Event | Exception | None:
    while True:
        try:
            return await asyncio.wait_for(coming.get(), still_here_seconds)
        except TimeoutError:
            await _send(request, response, form.still_here)


async def _send(request: EdgeRequest, response: Any, piece: bytes) -> None:
    await response.send(piece)
    request.sent_bytes += len(piece)


async def _put(events: AsyncIterator[Event], coming: asyncio.Queue[Event | Exception | None]) -> None:
    """Makes the events in a task of its own, from the first to the last: what is under way in it belongs to that task."""
    try:
        async with aclosing(cast("AsyncGenerator[Event, None]", events)):
            async for event in events:
                await coming.put(event)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it goes up in the task that answers
        await coming.put(error)
    else:
        await coming.put(None)


def _problem(request: EdgeRequest, error: Exception) -> Event:
    """Too late for a status: what the answer would have been is its last event."""
    answer = answer_to(error, request.request_id)
    request.problem_code = answer.problem.code
    wait = answer.headers.get("Retry-After")
    told = dict(answer.problem)
    return Event("problem", ProblemEvent(**told, retry_after_seconds=None if wait is None else int(wait)))


def _fields() -> Header:
    """Nobody on the way may keep it, or hold it back to gather more."""
    return Header({"Cache-Control": "no-store", "Vary": "Accept", "X-Accel-Buffering": "no"})
