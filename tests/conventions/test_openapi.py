"""The OpenAPI document promises what the gateway does: every route, every parameter, every error, every answer.

What is below a mount is the upstream's own API, and described by the upstream.
"""

import ast
import inspect
import json
import re
from collections.abc import AsyncIterator, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as package
from app import errors
from app.api import dashboard
from app.api.codes import every_code
from app.api.docs_page import render_page
from app.api.docs_page.endpoint import Endpoint
from app.api.openapi import build_document
from app.api.operation import operation_of
from app.api.passthrough.enterprise import meta
from app.api.passthrough.handler import pass_through
from app.api.problems import STATUS_OF
from app.demo.facebook import FacebookStandIn
from app.demo.github import GitHubStandIn
from app.errors import HeadgateError
from app.server import create_app
from tests.contract.filling import fake_facebook_like, fake_github_like
from tests.gateway import NOWHERE, Ask, asking, container_of, serving_gateway

MOUNTED = {"kind": "github", "base_url": NOWHERE, "mount": "/github"}
METHODS = ("get", "head", "delete")
PUBLIC = re.compile(r"^[A-Z][A-Za-z]+$")


@cache
def written() -> tuple[tuple[str, tuple[str, ...], bool], ...]:
    """Every route that is not a mount's: its path, its methods, whether its handler declares an operation."""
    return tuple(
        (
            "/" + re.sub(r"<(\w+)[^>]*>", r"{\1}", route.path).strip("/"),
            tuple(sorted(route.methods)),
            operation_of(route.handler) is not None,
        )
        for route in create_app(container_of(github=MOUNTED)).router.routes
        if not is_mounted(route) and not is_of_the_dashboard(route)
    )


def is_of_the_dashboard(route: Any) -> bool:
    """A page and its files: what they are made of is nobody's interface."""
    return str(route.name).split(".")[1] == dashboard.blueprint.name


@cache
def as_json() -> str:
    return json.dumps(build_document(create_app(container_of(github=MOUNTED)), None))


@pytest.fixture
def document() -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(as_json())
    return parsed


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def everything(value: Any) -> Iterator[dict[str, Any]]:
    """Every object of the document, however deep."""
    match value:
        case dict():
            yield value
            for inner in value.values():
                yield from everything(inner)
        case list():
            for inner in value:
                yield from everything(inner)


def resolved(document: dict[str, Any], reference: str) -> Any:
    assert reference.startswith("#/")
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found


def validate(document: dict[str, Any], schema: dict[str, Any], value: Any) -> None:
    OAS31Validator({**schema, "components": document["components"]}).validate(value)


def test_it_is_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_is_in_it_and_nothing_else(document: dict[str, Any]) -> None:
    assert [path for path, _, declared in written() if not declared] == []
    routes = {(path, method.lower()) for path, methods, _ in written() for method in methods}
    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_nothing_of_a_mount_is_in_it(document: dict[str, Any]) -> None:
    mounted = [route.path for route in create_app(container_of(github=MOUNTED)).router.routes if is_mounted(route)]

    assert mounted
    assert [path for path, *_ in operations(document) if path.startswith(MOUNTED["mount"])] == []


def is_mounted(route: Any) -> bool:
    return route.handler in {pass_through, meta}


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for path, method, described in operations(document):
        assert described["summary"], path
        assert described["tags"], path
        assert "200" in described["responses"], path
        refusals = {status for status in described["responses"] if status >= "400"}
        assert {"400", "405", "500", "503"} <= refusals, (path, method)


def test_operation_ids_are_readable_and_unique(document: dict[str, Any]) -> None:
    ids = [described["operationId"] for *_, described in operations(document)]

    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z0-9]*)+", each) for each in ids)


def test_every_tag_is_described(document: dict[str, Any]) -> None:
    used = {tag for *_, described in operations(document) for tag in described["tags"]}

    assert used == {tag["name"] for tag in document["tags"]}
    assert all(re.match(r"[A-Z].*\.$", tag["description"], re.DOTALL) for tag in document["tags"])


