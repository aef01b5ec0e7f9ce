"""Which of the replies under one key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.transport.caching.variants import matching, nominated, normalised
from tests.unit.transport.caching.replies import entry, fields

NOBODY = frozenset[str]()


class TestNominated:
    def test_name_and_value_of_each_sorted(self) -> None:
        asked = fields("Foo: 1", "foo: 2", "BAR: x")

        assert nominated(fields("Vary: foo, Baz", "Vary: ,Bar,FOO"), asked, NOBODY) == (
            ("bar", "x"),
            ("baz", ""),
            ("foo", "1,2"),
        )

    def test_what_is_covered_is_left_out(self) -> None:
        covered = frozenset({"authorization", "accept-encoding"})

        assert nominated(fields("Vary: Authorization, Accept-Encoding, A"), fields("A: 1"), covered) == (("a", "1"),)

    @pytest.mark.parametrize("vary", ["*", "*, Foo", "Foo, *", ", *", 'Foo, "Bar"', "Foo Bar"])
    def test_what_no_other_request_can_match(self, vary: str) -> None:
        assert nominated(fields(f"Vary: {vary}"), fields("Foo: 1"), NOBODY) is None
        assert nominated(fields("Vary: ", f"Vary: {vary}"), fields("Foo: 1"), NOBODY) is None

    @pytest.mark.parametrize("lines", [[], ["Vary: "], ["Vary: ,,"]])
    def test_nothing(self, lines: list[str]) -> None:
        assert nominated(fields(*lines), fields("Foo: 1"), NOBODY) == ()


class TestNormalised:
    @pytest.mark.parametrize(
        ("name", "one", "other"),
        [
            ("foo", ["1, 2"], ["1", "2"]),
            ("foo", ["1,2"], [" 1, 2\t"]),
            ("foo", [""], [" "]),
            ("foo", ["1", " "], ["1,"]),
            ("accept", [], [""]),
            ("accept", [], ["*/*"]),
            ("accept", ["Application/JSON"], [" application/json "]),
            ("accept", ["a/b;q=0.5, c/d"], ["c/d , A/B ; Q=0.500"]),
            ("accept", ["a/b", "c/d"], ["a/b,c/d;q=1.0,"]),
            ("accept", ["a/b; Level=1"], ["a/b;level=1"]),
            ("accept-language", ["en, de"], ["de, en"]),
            ("accept-language", ["en, de"], [" eN ,   De"]),
            ("accept-language", ["en;q=0.5, de"], ["de", "en; q=0.5"]),
        ],
    )
    def test_what_means_the_same(self, name: str, one: list[str], other: list[str]) -> None:
        assert normalised(name, one) == normalised(name, other)

    @pytest.mark.parametrize(
        ("name", "one", "other"),
        [
            ("foo", [], [""]),
            ("foo", ["1"], ["2"]),
            ("foo", ["a"], ["A"]),
            ("foo", ["1,2"], ["2,1"]),
            ("foo", ['"a, b"'], ['"a,b"']),
            ("foo", ["a b"], ["ab"]),
            ("accept-language", [], [""]),
            ("accept-language", ["en, de"], ["en, de;q=0.5"]),
            ("accept", ["a/b, c/d"], ["c/d, a/b"]),
            ("accept", ["a/b;q=0.5"], ["a/b;q=0.6"]),
            ("accept", ["a/b;v=X"], ["a/b;v=x"]),
            ("accept", ['a/b;v="x, y"'], ['a/b;v="x,y"']),
            ("accept", ["a/b;q=0"], ["a/b"]),
            ("accept", ["a/b;q=high"], ["a/b"]),
        ],
    )
    def test_what_does_not(self, name: str, one: list[str], other: list[str]) -> None:
        assert normalised(name, one) != normalised(name, other)

    @given(st.sampled_from(["accept", "accept-language", "foo"]), st.lists(st.text("ab/*;=q.019, "), min_size=1))
    def test_it_is_settled_after_once(self, name: str, lines: list[str]) -> None:
        once = normalised(name, lines)

        assert normalised(name, [once]) == once

    @given(st.sampled_from(["accept", "accept-language", "foo"]), st.lists(st.text()))
    def test_nothing_makes_it_raise(self, name: str, lines: list[str]) -> None:
        normalised(name, lines)

    @given(st.permutations(["en", "de", "fr;q=0.5", "*;q=0.1"]))
    def test_languages_have_no_order(self, languages: list[str]) -> None:
        assert normalised("accept-language", [", ".join(languages)]) == "de,en,fr;q=0.5,*;q=0.1"


class TestMatching:
    def test_the_newest_that_fits(self) -> None:
        newest, other, oldest = entry(vary=(("foo", "1"),)), entry(vary=(("foo", "2"),)), entry(vary=(("foo", "1"),))
        variants = (newest, other, oldest)

        assert matching(variants, fields("Foo: 1")) is newest
        assert matching(variants, fields("Foo: 2")) is other
        assert matching(variants, fields("Foo: 3")) is None
        assert matching(variants, fields()) is None
        assert matching((), fields("Foo: 1")) is None

    def test_what_varies_with_nothing_fits_all(self) -> None:
        stored = entry()

        assert matching((stored,), fields("Foo: 1")) is stored

    def test_all_that_is_nominated_must_fit(self) -> None:
        stored = entry(vary=(("bar", ""), ("foo", "1")))

        assert matching((stored,), fields("Foo: 1")) is stored
        assert matching((stored,), fields("Foo: 1", "Bar: 2")) is None
        assert matching((stored,), fields("Bar: 2")) is None

    @pytest.mark.parametrize(
        ("asked", "fits"),
        [
            ("fr;q=0.5, de;q=1.0", True),
            ("DE", True),
            ("de, fr;q=0", True),
            ("fr, de;q=0.5", False),
            ("fr, de", False),
            ("de;q=0", False),
            ("de;q=0.9", False),
            ("", False),
        ],
    )
    def test_no_reply_pleases_more_than_one_in_the_best_language(self, asked: str, fits: bool) -> None:
        stored = entry("Content-Language: de", vary=(("accept-language", "de,en"),))

        assert (matching((stored,), fields(f"Accept-Language: {asked}")) is stored) is fits

    def test_but_all_else_must_fit(self) -> None:
        vary = (("accept-language", "de,en"), ("foo", "1"))

        assert matching((entry("Content-Language: de", vary=vary),), fields("Accept-Language: de", "Foo: 2")) is None
        assert matching((entry(vary=vary),), fields("Accept-Language: de", "Foo: 1")) is None

    @given(
        st.lists(st.tuples(st.sampled_from(["Accept", "Accept-Language", "Foo", "Bar"]), st.text("ab, ;=q01*/"))),
        st.sets(st.sampled_from(["Accept", "accept-language", "FOO", "Bar"])),
    )
    def test_the_same_request_always_fits(self, asked: list[tuple[str, str]], names: set[str]) -> None:
        request_headers = CIMultiDict(asked)
        vary = nominated(fields(f"Vary: {','.join(names)}"), request_headers, NOBODY)

        assert vary is not None
        assert matching((entry(vary=vary),), request_headers) is not None
