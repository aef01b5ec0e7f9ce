"""How long, and since when: RFC 9111 section 4.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.directives import MAX_SECONDS
from app.transport.caching.freshness import born_at, lifetime_seconds
from tests.unit.transport.caching.replies import NOON, NOON_DATE, fields

EXPIRES_13 = "Expires: Thu, 01 Jan 2026 13:00:00 GMT"
DATE = f"Date: {NOON_DATE}"


def lifetime(*lines: str, status: int = 200, shared: bool = True) -> float:
    return lifetime_seconds(status, fields(*lines), shared=shared, received_at=NOON)


@pytest.mark.parametrize(
    ("lines", "shared_seconds", "private_seconds"),
    [
        ([], 0, 0),
        (["Cache-Control: max-age=60"], 60, 60),
        (["Cache-Control: max-age=60, s-maxage=1"], 1, 60),
        (["Cache-Control: max-age=0, s-maxage=60", "Expires: 0"], 60, 0),
        (["Cache-Control: s-maxage=60"], 60, 0),
        (["Cache-Control: s-maxage=60", DATE, EXPIRES_13], 60, 3600),
        (["Cache-Control: max-age=99999999999"], MAX_SECONDS, MAX_SECONDS),
        (["Cache-Control: max-age=0", DATE, EXPIRES_13], 0, 0),
        (["Cache-Control: max-age=60", "Expires: 0"], 60, 60),
        (["Cache-Control: private", DATE, EXPIRES_13], 3600, 3600),
        ([DATE, EXPIRES_13], 3600, 3600),
        ([EXPIRES_13], 3600, 3600),
        (["Date: foo", EXPIRES_13], 3600, 3600),
        (["Date: Thu, 01 Jan 2026 12:59:00 GMT", EXPIRES_13], 60, 60),
        (["Date: Thu, 01 Jan 2026 14:00:00 GMT", EXPIRES_13], 0, 0),
        ([DATE, f"Expires: {NOON_DATE}"], 0, 0),
        ([DATE, "Expires: 0", "Last-Modified: Thu, 01 Jan 2026 11:00:00 GMT"], 0, 0),
        (["CDN-Cache-Control: max-age=60", "Cache-Control: max-age=1", EXPIRES_13], 60, 60),
        (["CDN-Cache-Control: foo", EXPIRES_13], 0, 0),
    ],
)
def test_what_upstream_says(lines: list[str], shared_seconds: float, private_seconds: float) -> None:
    assert lifetime(*lines) == shared_seconds
    assert lifetime(*lines, shared=False) == private_seconds


@pytest.mark.parametrize("value", ["-3600", "3600.0", "a3600", "3600a", "'3600'", " 3600", "", '"1'])
@pytest.mark.parametrize("name", ["max-age", "s-maxage"])
def test_what_is_invalid_is_stale(name: str, value: str) -> None:
    assert lifetime(f"Cache-Control: {name}={value}", EXPIRES_13) == 0


@pytest.mark.parametrize("ages", [["abc"], ["-1"], ["7.0"], ["7,0"], ["0,7"], ["0", "0"], ["7;a=b"], [""]])
def test_an_unknown_age_is_stale(ages: list[str]) -> None:
    assert lifetime("Cache-Control: max-age=3600", *(f"Age: {age}" for age in ages)) == 0


def test_a_known_age_is_not() -> None:
    assert lifetime("Cache-Control: max-age=3600", "Age:  7 ") == 3600


class TestHeuristics:
    HOUR_AGO = "Last-Modified: Thu, 01 Jan 2026 11:00:00 GMT"

    def test_a_tenth_of_the_time_since_it_was_modified(self) -> None:
        assert lifetime(self.HOUR_AGO, DATE) == lifetime(self.HOUR_AGO) == 360

    def test_a_day_at_most(self) -> None:
        assert lifetime("Last-Modified: Thu, 01 Jan 2015 11:00:00 GMT") == 86_400

    def test_none_where_it_is_of_the_future_or_nonsense(self) -> None:
        assert lifetime("Last-Modified: Thu, 01 Jan 2026 13:00:00 GMT") == lifetime("Last-Modified: yesterday") == 0

    @pytest.mark.parametrize("status", [201, 202, 302, 403, 502, 503, 504, 599])
    def test_only_where_the_status_or_upstream_allows_it(self, status: int) -> None:
        assert lifetime(self.HOUR_AGO, status=status) == 0
        assert lifetime(self.HOUR_AGO, "Cache-Control: public", status=status) == 360


@pytest.mark.parametrize(
    ("lines", "age_seconds"),
    [
        ([], 2),
        ([DATE], 2),
        (["Date: Thu, 01 Jan 2026 11:59:00 GMT"], 60),
        (["Date: Thu, 01 Jan 2026 13:00:00 GMT"], 2),
        ([DATE, "Age: 30"], 32),
        (["Date: Thu, 01 Jan 2026 11:59:00 GMT", "Age: 30"], 60),
        (["Age: -30"], 2),
        (["Age: 30, 5"], 32),
        (["Age: 30", "Age: 5"], 32),
        (["Age: " + "9" * 6_000], MAX_SECONDS),
        (["Date: Thu, 01 Jan 1000 11:59:00 GMT"], MAX_SECONDS),
    ],
)
def test_the_age_on_arrival(lines: list[str], age_seconds: float) -> None:
    assert NOON - born_at(fields(*lines), NOON - 2, NOON) == age_seconds


def test_a_clock_that_was_set_back_meanwhile_makes_nothing_younger() -> None:
    assert born_at(fields("Age: 30"), NOON + 3_600, NOON) == NOON - 30


@given(st.text(), st.text(), st.floats(0, 1e10), st.floats(0, 1e10))
def test_whatever_upstream_claims(age: str, date: str, requested_at: float, received_at: float) -> None:
    headers = fields()
    headers["Age"], headers["Date"] = age, date

    assert received_at - MAX_SECONDS <= born_at(headers, requested_at, received_at) <= received_at


LINES = st.lists(
    st.sampled_from([
        "Cache-Control: max-age=5", "Cache-Control: s-maxage=7", "Cache-Control: public", "Expires: 0", EXPIRES_13, DATE,
        "Age: 1", "Age: x", "Last-Modified: Thu, 01 Jan 2015 11:00:00 GMT", "CDN-Cache-Control: max-age=9",
    ])
)  # fmt: skip


@given(LINES, st.booleans(), st.sampled_from([200, 302, 404, 599]), st.floats(-1e12, 1e12))
def test_a_lifetime_is_bounded(lines: list[str], shared: bool, status: int, received_at: float) -> None:
    seconds = lifetime_seconds(status, fields(*lines), shared=shared, received_at=received_at)

    assert 0 <= seconds <= MAX_SECONDS
