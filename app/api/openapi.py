"""The OpenAPI 3.1 document, built from what the endpoints declare. Nothing in it is typed by hand twice.

`build_document` looks at every route of an application and at the `Operation` of its handler. Paths and schemas
are in alphabetical order, so that two versions of the document can be compared line by line; tags in that of the
blueprints.
"""

import inspect
import re
from collections import Counter
from http import HTTPStatus
from typing import Any, get_origin

from sanic import Sanic

from app import __version__
from app.api.openapi_responses import HEADERS, header, problem_responses, refusals, request_id_header, validated_headers
from app.api.openapi_schemas import Schema, answer_schemas, header_parameters, parameters_of
from app.api.operation import READ, Operation, operation_of
from app.api.problems import PROBLEM_TYPE, Problem
from app.api.written import JSON
from app.services.answers.answer import CountedSlice, CursorSlice, Slice
from app.services.queries import NoQuery

Document = dict[str, Any]

DESCRIPTION = """\
A gateway through which a company's own tools take data from upstream HTTP APIs, GitHub first.

Every answer is JSON and carries `X-Request-ID`; send one of your own and it is kept. `X-Request-Timeout` says how long
you can wait, `X-Request-Class` how urgent it is. Lists come in pages of `items`, with the URLs of the pages before and
after in the body and in `Link`. Times are UTC in RFC 3339. What is unknown is null; no field is ever missing, and new
ones may appear. Whatever can be read with GET answers HEAD as well.

Errors are `application/problem+json` (RFC 9457). Their `code` is stable, and `type` leads to what it means.
"""

_PARAMETER = re.compile(r"<(\w+)(?::[^>]*)?>")


def build_document(app: Sanic[Any, Any], public_url: str | None) -> Document:
    """Every route that declares an operation.

    Args:
        app: With all of its blueprints.
        public_url: What the gateway is called from outside; None: the server of the document itself.
    """
    routes = [
        (_path(route.path), route, declared)
        for route in app.router.routes
        if (declared := operation_of(route.handler)) is not None
    ]
    # By methods as well: Sanic lists the routes of one path in another order in each worker.
    routes.sort(key=lambda found: (found[0], sorted(found[1].methods)))
    bodies = [body for _, _, declared in routes for body in _bodies(declared)]
    schemas, named = answer_schemas([*bodies, Problem])
    schema_of = dict(zip([*bodies, Problem], schemas, strict=True))
    routes_of = Counter(path for path, *_ in routes)
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, str] = {}
    for path, route, declared in routes:
        tag = _tag(route)
        tags[tag] = _tag_description(route.handler)
        item = paths.setdefault(path, {})
        # What one route takes, all methods of its path share; where there are several, each has a query of its own.
        shared, own = (declared.query, NoQuery) if routes_of[path] == 1 else (NoQuery, declared.query)
        parameters = parameters_of(declared.path_parameters, shared)
        if declared.validated:
            parameters += header_parameters()
        if parameters:
            item["parameters"] = parameters
        for method in sorted(route.methods):
            described = _operation(method, tag, route.handler.__name__, declared, schema_of)
            item[method.lower()] = described | ({"parameters": taken} if (taken := parameters_of({}, own)) else {})
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Headgate",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": (public_url or "/").rstrip("/") or "/"}],
        "tags": [{"name": name, "description": tags[name]} for name in app.blueprints if name in tags],
        "paths": paths,
        "components": {"schemas": named, "responses": problem_responses(), "headers": HEADERS},
    }


def operation_id(method: str, tag: str, handler: str, answers: Any) -> str:
    """`getRepository`, `listRepositoryTags`, `searchCode`, `headGetRepository`, `purgeCache`: from the names in the code.

    Args:
        method: The HTTP method.
        tag: The name of the blueprint, in the plural.
        handler: The name of the function.
        answers: The type of its answer.
    """
    thing = handler.removeprefix("list_")
    one = _singular(tag)
    if method not in READ:
        words = [handler]
    elif tag == "search":
        words = ["search", thing]
    else:
        verb = "list" if is_list(answers) else "get"
        words = [verb, thing] if thing in {tag, one} else [verb, one, thing]
    if method == "HEAD":
        words.insert(0, "head")
    first, *others = "_".join(words).split("_")
    return first + "".join(word.capitalize() for word in others)


def is_list(answers: Any) -> bool:
    """Whether an answer comes in pages."""
    return get_origin(answers) in {Slice, CountedSlice, CursorSlice}


def _path(written: str) -> str:
    """`/repos/{owner}/contents/{path}` for Sanic's `repos/<owner:str>/contents/<path:path>`."""
    return "/" + _PARAMETER.sub(r"{\1}", written).strip("/")


def _tag(route: Any) -> str:
    """The blueprint's name: Sanic calls a route `application.blueprint.handler`."""
    return str(route.name).split(".")[1]


def _singular(plural: str) -> str:
    return plural.removesuffix("ies") + "y" if plural.endswith("ies") else plural.removesuffix("s")


def _tag_description(handler: Any) -> str:
    """From the docstring of the module: `/api/v1/…: what it is about.`"""
    _, _, about = (inspect.getdoc(inspect.getmodule(handler)) or "").partition(": ")
    return about[:1].upper() + about[1:]


def _bodies(declared: Operation) -> list[Any]:
    return [declared.answers, *(body for body in declared.also.values() if body is not None)]


def _operation(
    method: str, tag: str, handler: str, declared: Operation, schema_of: dict[Any, Schema]
) -> dict[str, Any]:
    responses = refusals(declared)
    responses["200"] = _response(declared.summary, declared.answers, declared.media_type, schema_of)
    for media_type in declared.streams:
        responses["200"]["content"][media_type] = {"schema": {"type": "string"}}
    if is_list(declared.answers):
        responses["200"]["headers"]["Link"] = header("Link")
    if declared.validated and method in READ:
        responses["200"]["headers"] |= validated_headers()
        responses["304"] = _response(HTTPStatus(304).phrase, None, JSON, schema_of)
        responses["304"]["headers"] |= validated_headers()
    for status, body in declared.also.items():
        description = HTTPStatus(status).phrase if body is None else inspect.getdoc(body) or HTTPStatus(status).phrase
        refusal = responses.get(str(status))
        responses[str(status)] = _response(description, body, JSON, schema_of)
        if refusal is not None:
            responses[str(status)]["content"] |= {PROBLEM_TYPE: {"schema": schema_of[Problem]}}
    if method == "HEAD":
        for response in responses.values():
            response.pop("content", None)
    described = {
        "operationId": operation_id(method, tag, handler, declared.answers),
        "tags": [tag],
        "summary": f"{declared.summary} (header fields alone)" if method == "HEAD" else declared.summary,
    }
    if declared.description:
        described["description"] = declared.description
    return {**described, "responses": dict(sorted(responses.items()))}


def _response(description: str, body: Any, media_type: str, schema_of: dict[Any, Schema]) -> dict[str, Any]:
    response: dict[str, Any] = {"description": description, "headers": request_id_header()}
    if body is not None:
        response["content"] = {media_type: {"schema": schema_of[body]}}
    return response
