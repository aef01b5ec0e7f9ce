"""Where our rules and those of hishel 2 (which reads the same RFC) should agree, they do; where we differ, it is written
down here, and in docs/caching.md with the reason.
"""

from unittest.mock import patch
from uuid import UUID

import hishel
import pytest
from hishel._core._headers import Headers as HishelHeaders
from hishel._core._headers import parse_cache_control
from hishel._core._spec import get_age, get_freshness_lifetime, refresh_response_headers, vary_headers_match
from hishel._core.models import Entry as HishelEntry
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.transport.caching.directives import delta_seconds, parse_directives
from app.transport.caching.freshness import born_at, lifetime_seconds
from app.transport.caching.storing import may_store
from app.transport.caching.validation import conditional_fields, updated
from app.transport.caching.variants import matching, nominated
from tests.unit.transport.caching.replies import NOON, NOON_DATE, entry, fields

DIRECTIVES = [
    "max-age=60", "max-age=0", "s-maxage=30", "public", "private", "no-store", "no-cache", "must-revalidate", "foo=bar",
]  # fmt: skip
LINES = st.lists(
    st.sampled_from([
        "Expires: Thu, 01 Jan 2026 13:00:00 GMT", "Expires: 0", f"Date: {NOON_DATE}", "X: 1", 'ETag: "a"',
        "Last-Modified: Thu, 01 Jan 2026 11:00:00 GMT",
    ]),
    unique_by=lambda line: line.partition(":")[0],
)  # fmt: skip
CACHE_CONTROL = st.lists(st.sampled_from(DIRECTIVES), unique_by=lambda directive: directive.partition("=")[0]).map(
    ", ".join
)
STATUS = st.sampled_from([200, 201, 206, 301, 302, 304, 404, 410, 500, 503])


def theirs(headers: CIMultiDict[str], status: int = 200) -> hishel.Response:
    return hishel.Response(status, HishelHeaders({name: headers.getall(name) for name in dict.fromkeys(headers)}))


@given(CACHE_CONTROL)
def test_directives(line: str) -> None:
    ours, other = parse_directives([line]), parse_cache_control(line)

    assert delta_seconds(ours.get("max-age")) == other.max_age
    assert delta_seconds(ours.get("s-maxage")) == other.s_maxage
    for name in ("public", "private", "no-store", "no-cache", "must-revalidate"):
        assert (name in ours) is getattr(other, name.replace("-", "_"))


@given(CACHE_CONTROL, LINES, st.booleans())
def test_lifetimes(cache_control: str, lines: list[str], shared: bool) -> None:
    headers = fields(f"Cache-Control: {cache_control}", *lines)
    with patch("hishel._core._spec.time.time", return_value=NOON):
        other = get_freshness_lifetime(theirs(headers), shared)

    assert lifetime_seconds(200, headers, shared=shared, received_at=NOON) == max(other or 0, 0)


@given(st.integers(-3_600, 3_600), st.integers(0, 3_600))
def test_ages(seconds: int, later: int) -> None:
    headers = fields(f"Date: {NOON_DATE}")
    received_at = NOON + seconds
    with patch("hishel._core._spec.time.time", return_value=max(received_at, NOON) + later):
        other = get_age(theirs(headers))

    assert max(received_at, NOON) + later - born_at(headers, received_at, max(received_at, NOON)) >= other


@given(CACHE_CONTROL, LINES, STATUS, st.booleans(), st.sampled_from(["GET", "POST"]))
def test_what_is_stored(cache_control: str, lines: list[str], status: int, shared: bool, method: str) -> None:
    headers = fields(f"Cache-Control: {cache_control}", *lines)
    missed = hishel.CacheMiss(hishel.CacheOptions(shared=shared), hishel.Request(method, "https://a.example/"))
    other = isinstance(missed.next(theirs(headers, status)), hishel.StoreAndUse)

    assert may_store(method, fields(), status, headers, shared=shared) is other