def test_every_part_of_a_path_is_a_parameter_with_an_example(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        parameters = [each for each in item.get("parameters", []) if each["in"] == "path"]
        assert [each["name"] for each in parameters] == re.findall(r"\{(\w+)\}", path)
        assert all(each["required"] and "example" in each for each in parameters), path


def test_every_parameter_is_explained(document: dict[str, Any]) -> None:
    for path, item in document["paths"].items():
        own = [each for method in METHODS for each in item.get(method, {}).get("parameters", [])]
        for parameter in item.get("parameters", []) + own:
            assert parameter["description"].endswith((".", ")")), (path, parameter["name"])
            assert "type" in parameter["schema"], (path, parameter["name"])


def test_every_reference_leads_somewhere_and_every_component_is_used(document: dict[str, Any]) -> None:
    references = {inner["$ref"] for inner in everything(document) if "$ref" in inner}
    for reference in references:
        assert resolved(document, reference)

    components = {f"#/components/{kind}/{name}" for kind, all_ in document["components"].items() for name in all_}
    # A discriminator refers to the members of its union by its mapping.
    assert components == references


def test_schemas_have_readable_names(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if not PUBLIC.match(name)] == []


def test_every_response_carries_the_request_id(document: dict[str, Any]) -> None:
    for path, method, described in operations(document):
        for status, response in described["responses"].items():
            told = resolved(document, response["$ref"]) if "$ref" in response else response
            assert "X-Request-ID" in told["headers"], (path, method, status)


def test_the_header_fields_of_refusals(document: dict[str, Any]) -> None:
    responses = document["components"]["responses"]

    assert "Allow" in responses["Problem405"]["headers"]
    assert {name for name, told in responses.items() if "Retry-After" in told["headers"]} == {
        "Problem429",
        "Problem503",
    }
    assert all(set(told["content"]) == {"application/problem+json"} for told in responses.values())


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for inner in everything(document):
        if "schema" in inner:
            examples = [inner["example"]] if "example" in inner else []
            for example in examples + [each["value"] for each in inner.get("examples", {}).values()]:
                validate(document, inner["schema"], example)
                checked += 1
    assert checked > len(every_code())


def subclasses(kind: type[HeadgateError]) -> Iterator[type[HeadgateError]]:
    for child in kind.__subclasses__():
        if child.__module__.startswith("app."):
            yield child
            yield from subclasses(child)


def instantiated() -> frozenset[str]:
    """The names of all that is called anywhere in the package, or kept in a table of what is to be called."""
    names = set()
    for source in Path(inspect.getfile(package)).parent.rglob("*.py"):
        tree = ast.parse(source.read_text("utf-8"))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if source.name != "errors.py":
                    names.add(name)
                case ast.Tuple(elts=[ast.Name(id=name), ast.Constant()]):
                    names.add(name)
                case ast.IfExp(body=ast.Name(id=one), orelse=ast.Name(id=other)):
                    names |= {one, other}
                case _:
                    pass
    return frozenset(names)


def test_every_error_that_is_raised_has_a_status_of_its_own() -> None:
    names = instantiated()
    raised = {error for error in subclasses(HeadgateError) if error.__name__ in names}

    assert raised >= {errors.NotFound, errors.PrimaryLimit, errors.UnexpectedReply, errors.InvalidRequest}
    assert raised - set(STATUS_OF) == set()


def test_every_error_without_children_has_a_status() -> None:
    assert [error for error in subclasses(HeadgateError) if not error.__subclasses__() and error not in STATUS_OF] == []


def test_codes_are_unique_and_stand_for_one_error() -> None:
    codes = [error.code for error in subclasses(HeadgateError)]

    assert len(set(codes)) == len(codes)
    assert len({code.name for code in every_code()}) == len(every_code())


def test_every_code_is_in_the_document_with_its_meaning(document: dict[str, Any]) -> None:
    for code in every_code():
        response = document["components"]["responses"][f"Problem{code.status}"]
        assert f"- `{code.name}`: {code.meaning}" in response["description"]
        assert code.meaning
        example = response["content"]["application/problem+json"]["examples"][code.name]["value"]
        assert (example["code"], example["type"]) == (code.name, f"/docs#{code.name}")


def test_every_code_has_its_anchor_at_docs(document: dict[str, Any]) -> None:
    page = render_page(document).decode()

    assert [code.name for code in every_code() if page.count(f'<tr id="{code.name}">') != 1] == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ask() -> AsyncIterator[Ask]:
    """The gateway in front of fakes that hold what the stand-ins of `headgate demo` hold."""
    container = container_of(
        github={"kind": "github", "base_url": NOWHERE}, facebook={"kind": "facebook", "base_url": NOWHERE}
    )
    with (
        container.github_client.override(fake_github_like(GitHubStandIn())),
        container.facebook_client.override(fake_facebook_like(FacebookStandIn())),
    ):
        async with serving_gateway(create_app(container)) as base_url, asking(base_url) as ask:
            yield ask


PATHS = sorted(json.loads(as_json())["paths"])


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("path", PATHS)
async def test_the_example_at_docs_answers_what_is_promised(document: dict[str, Any], ask: Ask, path: str) -> None:
    item = document["paths"][path]
    example = Endpoint("GET", path, item.get("parameters", []), item["get"], "", "").example()

    answer = await ask(example)

    assert answer.status == 200, example
    (media_type, promised), *_ = item["get"]["responses"]["200"]["content"].items()
    assert answer.headers["Content-Type"] == media_type
    if media_type == "application/json":
        validate(document, promised["schema"], answer.body)
        # What a search finds is up to the words of the example.
        assert answer.body.get("items", True) or item["get"]["tags"] == ["search"], "an example shows something"


@pytest.mark.asyncio(loop_scope="module")
async def test_the_served_document_is_the_one_that_was_checked(document: dict[str, Any], ask: Ask) -> None:
    assert (await ask("/openapi.json")).body == document
