"""Entries made of replies, and renewed by what a 304 or a HEAD tells."""

from math import inf
from typing import Any

import pytest

from app.transport.caching.directives import MAX_SECONDS
from app.transport.caching.entries import Times, describes, entry_of, nothing_yet, revalidated
from app.transport.caching.entry import Entry
from app.transport.caching.policy import IMMUTABLE_SECONDS, Freshness
from tests.unit.transport.caching.cache import said
from tests.unit.transport.caching.replies import NOON, NOON_DATE, entry, fields

TIMES = Times(NOON, NOON + 2, 7)
NOTHING_SAID = Freshness()
OPERATORS = Freshness(stale_while_revalidate_seconds=30, stale_if_error_seconds=86_400)


def made(*lines: str, status: int = 200, freshness: Freshness = NOTHING_SAID, shared: bool = False) -> Entry:
    reply = said(status, *lines, body=b"body")
    return entry_of(reply, freshness, TIMES, ("a tag",), (("accept", "x"),), shared=shared)


def test_it_holds_what_came_and_when() -> None:
    one = made("Cache-Control: max-age=60", "X: 1", "Connection: X-Hop", "X-Hop: 1")
    assert (one.status, one.content.body, one.headers) == (200, b"body", fields("Cache-Control: max-age=60", "X: 1"))
    assert (one.requested_at, one.sequence, one.tags, one.vary) == (NOON, 7, ("a tag",), (("accept", "x"),))


def test_its_age_begins_with_the_request() -> None:
    """The reply may have been made as early as then (RFC 9111 section 4.2.3)."""
    assert made("Cache-Control: max-age=60").born_at == NOON
    assert made("Cache-Control: max-age=60", "Age: 10").born_at == NOON - 10
    assert made("Cache-Control: max-age=60", f"Date: {NOON_DATE}").fresh_until == NOON + 60


@pytest.mark.parametrize(
    ("freshness", "seconds"),
    [
        (Freshness(), 60),
        (Freshness(fresh_seconds=5), 5),
        (Freshness(fresh_at_least_seconds=90), 90),
        (Freshness(fresh_at_most_seconds=10), 10),
        (Freshness(immutable=True), IMMUTABLE_SECONDS),
    ],
)
def test_the_policy_decides_for_replies_of_the_route(freshness: Freshness, seconds: float) -> None:
    assert made("Cache-Control: max-age=60", freshness=freshness).fresh_seconds == seconds


@pytest.mark.parametrize("status", [404, 410, 451])
def test_what_is_not_there_is_fresh_by_upstreams_word_alone(status: int) -> None:
    for freshness in (Freshness(immutable=True), Freshness(fresh_seconds=600), Freshness(fresh_at_least_seconds=600)):
        one = made("Cache-Control: max-age=60", status=status, freshness=freshness)
        assert (one.fresh_seconds, one.immutable) == (60, False)
    assert (
        made("Cache-Control: max-age=60", status=status, freshness=Freshness(fresh_at_most_seconds=10)).fresh_seconds
        == 10
    )
    assert made(status=status, freshness=OPERATORS).stale_while_revalidate_seconds == 0


@pytest.mark.parametrize(
    ("directive", "while_revalidate", "if_error"),
    [
        ("", 30, 86_400),
        (", stale-while-revalidate=5", 5, 86_400),
        (", stale-if-error=5", 30, 5),
        (", stale-while-revalidate=0, stale-if-error=0", 0, 0),
        (", stale-while-revalidate, stale-if-error=soon", 0, 0),
        (", stale-while-revalidate=99999999999999999999", float(MAX_SECONDS), 86_400),
    ],
)
def test_upstreams_word_on_staleness_goes_before_the_operators(
    directive: str, while_revalidate: float, if_error: float
) -> None:
    one = made(f"Cache-Control: max-age=60{directive}", freshness=OPERATORS)
    assert (one.stale_while_revalidate_seconds, one.stale_if_error_seconds) == (while_revalidate, if_error)