@given(
    st.sets(st.sampled_from(["A", "B", "C"])),
    *[st.lists(st.sampled_from(["A: 1", "A: 2", "B: 1", "C: x"]), unique_by=lambda line: line[0])] * 2,
)
def test_variants(names: set[str], asked: list[str], asks: list[str]) -> None:
    vary = f"Vary: {', '.join(sorted(names))}"
    first = hishel.Request("GET", "https://a.example/", theirs(fields(*asked)).headers)
    second = hishel.Request("GET", "https://a.example/", theirs(fields(*asks)).headers)
    other = vary_headers_match(second, HishelEntry(UUID(int=0), first, theirs(fields(vary))))
    stored = entry(vary=nominated(fields(vary), fields(*asked), frozenset()))

    assert (matching((stored,), fields(*asks)) is not None) is other


def test_a_304() -> None:
    stored = entry('ETag: "a"', f"Date: {NOON_DATE}", "X: 1", "X: 2", "Content-Length: 4", "Y: 1")
    told = fields("X: 3", "Date: Thu, 01 Jan 2026 13:00:00 GMT", "Content-Length: 0", "Connection: close")
    other = refresh_response_headers(theirs(CIMultiDict(stored.headers)), theirs(told), is_cache_shared=True)

    assert dict(updated(stored, told)) == {
        name.title().replace("Etag", "ETag"): other.headers[name] for name in other.headers
    }


class TestWhereWeDiffer:
    """Each with what hishel does, so that we hear of it when that changes."""

    @pytest.mark.parametrize("status", [302, 403, 503])
    def test_heuristics_only_where_the_status_allows_them(self, status: int) -> None:
        headers = fields("Last-Modified: Thu, 01 Jan 2026 11:00:00 GMT")
        with patch("hishel._core._spec.time.time", return_value=NOON):
            assert get_freshness_lifetime(theirs(headers, status), is_cache_shared=True) == 360

        assert lifetime_seconds(status, headers, shared=True, received_at=NOON) == 0

    def test_an_invalid_max_age_is_stale(self) -> None:
        headers = fields("Cache-Control: max-age=1h", f"Date: {NOON_DATE}", "Expires: Thu, 01 Jan 2026 13:00:00 GMT")

        assert get_freshness_lifetime(theirs(headers), is_cache_shared=True) == 3_600
        assert lifetime_seconds(200, headers, shared=True, received_at=NOON) == 0

    def test_of_two_max_ages_the_first(self) -> None:
        assert parse_cache_control("max-age=1, max-age=60").max_age == 60
        assert parse_directives(["max-age=1, max-age=60"])["max-age"] == "1"

    def test_no_cache_stays_unqualified(self) -> None:
        assert parse_cache_control('no-cache, no-cache="a"').no_cache == ["A"]
        assert parse_directives(['no-cache, no-cache="a"'])["no-cache"] is None

    def test_the_age_field_counts(self) -> None:
        headers = fields(f"Date: {NOON_DATE}", "Age: 50")
        with patch("hishel._core._spec.time.time", return_value=NOON):
            assert get_age(theirs(headers)) == 0

        assert NOON - born_at(headers, NOON, NOON) == 50

    @pytest.mark.parametrize(
        "lines", [["Vary: *"], ["Cache-Control: private=x"], ["Set-Cookie: a=b"], ["Cache-Control: must-understand"]]
    )
    def test_what_is_stored(self, lines: list[str]) -> None:
        headers, status = fields(*lines, "Expires: Thu, 01 Jan 2026 13:00:00 GMT"), 599
        missed = hishel.CacheMiss(hishel.CacheOptions(shared=True), hishel.Request("GET", "https://a.example/"))

        assert isinstance(missed.next(theirs(headers, status)), hishel.StoreAndUse)
        assert not may_store("GET", fields(), status, headers, shared=True)

    def test_a_304_may_change_the_media_type_and_never_the_entity_tag(self) -> None:
        stored = entry('ETag: "a"', "Content-Type: text/plain", "Age: 5")
        told = fields('ETag: "b"', "Content-Type: text/html")
        other = refresh_response_headers(theirs(CIMultiDict(stored.headers)), theirs(told), is_cache_shared=True)

        assert (other.headers["etag"], other.headers["content-type"]) == ('"b"', "text/plain")
        assert updated(stored, told) == fields('ETag: "a"', "Content-Type: text/html")

    def test_a_404_is_not_validated_by_its_date(self) -> None:
        assert conditional_fields(entry(f"Last-Modified: {NOON_DATE}", status=404)) == {}
