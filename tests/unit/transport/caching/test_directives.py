"""Cache directives, well written and otherwise."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.dictionary import parse_dictionary
from app.transport.caching.directives import (
    MAX_SECONDS,
    Directives,
    delta_seconds,
    field_names,
    parse_directives,
    reply_directives,
    targeted_directives,
)
from tests.unit.transport.caching.replies import fields

TOKENS = st.from_regex(r"[!#$%&'*+.^_`|~0-9a-z-]+", fullmatch=True)


@pytest.mark.parametrize(
    ("lines", "directives"),
    [
        (["max-age=60"], {"max-age": "60"}),
        (["MaX-AgE=60, No-StOrE"], {"max-age": "60", "no-store": None}),
        (["max-age=60", "no-cache"], {"max-age": "60", "no-cache": None}),
        ([", ,max-age=60 ,\tprivate,,"], {"max-age": "60", "private": None}),
        (['max-age="60"'], {"max-age": "60"}),
        ([r'a="say \"no-store\", no-cache", b'], {"a": 'say "no-store", no-cache', "b": None}),
        (['extension="max-age=3600", max-age=1'], {"extension": "max-age=3600", "max-age": "1"}),
        (['no-cache="a, b"'], {"no-cache": "a, b"}),
        (["", "   "], {}),
    ],
)
def test_as_it_should_be(lines: list[str], directives: Directives) -> None:
    assert parse_directives(lines) == directives


@pytest.mark.parametrize(
    ("line", "directives"),
    [
        ("max-age =60, no-store", {"max-age": "", "no-store": None}),
        ("max-age= 60, no-store", {"max-age": "", "no-store": None}),
        ("max-age=, no-store", {"max-age": "", "no-store": None}),
        ("max-age=60; no-store, private", {"max-age": "", "private": None}),
        ("=60, @, no-store", {"no-store": None}),
        ('private="a, max-age=60', {"private": "", "max-age": "60"}),
        ('a="b"c, no-store', {"a": "", "no-store": None}),
        ("no-store please, private", {"no-store": "", "private": None}),
    ],
)
def test_what_is_malformed_loses_no_neighbour(line: str, directives: Directives) -> None:
    assert parse_directives([line]) == directives


@pytest.mark.parametrize("lines", [["max-age=1, max-age=1800"], ["max-age=1", "max-age=1800"]])
def test_of_two_the_first_counts(lines: list[str]) -> None:
    assert parse_directives(lines)["max-age"] == "1"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ('no-cache="a", no-cache="b"', "a,b"),
        ('no-cache="a", no-cache', None),
        ('no-cache, no-cache="a"', None),
        ('no-cache="a", no-cache=', None),
    ],
)
def test_what_forbids_is_joined(line: str, value: str | None) -> None:
    assert parse_directives([line])["no-cache"] == value


@given(st.lists(st.text()))
def test_nothing_makes_it_raise(lines: list[str]) -> None:
    for name in parse_directives(lines):
        assert name == name.lower()


@given(
    st.dictionaries(TOKENS, st.none() | TOKENS | st.text("abc ,=;"), max_size=5), st.sampled_from([",", " , ", ",,\t"])
)
def test_what_is_written_is_read(directives: dict[str, str | None], comma: str) -> None:
    written = comma.join(name.upper() if value is None else f'{name}="{value}"' for name, value in directives.items())

    assert parse_directives([written]) == directives


@pytest.mark.parametrize(
    "hostile",
    [
        '"' * 8_000,
        '"' + r"\"" * 4_000,
        'a="' * 2_700,
        "," * 8_000,
        "a=" * 4_000,
        "x=(" + "a " * 4_000,
        "x=" + "a;b" * 2_000,
    ],
)
def test_no_line_takes_long(hostile: str) -> None:
    before = process_time()  # not the time on the wall: others may have the core meanwhile
    parse_directives([hostile])
    fields_of = fields()
    fields_of["CDN-Cache-Control"] = hostile
    reply_directives(fields_of)

    assert process_time() - before < 0.5


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0),
        ("60", 60),
        ("003600", 3600),
        ("2147483647", 2_147_483_647),
        ("2147483648", MAX_SECONDS),
        ("99999999999", MAX_SECONDS),
        ("9" * 10_000, MAX_SECONDS),
        ("0" * 10_000 + "7", 7),
    ],
)
def test_delta_seconds(value: str, seconds: int) -> None:
    assert delta_seconds(value) == seconds


@pytest.mark.parametrize(
    "value", [None, "", "-1", "+1", "1.0", "1.5", " 1", "1a", "a1", "'1'", "1e3", "\u0661", "\u00b2", "1_0"]
)
def test_what_is_no_number_of_seconds(value: str | None) -> None:
    assert delta_seconds(value) is None


def test_field_names() -> None:
    assert field_names("Set-Cookie,  X-A ,,") == {"set-cookie", "x-a"}
    assert field_names("") == field_names(None) == frozenset()


class TestTargeted:
    """CDN-Cache-Control, RFC 9213."""

    @pytest.mark.parametrize(
        ("line", "directives"),
        [
            ("max-age=60", {"max-age": "60"}),
            ("foobar, max-age=60;x=1", {"foobar": None, "max-age": "60"}),
            ("max-age=1, max-age=2", {"max-age": "2"}),
            ("no-store=?1, private=?0", {"no-store": None}),
            (r'no-cache="a, \"b"', {"no-cache": 'a, "b'}),
            ("x=(1 2;a);b, max-age=1", {"x": "(1 2;a)", "max-age": "1"}),
            ('max-age="60"', {"max-age": ""}),
        ],
    )
    def test_it_takes_the_place_of_cache_control(self, line: str, directives: Directives) -> None:
        assert reply_directives(fields(f"CDN-Cache-Control: {line}", "Cache-Control: no-store, private")) == directives

    @pytest.mark.parametrize(
        "line",
        ["", "  ", "max-age=60,", "max-age =60", "max-age= 60", "MaX-aGe=60", "max-age=60, &&&&&", "max-age=60 x"],
    )
    def test_it_is_ignored_where_it_is_no_dictionary(self, line: str) -> None:
        headers = fields(f"CDN-Cache-Control: {line}", "Cache-Control: no-store")

        assert targeted_directives(headers) is None
        assert reply_directives(headers) == {"no-store": None}

    def test_several_lines_are_one_dictionary(self) -> None:
        headers = fields("CDN-Cache-Control: max-age=1", "CDN-Cache-Control: no-cache")

        assert reply_directives(headers) == {"max-age": "1", "no-cache": None}

    @given(st.lists(st.text()))
    def test_nothing_makes_it_raise(self, lines: list[str]) -> None:
        parse_dictionary(lines)
