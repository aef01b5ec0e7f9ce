"""Endpoints: what is taken from the path and the query string, and what is refused."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sanic import HTTPResponse

from app.api.answer_memory import AnswerMemory
from app.api.operation import described, operation, operation_of, parse_query
from app.api.parameters import Owner
from app.call import Call, current_call, serving
from app.errors import InvalidRequest
from app.services.answers.answer import Answer, Slice
from app.services.answers.repository import Tag
from app.services.queries import (
    CommitQuery,
    IssueQuery,
    NoQuery,
    PageQuery,
    PullQuery,
    RefQuery,
    RepositoryQuery,
    SearchQuery,
    WorkflowRunQuery,
)
from tests.gateway import Ask
from tests.unit.api.test_answer_memory import FakeSource

QUERIES: tuple[type[NoQuery], ...] = (
    NoQuery,
    PageQuery,
    RefQuery,
    CommitQuery,
    IssueQuery,
    PullQuery,
    WorkflowRunQuery,
    RepositoryQuery,
    SearchQuery,
)
NAMES = sorted({name for query in QUERIES for name in query.model_fields})


def refused(query_string: str, model: type[NoQuery]) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as refusal:
        parse_query(query_string, model)
    assert {fault.place for fault in refusal.value.faults} == {"query"}
    return {fault.name: fault.detail for fault in refusal.value.faults}


def test_an_empty_query_string_gives_the_defaults() -> None:
    assert parse_query("", PageQuery) == PageQuery(page=1, per_page=30)


def test_values_are_of_their_types() -> None:
    query = parse_query("since=2026-01-02T03:04:05Z&path=src%2Fmain.py&page=2", CommitQuery)

    assert query == CommitQuery(since=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), path="src/main.py", page=2)


def test_a_plus_is_a_space() -> None:
    assert parse_query("q=language%3Apython+stars", SearchQuery).q == "language:python stars"


def test_every_fault_is_named_at_once() -> None:
    faults = refused("page=0&per_page=many&colour=red&page=1", PageQuery)

    assert set(faults) == {"page", "per_page", "colour"}
    assert faults["per_page"].startswith("should be a valid integer")
    assert faults["colour"] == "is not a parameter of this resource"


@pytest.mark.parametrize(
    ("query_string", "model", "name", "says"),
    [
        ("", SearchQuery, "q", "is required"),
        ("page=1", SearchQuery, "q", "is required"),
        ("q=", SearchQuery, "q", "at least 1 character"),
        ("q=+++", SearchQuery, "q", "at least 1 character"),
        ("q=" + "x" * 257, SearchQuery, "q", "at most 256 characters"),
        ("page=1&page=2", PageQuery, "page", "more than once"),
        ("per_page=101", PageQuery, "per_page", "less than or equal to 100"),
        ("state=merged", IssueQuery, "state", "'open', 'closed' or 'all'"),
        ("since=yesterday", CommitQuery, "since", "such as 2026-06-01"),
        ("page", PageQuery, "page", "valid integer"),
        ("x=1", NoQuery, "x", "is not a parameter of this resource"),
    ],
)
def test_a_fault_says_what_is_expected(query_string: str, model: type[NoQuery], name: str, says: str) -> None:
    assert says in refused(query_string, model)[name]


def test_a_fault_does_not_repeat_the_value() -> None:
    assert "hunter2" not in json.dumps(refused("page=hunter2", PageQuery))


@given(st.sampled_from(QUERIES), st.text())
def test_whatever_is_written_parses_or_is_refused(model: type[NoQuery], query_string: str) -> None:
    _parse_or_refuse(query_string, model)


@given(st.sampled_from(QUERIES), st.lists(st.tuples(st.sampled_from([*NAMES, "x", ""]), st.text())))
def test_whatever_is_given_for_known_names_parses_or_is_refused(
    model: type[NoQuery], pairs: list[tuple[str, str]]
) -> None:
    _parse_or_refuse(urlencode(pairs), model)


def _parse_or_refuse(query_string: str, model: type[NoQuery]) -> None:
    with suppress(InvalidRequest):
        assert isinstance(parse_query(query_string, model), model)


@given(st.integers(1, 100_000), st.integers(1, 100))
def test_every_page_within_the_bounds_is_accepted(page: int, per_page: int) -> None:
    assert parse_query(f"page={page}&per_page={per_page}", PageQuery) == PageQuery(page=page, per_page=per_page)


def test_what_an_endpoint_declares_can_be_read_off_it() -> None:
    @operation("Tags", answers=Slice[Tag], errors=(InvalidRequest,))
    async def tags(owner: Owner, query: PageQuery) -> Slice[Tag]:
        """Newest first."""
        return Slice((), query, more=False)

    declared = operation_of(tags)

    assert declared is not None
    assert (declared.summary, declared.description) == ("Tags", "Newest first.")
    assert declared.query is PageQuery
    assert list(declared.path_parameters) == ["owner"]
    assert declared.errors == (InvalidRequest,)


def test_a_handler_that_writes_its_answer_itself_is_only_described() -> None:
    async def page() -> HTTPResponse:
        """For people."""
        return HTTPResponse()

    declared = operation_of(described("The page", answers=str, media_type="text/html", also={304: None})(page))

    assert declared is not None
    assert (declared.description, declared.media_type, dict(declared.also)) == ("For people.", "text/html", {304: None})
    assert declared.path_parameters == {}


def test_a_handler_that_declares_nothing_has_no_operation() -> None:
    assert operation_of(test_a_handler_that_declares_nothing_has_no_operation) is None


@pytest.mark.parametrize(
    ("path", "name", "says"),
    [
        ("/api/v1/repos/%ff/rocket", "owner", "is not UTF-8"),
        ("/api/v1/repos/acme%2Frocket/x", "owner", "pattern"),
        ("/api/v1/repos/acme/%2e%2e", "repo", "'..'"),
        ("/api/v1/repos/acme/..", "repo", "'..'"),
        ("/api/v1/repos/acme/..%2f..", "repo", "pattern"),
        ("/api/v1/repos/acme/rocket%0a", "repo", "pattern"),
        ("/api/v1/repos/acme/rocket%00", "repo", "pattern"),
        ("/api/v1/repos/acme/rocket%3Fx", "repo", "pattern"),
        ("/api/v1/repos/acme/rocket/contents/src/../../x", "path", "'..'"),
        ("/api/v1/repos/acme/rocket/contents/src%2f..%2f..%2fx", "path", "'..'"),
        ("/api/v1/repos/acme/rocket/contents/src//main.py", "path", "empty"),
        ("/api/v1/repos/acme/rocket/contents/a%0d%0ab", "path", "pattern"),
        ("/api/v1/repos/acme/rocket/commits/a..b/../x", "ref", "'..'"),
        ("/api/v1/repos/acme/rocket/commits/a~1", "ref", "pattern"),
        ("/api/v1/repos/acme/rocket/commits/" + "x" * 257, "ref", "at most 256"),
        ("/api/v1/repos/acme/rocket/issues/zero", "number", "valid integer"),
        ("/api/v1/repos/acme/rocket/issues/0", "number", "greater than or equal to 1"),
        ("/api/v1/repos/acme/rocket/issues/9999999999999999999999", "number", "less than or equal"),
        ("/api/v1/users/-x", "login", "pattern"),
        ("/api/v1/upstreams/GitHub", "name", "pattern"),
        ("/api/v1/pages/%2e%2e", "page", "'..'"),
    ],
)
async def test_a_part_of_the_path_that_does_not_fit_is_named(ask: Ask, path: str, name: str, says: str) -> None:
    answer = await ask(path)

    assert answer.status == 400
    assert answer.body["code"] == "invalid_request"
    (fault,) = answer.body["parameters"]
    assert (fault["place"], fault["name"]) == ("path", name)
    assert says in fault["detail"]


@pytest.mark.parametrize("path", ["/api/v1/repos/%61cme/%72ocket", "/api/v1/repos/acme/rocket/"])
async def test_percent_encoding_and_a_last_slash_change_nothing(ask: Ask, path: str) -> None:
    answer = await ask(path)

    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.body["full_name"] == "acme/rocket"


async def test_head_is_get_without_the_body(ask: Ask) -> None:
    got, head = await ask("/api/v1/repos/acme/rocket"), await ask("/api/v1/repos/acme/rocket", "HEAD")

    assert (head.status, head.raw) == (200, b"")
    assert head.headers["Content-Length"] == str(len(got.raw))


@pytest.mark.parametrize("path", ["/api/v1/repos/acme/rocket", "/api/v1/repos/acme/rocket/releases/latest"])
async def test_a_resource_without_parameters_refuses_them(ask: Ask, path: str) -> None:
    answer = await ask(f"{path}?per_page=5")

    assert answer.status == 400
    assert [fault["name"] for fault in answer.body["parameters"]] == ["per_page"]


class Done(Answer):
    times: int


@pytest.mark.parametrize(("method", "times"), [("GET", [1, 1, 1]), ("HEAD", [1, 1, 1]), ("POST", [1, 2, 3])])
async def test_what_is_read_is_remembered_and_what_is_done_is_done_each_time(method: str, times: list[int]) -> None:
    done = 0

    @operation("Do it", answers=Done)
    async def endpoint() -> Done:
        nonlocal done
        done += 1
        reply = FakeSource()
        reply.next = reply
        current_call().sources.append(reply)
        return Done(times=done)

    answers = AnswerMemory(1_000_000, lambda _: ())
    request = SimpleNamespace(
        method=method,
        query_string="",
        raw_url=b"/x",
        question=(b"/x", ""),
        headers={},
        app=SimpleNamespace(answers=answers),
        template="/x",
    )
    told = []
    for _ in range(3):
        with serving(Call()):
            response = await endpoint(request)
        told.append(json.loads(response.body or b"")["times"])

    assert told == times
