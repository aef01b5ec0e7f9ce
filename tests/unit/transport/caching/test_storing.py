"""What may be stored: RFC 9111 section 3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.storing import may_store, stored_headers
from tests.unit.transport.caching.replies import fields


def storable(
    *lines: str, status: int = 200, method: str = "GET", asked: str = "Accept: */*", shared: bool = True
) -> bool:
    return may_store(method, fields(asked), status, fields(*lines), shared=shared)


@pytest.mark.parametrize("status", [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])
def test_some_status_codes_need_no_word_of_upstream(status: int) -> None:
    assert storable(status=status)


@pytest.mark.parametrize("status", [201, 202, 302, 303, 307, 400, 403, 429, 451, 499, 500, 502, 503, 504, 599])
def test_the_others_need_one(status: int) -> None:
    assert not storable(status=status)
    assert not storable("Last-Modified: Thu, 01 Jan 2026 12:00:00 GMT", 'ETag: "a"', status=status)
    for word in ("Cache-Control: max-age=60", "Cache-Control: public", "Cache-Control: s-maxage=1", "Expires: 0"):
        assert storable(word, status=status)


@pytest.mark.parametrize("status", [100, 101, 199, 206, 304])
def test_what_is_not_whole_or_not_final_never(status: int) -> None:
    assert not storable("Cache-Control: public, max-age=60", status=status)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "get"])
def test_only_a_get(method: str) -> None:
    assert not storable("Cache-Control: max-age=60", method=method)


def test_no_store() -> None:
    assert not storable("Cache-Control: max-age=60, No-StOrE", "Expires: Thu, 01 Jan 2099 00:00:00 GMT")
    assert not storable("Cache-Control: max-age=60", asked="Cache-Control: no-store")
    assert storable("Cache-Control: max-age=60", asked="Cache-Control: nothing-to-see-here")


def test_must_understand_outweighs_no_store_where_the_status_is_known() -> None:
    assert storable("Cache-Control: max-age=60, no-store, must-understand")
    assert not storable("Cache-Control: max-age=60, must-understand", status=599)


@pytest.mark.parametrize("private", ["private", 'private="x-user"', "private="])
def test_private_is_for_private_caches(private: str) -> None:
    assert not storable(f"Cache-Control: {private}, max-age=60")
    assert storable(f"Cache-Control: {private}, max-age=60", shared=False)
    assert storable(f"Cache-Control: {private}", status=403, shared=False)


def test_s_maxage_is_no_word_to_private_caches() -> None:
    assert not storable("Cache-Control: s-maxage=60", status=403, shared=False)


@pytest.mark.parametrize("vary", ["*", "Accept, *", "*, *", ", *"])
def test_what_varies_with_anything_never(vary: str) -> None:
    assert not storable(f"Vary: {vary}", "Cache-Control: max-age=60")


class TestCookies:
    def test_one_callers_cookie_is_not_given_to_another(self) -> None:
        assert not storable("Set-Cookie: id=1", "Cache-Control: max-age=60")
        assert not storable("Set-Cookie: id=1")

    @pytest.mark.parametrize("meant", ["public", "s-maxage=60", 'max-age=60, no-cache="Set-Cookie"'])
    def test_unless_it_is_meant_for_all_or_not_stored(self, meant: str) -> None:
        assert storable("Set-Cookie: id=1", f"Cache-Control: {meant}")

    def test_a_private_cache_has_one_caller(self) -> None:
        assert storable("Set-Cookie: id=1", "Cache-Control: max-age=60", shared=False)


def test_the_targeted_field_decides() -> None:
    assert storable("CDN-Cache-Control: max-age=60", "Cache-Control: no-store", status=403)
    assert not storable("CDN-Cache-Control: no-store", "Cache-Control: max-age=60")
    assert not storable("CDN-Cache-Control: private", "Cache-Control: max-age=60")
    assert not storable("CDN-Cache-Control: foo", "Expires: Thu, 01 Jan 2099 00:00:00 GMT", status=403)


HOP_BY_HOP = [
    "Connection: close", "Keep-Alive: 1", "Proxy-Authenticate: a", "Proxy-Authentication-Info: a",
    "Proxy-Authorization: a", "Proxy-Connection: a", "TE: a", "Trailer: a", "Transfer-Encoding: chunked", "Upgrade: a",
]  # fmt: skip


def test_what_belongs_to_the_connection_is_not_stored() -> None:
    kept = stored_headers(fields("A: 1", *HOP_BY_HOP, "Connection: x-hop,  Other", "X-Hop: 1", "other: 2", "a: 2"))

    assert list(kept.items()) == [("A", "1"), ("a", "2")]


def test_what_may_not_be_reused_unasked_is_not_stored() -> None:
    kept = stored_headers(fields('Cache-Control: no-cache="Set-Cookie", private="x"', "Set-Cookie: a", "X: 1"))

    assert list(kept) == ["Cache-Control", "X"]


def test_no_cache_without_names_leaves_all() -> None:
    assert list(stored_headers(fields("Cache-Control: no-cache", "X: 1"))) == ["Cache-Control", "X"]


@given(st.lists(st.tuples(st.sampled_from(["ETag", "Link", "X-A", "x-a", "Vary"]), st.text('ab," '))))
def test_order_and_repeats_stay(lines: list[tuple[str, str]]) -> None:
    assert list(stored_headers(fields(*(f"{name}: {value}" for name, value in lines))).items()) == [
        (name, value.strip()) for name, value in lines
    ]
