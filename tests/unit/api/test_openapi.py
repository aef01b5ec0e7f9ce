"""The document as a whole, built from an application made for it."""

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import Field
from sanic import Blueprint, HTTPResponse, Sanic

from app.api.openapi import build_document, operation_id
from app.api.operation import READ, described, operation
from app.api.parameters import ContentPath, Owner
from app.errors import Conflict
from app.services.answers.answer import Answer, Slice
from app.services.queries import NoQuery, PageQuery

FIELDS = ["X-Request-Timeout", "X-Request-Class"]


class Tree(Answer):
    """Grows."""

    height: float


class Stump(Answer):
    """What is left."""

    rings: int


async def tree(owner: Owner) -> Tree:
    """With roots."""
    raise NotImplementedError


async def list_trees(owner: Owner, path: ContentPath, query: PageQuery) -> Slice[Tree]:
    raise NotImplementedError


class Cut(NoQuery):
    depth: int = Field(1, description="How deep.")


async def cut_tree(owner: Owner, query: Cut) -> Stump:
    """Down."""
    raise NotImplementedError


async def picture(request: object) -> HTTPResponse:
    """Of the tree."""
    raise NotImplementedError


async def undeclared(request: object) -> HTTPResponse:
    raise NotImplementedError


@pytest.fixture(scope="module")
def app() -> Sanic[Any, SimpleNamespace]:
    forest: Any = Blueprint("trees", url_prefix="/forest/<owner>")
    forest.route("/", methods=READ, strict_slashes=False)(operation("A tree", answers=Tree, errors=(Conflict,))(tree))
    forest.route("/<path:path>", methods=READ)(operation("Trees", answers=Slice[Tree], errors=())(list_trees))
    forest.route("/", methods=["DELETE"], strict_slashes=False)(operation("Cut", answers=Stump, errors=())(cut_tree))
    art: Any = Blueprint("art")
    also = {304: None, 503: Stump}
    art.route("/art", methods=["GET"])(described("A picture", answers=str, media_type="image/x", also=also)(picture))
    art.route("/undeclared", methods=["GET"])(undeclared)
    application: Sanic[Any, SimpleNamespace] = Sanic("forest", configure_logging=False)
    application.blueprint(forest)
    application.blueprint(art)
    application.router.finalize()
    Sanic.unregister_app(application)
    return application


@pytest.fixture(scope="module")
def document(app: Sanic[Any, SimpleNamespace]) -> dict[str, Any]:
    return build_document(app, None)


def test_paths_are_those_of_declared_routes_in_order(document: dict[str, Any]) -> None:
    assert list(document["paths"]) == ["/art", "/forest/{owner}", "/forest/{owner}/{path}"]


def test_tags_come_in_the_order_of_the_blueprints(document: dict[str, Any]) -> None:
    assert [tag["name"] for tag in document["tags"]] == ["trees", "art"]


def test_parameters_are_shared_by_the_methods_of_a_path(document: dict[str, Any]) -> None:
    item = document["paths"]["/forest/{owner}/{path}"]

    assert [parameter["name"] for parameter in item["parameters"]] == ["owner", "path", "page", "per_page", *FIELDS]
    assert "parameters" not in item["get"]


def test_what_a_caller_may_say_of_its_request_is_told_where_upstream_may_be_asked(document: dict[str, Any]) -> None:
    timeout, urgency = document["paths"]["/forest/{owner}"]["parameters"][-2:]

    assert [(each["in"], each["required"]) for each in (timeout, urgency)] == [("header", False)] * 2
    assert timeout["schema"] == {"type": "number", "minimum": 0.001}
    assert urgency["schema"] == {"type": "string", "enum": ["interactive", "normal", "batch"]}
    assert "parameters" not in document["paths"]["/art"]


def test_where_a_path_has_several_routes_each_has_a_query_of_its_own(document: dict[str, Any]) -> None:
    item = document["paths"]["/forest/{owner}"]

    assert [parameter["name"] for parameter in item["parameters"]] == ["owner", *FIELDS]
    assert [parameter["name"] for parameter in item["delete"]["parameters"]] == ["depth"]
    assert "parameters" not in item["get"]


