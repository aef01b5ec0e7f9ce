"""What turns a method of a service into an endpoint: parameters parsed and named, the answer written.

An endpoint is declared in this order, outermost first (another order injects nothing, in silence; start-up checks):

    @blueprint.route("/<owner>/<repo>/tags", methods=READ)
    @inject
    @operation("Tags", answers=Slice[Tag])
    async def tags(
        owner: Owner, repo: Repo, query: PageQuery, tags: Annotated[TagService, Provide["tags"]]
    ) -> Slice[Tag]:
        return await tags.tags(owner, repo, query)
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from time import time
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote

from dependency_injector.wiring import Provide
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, to_json
from sanic import HTTPResponse

from app.api.admission import path_of
from app.api.edge import EdgeRequest
from app.api.listing import written_list
from app.api.problems import STATUS_OF
from app.api.written import JSON, JsonAnswer, WrittenResponse, timed_fields, told_by
from app.call import current_call
from app.errors import HeadgateError, InvalidRequest, ParameterFault
from app.services.answers.answer import Answer, CursorSlice, Slice
from app.services.queries import NoQuery

QueryT = TypeVar("QueryT", bound=BaseModel)
HandlerT = TypeVar("HandlerT", bound=Callable[..., Awaitable[HTTPResponse]])

READ = ("GET", "HEAD")
"""The methods of everything that is only read."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What an endpoint promises: the source of its part of the OpenAPI document.

    Attributes:
        summary: A title.
        description: More about it, in Markdown; may be empty.
        answers: The type of its answer: an `Answer`, a union of them, or a `Slice` of one; `str` where it is no JSON.
        path_parameters: By name.
        query: The model of its query string.
        errors: Which errors its service may raise.
        media_type: Of the answer.
        streams: Other media types, in which it comes as events one after the other.
        also: Other statuses that it answers by itself, each with the type of its body (None: no body).
        validated: Whether an answer to GET has a validator, and tells what the cache did.
    """

    summary: str
    description: str
    answers: Any
    path_parameters: Mapping[str, TypeAdapter[Any]] = field(default_factory=dict)
    query: type[BaseModel] = NoQuery
    errors: tuple[type[HeadgateError], ...] = ()
    media_type: str = JSON
    streams: tuple[str, ...] = ()
    also: Mapping[int, type[BaseModel] | None] = field(default_factory=dict)
    validated: bool = False


Endpoint = Callable[..., Awaitable[Answer | Slice[Any] | CursorSlice[Any]]]


def operation(
    summary: str, *, answers: Any, errors: tuple[type[HeadgateError], ...] = tuple(STATUS_OF)
) -> Callable[[Endpoint], Callable[..., Awaitable[HTTPResponse]]]:
    """Declares an endpoint. Its parameter `query` is parsed from the query string; others without a default that are
    not injected are parts of the path. The docstring becomes the description.
    """

    def declare(endpoint: Endpoint) -> Callable[..., Awaitable[HTTPResponse]]:
        query_model, path_parameters, injected = declared_parameters(endpoint)
        takes_query = query_model is not NoQuery
        no_query = _without_query(query_model)
        described = Operation(
            summary, inspect.getdoc(endpoint) or "", answers, path_parameters, query_model, errors, validated=True
        )

        @wraps(endpoint)
        async def respond(request: EdgeRequest, **arguments: Any) -> WrittenResponse:
            for name, adapter in path_parameters.items():
                arguments[name] = path_value(name, arguments[name], adapter)
            query_string = request.query_string
            query = no_query if no_query is not None and not query_string else parse_query(query_string, query_model)
            if takes_query:
                arguments["query"] = query
            call, answers = current_call(), request.app.answers
            call.route = request.template
            if request.method not in READ:  # what is done is done each time
                written = _written(request, await endpoint(**arguments))
                return written.response(request, timed_fields(told_by(call), call.sources, time()))
            known = await answers.renewed(request.question)
            if known is None:
                call.begin_anew()
                written = _written(request, await endpoint(**arguments))
                makers = tuple((name, tuple(vars(arguments[parameter]).values())) for parameter, name in injected)
                path = path_of(request.raw_url)
                known = answers.kept(request.question, written, call.sources, makers, call.route, path)
            return known.answer.response(request, timed_fields(told_by(call), known.sources, time()))

        respond.operation = described  # type: ignore[attr-defined]  # what `operation_of` reads: a route keeps its handler and nothing of ours
        return respond

    return declare


def _written(request: EdgeRequest, answer: Answer | Slice[Any] | CursorSlice[Any]) -> JsonAnswer:
    if isinstance(answer, Slice | CursorSlice):
        return written_list(request, answer, request.app.public_url)
    return JsonAnswer(to_json(answer))


def described(
    summary: str, *, answers: Any, media_type: str = JSON, also: Mapping[int, type[BaseModel] | None] | None = None
) -> Callable[[HandlerT], HandlerT]:
    """Declares a handler that reads its request and writes its answer by itself: it only gets into the documents."""

    def declare(handler: HandlerT) -> HandlerT:
        handler.operation = Operation(  # type: ignore[attr-defined]  # the same
            summary, inspect.getdoc(handler) or "", answers, media_type=media_type, also=also or {}
        )
        return handler

    return declare


def operation_of(handler: Any) -> Operation | None:
    """What the handler of a route has declared; None where it has declared nothing."""
    found = getattr(handler, "operation", None)
    return found if isinstance(found, Operation) else None


def declared_parameters(
    endpoint: Endpoint,
) -> tuple[type[BaseModel], dict[str, TypeAdapter[Any]], tuple[tuple[str, str], ...]]:
    """The model of its query, its parts of the path, and what it wants injected (parameter and name)."""
    query_model: type[BaseModel] = NoQuery
    path_parameters: dict[str, TypeAdapter[Any]] = {}
    injected: list[tuple[str, str]] = []
    for name, parameter in inspect.signature(endpoint).parameters.items():
        if name == "query":
            query_model = parameter.annotation
        elif (provided := _injected(parameter.annotation)) is not None:
            injected.append((name, provided))
        elif parameter.default is inspect.Parameter.empty:
            path_parameters[name] = TypeAdapter(parameter.annotation)
    return query_model, path_parameters, tuple(injected)


def _injected(annotation: Any) -> str | None:
    """The name in the container, where a parameter is annotated with one."""
    notes = getattr(annotation, "__metadata__", ())
    return next((str(note.provider) for note in notes if isinstance(note, type(Provide[""]))), None)


def path_value(name: str, written: str, adapter: TypeAdapter[Any]) -> Any:
    """A part of the path in clear text and of its type."""
    try:
        return adapter.validator.validate_python(unquote(written, errors="strict") if "%" in written else written)
    except UnicodeDecodeError:
        raise InvalidRequest([ParameterFault("path", name, "is not UTF-8")]) from None
    except ValidationError as error:
        raise InvalidRequest([ParameterFault("path", name, _said(error.errors()[0]))]) from None


def _without_query(model: type[BaseModel]) -> BaseModel | None:
    """What an empty query string means, made once; None where a parameter is required."""
    return None if any(field.is_required() for field in model.model_fields.values()) else model()


def parse_query(query_string: str, model: type[QueryT]) -> QueryT:
    """The query string as a `model`.

    Raises:
        InvalidRequest: Names every parameter that is unknown, given twice, missing or out of its bounds.
    """
    values: dict[str, str] = {}
    faults: list[ParameterFault] = []
    for name, value in parse_qsl(query_string, keep_blank_values=True):
        if name in values:
            faults.append(ParameterFault("query", name, "is given more than once"))
        values[name] = value
    try:
        query = model.model_validate(values)
    except ValidationError as error:
        faults += [
            ParameterFault("query", ".".join(str(part) for part in fault["loc"]), _said(fault))
            for fault in error.errors(include_url=False)
        ]
        raise InvalidRequest(faults) from None
    if faults:
        raise InvalidRequest(faults)
    return query


def _said(fault: ErrorDetails) -> str:
    """Pydantic's finding in a caller's words, without the value."""
    match fault["type"]:
        case "extra_forbidden":
            return "is not a parameter of this resource"
        case "missing":
            return "is required"
        case _:
            return fault["msg"].removeprefix("Input ").removeprefix("Value error, ")
