"""What callers may ask of lists: every default, every bound."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.clients.target import target
from app.services.queries import (
    CommitQuery,
    CompareQuery,
    IssueQuery,
    NoQuery,
    PageQuery,
    PostQuery,
    PullQuery,
    PurgeQuery,
    RefQuery,
    ReportQuery,
    RepositoryQuery,
    SearchQuery,
    UsageQuery,
    WorkflowRunQuery,
)

PAGE = {"page": 1, "per_page": 30}
DEFAULTS: list[tuple[type[NoQuery], dict[str, Any]]] = [
    (NoQuery, {}),
    (PageQuery, PAGE),
    (RefQuery, {"ref": None}),
    (CommitQuery, PAGE | {"since": None, "until": None, "path": None, "author": None, "ref": None}),
    (IssueQuery, PAGE | {"state": "open", "labels": None, "since": None, "sort": "created", "direction": "desc"}),
    (PullQuery, PAGE | {"state": "open", "sort": "created", "direction": "desc"}),
    (WorkflowRunQuery, PAGE | {"branch": None}),
    (RepositoryQuery, PAGE | {"sort": "full_name", "direction": None}),
    (SearchQuery, PAGE | {"q": "rocket"}),
    (PurgeQuery, {"pattern": "*"}),
    (UsageQuery, {"by": "caller", "since": "24h", "until": None}),
    (PostQuery, {"limit": 25, "after": None, "before": None}),
    (ReportQuery, {"strict": False}),
    (CompareQuery, {"repos": "acme/rocket,acme/booster", "strict": False}),
]
EVERY_QUERY = pytest.mark.parametrize("model", [model for model, _ in DEFAULTS], ids=lambda model: model.__name__)
PAGED = [model for model, defaults in DEFAULTS if "page" in defaults]
TEXTS = [
    (RefQuery, "ref"),
    (CommitQuery, "path"),
    (CommitQuery, "author"),
    (CommitQuery, "ref"),
    (IssueQuery, "labels"),
    (WorkflowRunQuery, "branch"),
    (SearchQuery, "q"),
    (UsageQuery, "since"),
    (UsageQuery, "until"),
]
CHOICES = [
    (IssueQuery, "state", {"open", "closed", "all"}),
    (IssueQuery, "sort", {"created", "updated", "comments"}),
    (IssueQuery, "direction", {"asc", "desc"}),
    (PullQuery, "state", {"open", "closed", "all"}),
    (PullQuery, "sort", {"created", "updated", "popularity", "long-running"}),
    (PullQuery, "direction", {"asc", "desc"}),
    (RepositoryQuery, "sort", {"created", "updated", "pushed", "full_name"}),
    (RepositoryQuery, "direction", {"asc", "desc"}),
    (UsageQuery, "by", {"caller", "route", "outcome"}),
]
MOMENTS = [(CommitQuery, "since"), (CommitQuery, "until"), (IssueQuery, "since")]
EVERY_MOMENT = pytest.mark.parametrize(("model", "name"), MOMENTS)


def required(model: type[NoQuery]) -> dict[str, Any]:
    return {SearchQuery: {"q": "rocket"}, CompareQuery: {"repos": "acme/rocket,acme/booster"}}.get(model, {})


def parsed(model: type[NoQuery], **values: object) -> Any:
    """As the API does it."""
    return model.model_validate(required(model) | values)


def faults_of(model: type[NoQuery], **values: object) -> list[tuple[str, ...]]:
    with pytest.raises(ValidationError) as caught:
        parsed(model, **values)
    return [tuple(str(part) for part in fault["loc"]) for fault in caught.value.errors()]


def test_every_query_has_its_defaults_here() -> None:
    def below(model: type[NoQuery]) -> set[type[NoQuery]]:
        return {model}.union(*(below(child) for child in model.__subclasses__()))

    assert {model for model in below(NoQuery) if model.__module__ == NoQuery.__module__} == {
        model for model, _ in DEFAULTS
    }


@pytest.mark.parametrize(("model", "defaults"), DEFAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_what_is_left_out_has_its_default(model: type[NoQuery], defaults: dict[str, Any]) -> None:
    assert parsed(model).model_dump() == defaults


@EVERY_QUERY
def test_what_is_misspelt_is_refused_by_name(model: type[NoQuery]) -> None:
    assert faults_of(model, pag="2") == [("pag",)]


@EVERY_QUERY
def test_a_query_never_changes(model: type[NoQuery]) -> None:
    query = parsed(model)

    for name in model.model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(query, name, getattr(query, name))


@EVERY_QUERY
def test_every_parameter_is_described(model: type[NoQuery]) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []


@EVERY_QUERY
def test_a_refusal_does_not_repeat_what_was_written(model: type[NoQuery]) -> None:
    with pytest.raises(ValidationError) as caught:
        parsed(model, **{name: ["hunter2"] for name in model.model_fields}, pag="hunter2")

    assert "hunter2" not in str(caught.value)


def test_a_search_needs_something_to_look_for() -> None:
    with pytest.raises(ValidationError, match="Field required"):
        SearchQuery.model_validate({})


@given(model=st.sampled_from(PAGED), page=st.integers(), per_page=st.integers())
def test_pages_and_their_sizes_have_bounds(model: type[NoQuery], page: int, per_page: int) -> None:
    in_bounds = {"page": 1 <= page <= 100_000, "per_page": 1 <= per_page <= 100}

    if all(in_bounds.values()):
        query = parsed(model, page=str(page), per_page=str(per_page))
        assert (query.page, query.per_page) == (page, per_page)
    else:
        assert faults_of(model, page=str(page), per_page=str(per_page)) == [
            (name,) for name, fits in in_bounds.items() if not fits
        ]


@pytest.mark.parametrize("model", PAGED, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    ("values", "fits"),
    [
        ({"page": "1"}, True),
        ({"page": "0"}, False),
        ({"page": "100000"}, True),
        ({"page": "100001"}, False),
        ({"per_page": "1"}, True),
        ({"per_page": "0"}, False),
        ({"per_page": "100"}, True),
        ({"per_page": "101"}, False),
        ({"page": "1.5"}, False),
        ({"page": ""}, False),
        ({"per_page": "all"}, False),
    ],
    ids=lambda value: "=".join(*value.items()) if isinstance(value, dict) else "",
)
def test_the_bounds_themselves(model: type[NoQuery], values: dict[str, str], fits: bool) -> None:
    if fits:
        assert {name: str(getattr(parsed(model, **values), name)) for name in values} == values
    else:
        assert faults_of(model, **values) == [(name,) for name in values]


@given(
    where=st.sampled_from(TEXTS),
    text=st.text(st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=300),
    around=st.sampled_from(["", " ", "\t \n"]),
)
def test_a_text_is_trimmed_and_has_one_to_256_characters(
    where: tuple[type[NoQuery], str], text: str, around: str
) -> None:
    model, name = where

    if 1 <= len(text) <= 256:
        assert getattr(parsed(model, **{name: f"{around}{text}{around}"}), name) == text
    else:
        assert faults_of(model, **{name: f"{around}{text}{around}"}) == [(name,)]


@pytest.mark.parametrize(("model", "name", "choices"), CHOICES)
def test_a_choice_is_one_of_those_that_github_knows(model: type[NoQuery], name: str, choices: set[str]) -> None:
    annotation = model.model_fields[name].annotation
    literals = {value for part in (annotation, *get_args(annotation)) for value in get_args(part) if type(value) is str}

    assert literals == choices
    assert {getattr(parsed(model, **{name: choice}), name) for choice in choices} == choices
    for wrong in ("", "stars", next(iter(choices)).upper()):
        assert faults_of(model, **{name: wrong}) == [(name,)]


@EVERY_MOMENT
def test_a_moment_is_read_in_utc(model: type[NoQuery], name: str) -> None:
    query = parsed(model, **{name: "2026-01-02T03:04:05+02:00"})

    assert getattr(query, name) == datetime(2026, 1, 2, 1, 4, 5, tzinfo=UTC)
    assert getattr(query, name).utcoffset() == timedelta(0)


@EVERY_MOMENT
@pytest.mark.parametrize("written", ["2026-01-02T00:00:00", "2026-01-02"])
def test_a_moment_without_a_zone_is_utc_wherever_the_gateway_runs(
    model: type[NoQuery], name: str, written: str
) -> None:
    moment = getattr(parsed(model, **{name: written}), name)

    assert moment == datetime(2026, 1, 2, tzinfo=UTC)


@EVERY_MOMENT
@pytest.mark.parametrize("written", ["yesterday", "", "2026-13-01T00:00:00Z", "2026-01-02T25:00:00Z"])
def test_what_is_no_moment_is_refused(model: type[NoQuery], name: str, written: str) -> None:
    assert faults_of(model, **{name: written}) == [(name,)]


@EVERY_MOMENT
@pytest.mark.parametrize("written", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_moment_that_utc_has_no_year_for_is_refused(model: type[NoQuery], name: str, written: str) -> None:
    assert faults_of(model, **{name: written}) == [(name,)]


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(where=st.sampled_from(MOMENTS), written=st.datetimes(timezones=st.none() | ZONES))
def test_every_moment_that_is_accepted_can_be_sent(where: tuple[type[NoQuery], str], written: datetime) -> None:
    model, name = where
    try:
        moment = getattr(parsed(model, **{name: written.isoformat()}), name)
    except ValidationError:
        assert written.year in {1, 9999}
    else:
        assert moment == (written if written.tzinfo else written.replace(tzinfo=UTC))
        assert target("x", query={name: moment}).startswith(f"x?{name}=")


@pytest.mark.parametrize("name", ["after", "before"])
def test_a_cursor_is_passed_on_as_it_is(name: str) -> None:
    for cursor in ("x", "QVFIU_-+/==", "x" * 2048):
        assert getattr(PostQuery.model_validate({name: cursor}), name) == cursor
    for nonsense in ("", " ", "a b", "ü", "x\n", "x" * 2049):
        with pytest.raises(ValidationError):
            PostQuery.model_validate({name: nonsense})