def test_what_changes_something(document: dict[str, Any]) -> None:
    delete = document["paths"]["/forest/{owner}"]["delete"]

    assert (delete["operationId"], delete["summary"], delete["description"]) == ("cutTree", "Cut", "Down.")
    assert "content" in delete["responses"]["200"]
    assert set(delete["responses"]["200"]["headers"]) == {"X-Request-ID"}
    assert "304" not in delete["responses"]


def test_an_answer_and_its_refusals(document: dict[str, Any]) -> None:
    get = document["paths"]["/forest/{owner}"]["get"]

    assert (get["operationId"], get["tags"], get["description"]) == ("getTree", ["trees"], "With roots.")
    assert get["responses"]["200"]["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}
    assert get["responses"]["409"] == {"$ref": "#/components/responses/Problem409"}
    assert {"400", "401", "405", "421", "429", "500"} < set(get["responses"])
    assert "451" not in get["responses"]
    assert "content" not in get["responses"]["304"]
    assert set(get["responses"]["304"]["headers"]) == {"Age", "Cache-Status", "ETag", "X-Request-ID"}


def test_a_list_has_link(document: dict[str, Any]) -> None:
    assert set(document["paths"]["/forest/{owner}/{path}"]["get"]["responses"]["200"]["headers"]) == {
        "Age",
        "Cache-Status",
        "ETag",
        "Link",
        "X-Request-ID",
    }


def test_head_answers_without_a_body(document: dict[str, Any]) -> None:
    head = document["paths"]["/forest/{owner}"]["head"]

    assert head["operationId"] == "headGetTree"
    assert "content" not in head["responses"]["200"]


def test_a_handler_that_writes_its_answers_itself(document: dict[str, Any]) -> None:
    responses = document["paths"]["/art"]["get"]["responses"]

    assert responses["200"]["content"] == {"image/x": {"schema": {"type": "string"}}}
    assert "content" not in responses["304"]
    assert responses["503"]["description"] == "What is left."
    assert set(responses["503"]["content"]) == {"application/json", "application/problem+json"}


@pytest.mark.parametrize(
    ("public_url", "server"),
    [(None, "/"), ("https://gate.example/", "https://gate.example"), ("https://a.example/b", "https://a.example/b")],
)
def test_the_server(app: Sanic[Any, SimpleNamespace], public_url: str | None, server: str) -> None:
    assert build_document(app, public_url)["servers"] == [{"url": server}]


def test_the_same_application_gives_the_same_document(
    app: Sanic[Any, SimpleNamespace], document: dict[str, Any]
) -> None:
    assert repr(build_document(app, None)) == repr(document)


def test_every_worker_gives_the_same_document(app: Sanic[Any, SimpleNamespace], document: dict[str, Any]) -> None:
    """Sanic registers the routes of a blueprint in the order of a set, which is another in each process."""
    routes = tuple(reversed(app.router.routes))
    elsewhere: Any = SimpleNamespace(router=SimpleNamespace(routes=routes), blueprints=app.blueprints)

    assert repr(build_document(elsewhere, None)) == repr(document)


@pytest.mark.parametrize(
    ("method", "tag", "handler", "answers", "name"),
    [
        ("GET", "repositories", "repository", Tree, "getRepository"),
        ("GET", "repositories", "latest_release", Tree, "getRepositoryLatestRelease"),
        ("GET", "issues", "list_issues", Slice[Tree], "listIssues"),
        ("HEAD", "issues", "list_issues", Slice[Tree], "headListIssues"),
        ("GET", "users", "repositories", Slice[Tree], "listUserRepositories"),
        ("GET", "search", "code", Slice[Tree], "searchCode"),
        ("GET", "health", "live", Tree, "getHealthLive"),
        ("GET", "cache", "cache", Tree, "getCache"),
        ("DELETE", "cache", "purge_cache", Tree, "purgeCache"),
    ],
)
def test_an_operation_is_named_after_the_code(method: str, tag: str, handler: str, answers: object, name: str) -> None:
    assert operation_id(method, tag, handler, answers) == name
