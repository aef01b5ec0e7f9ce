from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.target import target
from app.errors import InvalidRequest

SEGMENT = st.text(min_size=1).filter(lambda text: text not in {".", ".."})
VALUES = st.text() | st.integers()


@given(st.lists(SEGMENT, min_size=1))
def test_whatever_a_segment_holds_it_stays_one_segment(segments: list[str]) -> None:
    encodable = [segment.encode("utf-8", "ignore").decode() or "x" for segment in segments]

    path = target(*encodable)

    assert [unquote(part) for part in path.split("/")] == encodable
    assert not set(path) & set("?# \\")


@given(st.dictionaries(st.from_regex(r"[a-z_]+", fullmatch=True), VALUES, min_size=1))
def test_whatever_a_value_holds_it_comes_back_from_the_query(query: dict[str, str | int]) -> None:
    encodable = {
        name: value.encode("utf-8", "ignore").decode() if isinstance(value, str) else value
        for name, value in query.items()
    }

    path, _, written = target("x", query=encodable).partition("?")

    assert path == "x"
    assert parse_qsl(written, keep_blank_values=True) == [(name, str(value)) for name, value in encodable.items()]


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_name_something_else_is_refused(segment: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        target("repos", segment, "rocket")

    assert [(fault.place, fault.name) for fault in caught.value.faults] == [("path", "path")]


def test_none_is_left_out() -> None:
    assert target("a", query={"b": None}) == "a"
    assert target("a", query={"b": None, "c": 1}) == "a?c=1"
    assert target("a") == "a"


def test_booleans_and_times_are_written_as_upstreams_read_them() -> None:
    east = timezone(timedelta(hours=5, minutes=30))
    when = datetime(2026, 1, 2, 3, 4, 5, 999, tzinfo=east)

    assert target("a", query={"b": True, "c": False}) == "a?b=true&c=false"
    assert target("a", query={"since": when}) == "a?since=2026-01-01T21%3A34%3A05Z"
    assert target("a", query={"since": when.astimezone(UTC)}) == "a?since=2026-01-01T21%3A34%3A05Z"


def test_dots_within_a_name_are_just_dots() -> None:
    assert target("repos", ".github", "..x") == "repos/.github/..x"
