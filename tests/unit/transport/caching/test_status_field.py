"""Cache-Status: RFC 9211."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.dictionary import parse_dictionary
from app.transport.caching.status_field import forwarded, hit


@pytest.mark.parametrize(
    ("ttl_seconds", "written"),
    [(42, 42), (41.9, 41), (-0.5, -1), (inf, 999_999_999_999_999), (-inf, -999_999_999_999_999)],
)
def test_a_hit(ttl_seconds: float, written: int) -> None:
    assert hit(ttl_seconds) == f"headgate; hit; ttl={written}"


def test_details_are_words_or_sentences() -> None:
    assert hit(1, detail="memory") == "headgate; hit; ttl=1; detail=memory"
    assert hit(1, detail='say "a\\b" é\n') == r'headgate; hit; ttl=1; detail="say \"a\\b\" ??"'
    assert hit(1, detail="") == 'headgate; hit; ttl=1; detail=""'


def test_forwarded() -> None:
    assert forwarded("uri-miss") == "headgate; fwd=uri-miss"
    assert (
        forwarded("stale", fwd_status=304, stored=True, collapsed=True, ttl_seconds=60, detail="x")
        == "headgate; fwd=stale; fwd-status=304; stored; collapsed; ttl=60; detail=x"
    )


@given(st.floats(allow_nan=False), st.none() | st.text())
def test_it_is_always_a_structured_field(ttl_seconds: float, detail: str | None) -> None:
    for written in (hit(ttl_seconds, detail=detail), forwarded("miss", ttl_seconds=ttl_seconds, detail=detail)):
        assert parse_dictionary([written]) == {"headgate": None}  # a member of a list and a bare key are written alike
