"""Does it still hold? Asked by us, and asked of us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.transport.caching.validation import (
    answers_condition,
    conditional_fields,
    own_conditions,
    updated,
    without_conditions,
)
from tests.unit.transport.caching.replies import NOON_DATE, entry, fields

ELEVEN_DATE = "Thu, 01 Jan 2026 11:00:00 GMT"


class TestAsking:
    @pytest.mark.parametrize("etag", ['"a"', 'W/"a"', "unquoted"])
    def test_both_validators_as_they_came(self, etag: str) -> None:
        assert conditional_fields(entry(f"ETag: {etag}", f"Last-Modified: {NOON_DATE}")) == {
            "If-None-Match": etag,
            "If-Modified-Since": NOON_DATE,
        }

    def test_without_one_there_is_nothing_to_ask_with(self) -> None:
        assert conditional_fields(entry("ETag:", "Last-Modified: yesterday")) == {}

    def test_a_tag_that_would_not_go_out_as_it_came_is_not_sent(self) -> None:
        odd = [f"Last-Modified: {NOON_DATE}", 'ETag: "a\udcfc"']

        assert conditional_fields(entry(*odd)) == {"If-Modified-Since": NOON_DATE}
        assert conditional_fields(entry('ETag: "a\u00fc"')) == {"If-None-Match": '"a\u00fc"'}

    @pytest.mark.parametrize("status", [301, 404, 410])
    def test_a_date_says_nothing_of_what_is_no_200(self, status: int) -> None:
        lines = [f"Last-Modified: {NOON_DATE}", 'ETag: "a"']

        assert conditional_fields(entry(lines[0], status=status)) == {}
        assert conditional_fields(entry(*lines, status=status)) == {"If-None-Match": '"a"'}


class TestUpdated:
    def test_each_field_takes_the_place_of_all_of_its_name(self) -> None:
        stored = entry(
            'ETag: "a"', "Link: </1>; rel=next", "Link: </2>; rel=last", "X-Old: 1", "cache-control: max-age=1"
        )
        told = fields("Link: </3>; rel=next", "Cache-Control: max-age=2", "Cache-Control: public", "X-New: 1")

        assert list(updated(stored, told).items()) == [
            ("ETag", '"a"'),
            ("X-Old", "1"),
            ("Link", "</3>; rel=next"),
            ("Cache-Control", "max-age=2"),
            ("Cache-Control", "public"),
            ("X-New", "1"),
        ]

    @pytest.mark.parametrize(
        "line",
        ["Content-Encoding: gzip", "Content-Length: 5", "Content-MD5: a", "Content-Range: bytes 0-1/2", 'ETag: "a"'],
    )
    def test_what_belongs_to_the_stored_bytes_stays(self, line: str) -> None:
        name = line.partition(":")[0]

        assert updated(entry(line), fields(f"{name}: other")) == fields(line)
        assert updated(entry(), fields(line)) == fields()

    @pytest.mark.parametrize("name", ["Content-Type", "Content-Location", "Set-Cookie", "Expires", "Vary", "X-Any"])
    def test_all_else_is_as_the_304_says(self, name: str) -> None:
        assert updated(entry(f"{name}: old"), fields(f"{name}: new"))[name] == "new"

    def test_age_and_date_are_those_of_the_304(self) -> None:
        stored = entry("Age: 50", f"Date: {ELEVEN_DATE}", "X: 1")

        assert updated(stored, fields()) == fields("X: 1")
        assert updated(stored, fields(f"Date: {NOON_DATE}"))["Date"] == NOON_DATE

    def test_what_belongs_to_the_connection_is_left_out(self) -> None:
        told = fields("Connection: x-hop", "X-Hop: 1", "Transfer-Encoding: chunked")

        assert updated(entry("X-Hop: stored"), told) == fields("X-Hop: stored")

    def test_what_must_not_be_reused_from_now_on_goes(self) -> None:
        assert "X" not in updated(entry("X: 1"), fields('Cache-Control: no-cache="x"'))

    def test_what_is_stored_is_not_changed(self) -> None:
        stored = entry("X: 1")
        updated(stored, fields("X: 2"))

        assert stored.headers["X"] == "1"

    @given(st.lists(st.tuples(st.sampled_from(["X", "Link", "ETag", "Age", "Vary"]), st.sampled_from("12"))))
    def test_the_same_304_twice_changes_nothing_more(self, pairs: list[tuple[str, str]]) -> None:
        told = CIMultiDict(pairs)
        once = updated(entry("X: 0", 'ETag: "a"'), told)
        again = updated(entry(*(f"{name}: {value}" for name, value in once.items())), told)

        assert again == once


class TestAnswering:
    @pytest.mark.parametrize(
        ("asked", "etag", "answered"),
        [
            ('"a"', '"a"', True),
            ('"a"', 'W/"a"', True),
            ('W/"a"', '"a"', True),
            ('"b", W/"a" ,"c"', '"a"', True),
            ('"b"', '"a"', False),
            ('"x, y"', '"x, y"', True),
            ('"x, "a", y"', '"a"', False),
            ("*", '"a"', True),
            ("*", None, True),
            ('"*"', '"a"', False),
            ('*, "b"', '"a"', False),
            ('"a"', None, False),
            ("", '"a"', False),
            ("a", '"a"', False),
            ("a", "a", True),
            ('w/"a"', 'w/"a"', True),
            ('"abü"', '"abü"', True),
        ],
    )
    def test_if_none_match(self, asked: str, etag: str | None, answered: bool) -> None:
        reply = fields() if etag is None else fields(f"ETag: {etag}")

        assert answers_condition(fields(f"If-None-Match: {asked}"), 200, reply) is answered

    def test_its_lines_are_one_list(self) -> None:
        assert answers_condition(fields('If-None-Match: "b"', 'If-None-Match: "a"'), 200, fields('ETag: "a"'))

    @pytest.mark.parametrize(
        ("asked", "reply", "answered"),
        [
            (NOON_DATE, f"Last-Modified: {NOON_DATE}", True),
            (NOON_DATE, f"Last-Modified: {ELEVEN_DATE}", True),
            (ELEVEN_DATE, f"Last-Modified: {NOON_DATE}", False),
            ("Thursday, 01-Jan-26 12:00:00 GMT", f"Last-Modified: {NOON_DATE}", True),
            (NOON_DATE, f"Date: {ELEVEN_DATE}", True),
            (ELEVEN_DATE, f"Date: {NOON_DATE}", False),
            (NOON_DATE, "X: no date at all", False),
            (NOON_DATE, "Last-Modified: yesterday", False),
            ("yesterday", f"Last-Modified: {ELEVEN_DATE}", False),
        ],
    )
    def test_if_modified_since(self, asked: str, reply: str, answered: bool) -> None:
        assert answers_condition(fields(f"If-Modified-Since: {asked}"), 200, fields(reply)) is answered

    def test_two_dates_are_none(self) -> None:
        asked = fields(f"If-Modified-Since: {NOON_DATE}", f"If-Modified-Since: {NOON_DATE}")

        assert not answers_condition(asked, 200, fields(f"Last-Modified: {ELEVEN_DATE}"))

    def test_the_entity_tag_decides_alone(self) -> None:
        reply = fields('ETag: "a"', f"Last-Modified: {ELEVEN_DATE}")
        by_date = f"If-Modified-Since: {NOON_DATE}"

        assert not answers_condition(fields('If-None-Match: "b"', by_date), 200, reply)
        assert answers_condition(fields('If-None-Match: "a"', f"If-Modified-Since: {NOON_DATE}"), 200, reply)

    @pytest.mark.parametrize("status", [201, 301, 404, 500])
    def test_only_a_200_is(self, status: int) -> None:
        assert not answers_condition(fields('If-None-Match: "a"'), status, fields('ETag: "a"'))

    def test_who_asks_nothing_gets_all(self) -> None:
        assert not answers_condition(fields("Accept: */*"), 200, fields('ETag: "a"'))

    @given(st.text(), st.text())
    def test_nothing_makes_it_raise(self, tags: str, etag: str) -> None:
        asked, reply = fields(), fields()
        asked["If-None-Match"], reply["ETag"] = tags, etag

        answers_condition(asked, 200, reply)


CONDITIONS = ["If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range"]


@pytest.mark.parametrize("name", CONDITIONS)
def test_conditions(name: str) -> None:
    asked = fields(f"{name.lower()}: a", "X: 1", f"{name}: b")

    assert without_conditions(asked) == fields("X: 1")
    assert name in asked  # a copy was made


def test_only_those_that_ask_for_news_are_a_callers_own() -> None:
    asked = fields(*(f"{name}: {name}" for name in CONDITIONS), 'If-None-Match: "b"')

    assert own_conditions(asked) == (
        ("If-None-Match", "If-None-Match"),
        ("If-None-Match", '"b"'),
        ("If-Modified-Since", "If-Modified-Since"),
    )
    assert own_conditions(fields("X: 1")) == ()
