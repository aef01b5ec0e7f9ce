"""Parts of a stored body."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.ranges import Part, Unsatisfiable, Whole, partial
from tests.unit.transport.caching.replies import NOON_DATE, fields


def of_eleven(asked: str, if_range: str | None = None, *lines: str) -> Whole | Part | Unsatisfiable:
    return partial(asked, if_range, fields(*lines), 11)


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=1-", 1, 10),
        ("bytes=-1", 10, 10),
        ("bytes=-99", 0, 10),
        ("bytes=5-99", 5, 10),
        ("bytes=10-10", 10, 10),
        ("Bytes = 0-0 ", 0, 0),
        ("bytes=0-" + "9" * 6_000, 0, 10),
        ("bytes=-" + "9" * 6_000, 0, 10),
    ],
)
def test_one_range(asked: str, first: int, last: int) -> None:
    part = of_eleven(asked)

    assert part == Part(first, last, 11)
    assert part.content_range == f"bytes {first}-{last}/11"


@pytest.mark.parametrize("asked", ["bytes=11-", "bytes=11-12", "bytes=-0", "bytes=" + "9" * 6_000 + "-"])
def test_nothing_of_it_is_there(asked: str) -> None:
    nothing = of_eleven(asked)

    assert nothing == Unsatisfiable(11)
    assert nothing.content_range == "bytes */11"


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "bytes=2-1",
        "bytes=0-1,3-4",
        "lines=0-1",
        "bytes=0 - 1",
        "bytes=\u0661-",
    ],
)
def test_what_is_not_understood_gets_the_whole(asked: str) -> None:
    assert of_eleven(asked) == Whole()


def test_of_nothing() -> None:
    assert partial("bytes=0-", None, fields(), 0) == Unsatisfiable(0)
    assert partial("bytes=-5", None, fields(), 0) == Whole()


MODIFIED = "Last-Modified: Thu, 01 Jan 2026 11:00:00 GMT"


@pytest.mark.parametrize(
    ("if_range", "lines", "holds"),
    [
        ('"a"', ['ETag: "a"'], True),
        ('"a"', ['ETag: "b"'], False),
        ('"a"', [], False),
        ('"a"', ['ETag: W/"a"'], False),
        ('W/"a"', ['ETag: W/"a"'], False),
        ("Thu, 01 Jan 2026 11:00:00 GMT", [MODIFIED, f"Date: {NOON_DATE}"], True),
        (NOON_DATE, [MODIFIED, f"Date: {NOON_DATE}"], False),
        (NOON_DATE, [f"Last-Modified: {NOON_DATE}", f"Date: {NOON_DATE}"], False),
        ("Thu, 01 Jan 2026 11:00:00 GMT", [MODIFIED], False),
        ("yesterday", [MODIFIED, f"Date: {NOON_DATE}"], False),
        ("yesterday", ["Last-Modified: yesterday", f"Date: {NOON_DATE}"], False),
    ],
)
def test_if_range(if_range: str, lines: list[str], holds: bool) -> None:
    assert of_eleven("bytes=0-1", if_range, *lines) == (Part(0, 1, 11) if holds else Whole())


@given(st.text("bytes=-,0123456789 ") | st.integers(0, 30).map("bytes={}-".format), st.integers(0, 20))
def test_a_part_lies_inside(asked: str, length: int) -> None:
    part = partial(asked, None, fields(), length)

    if isinstance(part, Part):
        assert 0 <= part.first <= part.last < length