@pytest.mark.parametrize(
    ("directives", "freshness", "validated"),
    [
        ("no-cache", NOTHING_SAID, True),
        ("max-age=60, no-cache", NOTHING_SAID, True),
        ('max-age=60, no-cache="set-cookie"', NOTHING_SAID, False),
        ("no-cache", Freshness(fresh_seconds=5), False),
        ("no-cache", Freshness(fresh_seconds=0), True),
        ("no-cache", Freshness(fresh_at_least_seconds=5), False),
        ("max-age=60", Freshness(always_validate=True), True),
    ],
)
def test_what_must_be_validated_each_time(directives: str, freshness: Freshness, validated: bool) -> None:
    assert made(f"Cache-Control: {directives}", freshness=freshness).always_validate is validated


@pytest.mark.parametrize(
    ("directives", "shared", "never"),
    [
        ("max-age=60", True, False),
        ("must-revalidate", False, True),
        ("proxy-revalidate", False, False),
        ("proxy-revalidate", True, True),
        ("s-maxage=60", False, False),
        ("s-maxage=60", True, True),
    ],
)
def test_what_is_never_served_stale(directives: str, shared: bool, never: bool) -> None:
    assert made(f"Cache-Control: {directives}", shared=shared).never_stale is never


@pytest.mark.parametrize(
    ("directives", "never"),
    [("s-maxage=60", False), ("s-maxage=60, proxy-revalidate", True), ("s-maxage=60, must-revalidate", True)],
)
def test_an_operator_may_know_better_than_s_maxage_and_than_nothing_else(directives: str, never: bool) -> None:
    known_better = Freshness(stale_after_s_maxage=True)
    assert made(f"Cache-Control: {directives}", freshness=known_better, shared=True).never_stale is never


def test_s_maxage_is_for_those_who_share() -> None:
    both = "Cache-Control: max-age=60, s-maxage=10"
    assert made(both, shared=True).fresh_seconds == 10
    assert made(both, shared=False).fresh_seconds == 60


def test_what_never_changes() -> None:
    assert made("Cache-Control: max-age=60, immutable").immutable
    assert made(freshness=Freshness(immutable=True)).immutable


class TestRevalidated:
    """A 304 makes a new entry on the old content."""

    old = entry('ETag: "one"', "X-Kind: old", "X-Kept: 1", tags=("a tag",), vary=(("accept", "x"),), sequence=3)

    def renewed(self, *lines: str, **freshness: Any) -> Entry:
        return revalidated(self.old, fields(*lines), Freshness(**freshness), TIMES, shared=False)

    def test_the_content_the_tags_and_what_varies_stay(self) -> None:
        new = self.renewed("Cache-Control: max-age=60")
        assert new.content is self.old.content
        assert (new.status, new.tags, new.vary) == (200, ("a tag",), (("accept", "x"),))

    def test_its_fields_take_the_place_of_the_old(self) -> None:
        new = self.renewed("X-Kind: new", "X-Kind: newer")
        assert (new.headers.getall("X-Kind"), new.headers["X-Kept"]) == (["new", "newer"], "1")

    def test_the_tag_stays_where_the_304_has_none_or_another(self) -> None:
        assert self.renewed().headers["ETag"] == '"one"'
        assert self.renewed('ETag: W/"one"').headers["ETag"] == '"one"'

    def test_it_is_as_fresh_as_it_says_now(self) -> None:
        new = self.renewed("Cache-Control: max-age=5")
        assert (new.fresh_seconds, new.born_at, new.requested_at) == (5, NOON, NOON)

    def test_its_marks_count_from_its_own_request(self) -> None:
        assert self.renewed().sequence == 7

    def test_it_answers_with_nothing_that_was_made_of_the_old(self) -> None:
        assert self.renewed().reply is None

    def test_a_new_link_is_shown(self) -> None:
        assert self.renewed("Link: <page 2>").headers["Link"] == "<page 2>"


@pytest.mark.parametrize(
    ("lines", "same"),
    [
        ((), True),
        (('ETag: "one"', "Content-Length: 4"), True),
        (('ETag: "two"',), False),
        (('ETag: W/"one"',), False),
        (("Content-Length: 5",), False),
        (("Last-Modified: then",), False),
    ],
)
def test_what_a_head_describes(lines: tuple[str, ...], same: bool) -> None:
    assert describes(entry('ETag: "one"', "Content-Length: 4"), fields(*lines)) is same


def test_nothing_yet_can_be_asked_whether_it_is_marked() -> None:
    one = nothing_yet(("a tag",), 7)
    assert (one.tags, one.sequence, one.content.body, one.fresh_until) == (("a tag",), 7, b"", 0)
    assert one.fresh_until < inf
