"""May it be used now, for this request?"""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.transport.caching.entry import Entry
from app.transport.caching.reuse import NOTHING_WANTED, Verdict, Wants, judge, may_serve_on_error, wants_of
from tests.unit.transport.caching.replies import NOON, entry, fields

FRESH, BACKGROUND = Verdict.FRESH, Verdict.REVALIDATE_IN_BACKGROUND
STALE_ALLOWED, VALIDATE = Verdict.STALE_ALLOWED, Verdict.VALIDATE


class TestWants:
    @pytest.mark.parametrize(
        "lines",
        [[], ["Accept: */*"], ["Pragma: foo"], ["Cache-Control: nothing-to-see-here"], ["Cache-Control: max-age=x"]],
    )
    def test_nothing_is_the_one_object(self, lines: list[str]) -> None:
        assert wants_of(fields(*lines)) is NOTHING_WANTED

    @pytest.mark.parametrize(
        ("line", "wants"),
        [
            ("Cache-Control: no-cache", Wants(no_cache=True)),
            ("Cache-Control: No-Store", Wants(no_store=True)),
            ("Cache-Control: max-age=0, min-fresh=5", Wants(max_age_seconds=0, min_fresh_seconds=5)),
            ("Cache-Control: max-stale", Wants(max_stale_seconds=inf)),
            ("Cache-Control: max-stale=9", Wants(max_stale_seconds=9)),
            ("Cache-Control: max-stale=-9, no-cache", Wants(no_cache=True)),
            ("Cache-Control: only-if-cached", Wants(only_if_cached=True)),
            ("Pragma: no-cache", Wants(no_cache=True)),
        ],
    )
    def test_each_directive(self, line: str, wants: Wants) -> None:
        assert wants_of(fields(line)) == wants

    def test_pragma_counts_only_alone(self) -> None:
        assert wants_of(fields("Pragma: no-cache", "Cache-Control: max-stale=9")) == Wants(max_stale_seconds=9)


@pytest.mark.parametrize(("seconds", "verdict"), [(0, FRESH), (59.9, FRESH), (60, VALIDATE), (3_600, VALIDATE)])
def test_fresh_until_its_lifetime_is_over(seconds: float, verdict: Verdict) -> None:
    assert judge(entry(), NOTHING_WANTED, NOON + seconds) is verdict


def test_no_lifetime_is_never_fresh() -> None:
    assert judge(entry(fresh_seconds=0.0), NOTHING_WANTED, NOON) is VALIDATE


def test_the_age_it_came_with_counts() -> None:
    assert judge(entry(born_at=NOON - 50), NOTHING_WANTED, NOON + 11) is VALIDATE


@pytest.mark.parametrize("wants", [NOTHING_WANTED, Wants(max_stale_seconds=inf)])
def test_what_needs_validation_gets_it(wants: Wants) -> None:
    assert judge(entry(), wants, NOON, marked=True) is VALIDATE
    assert judge(entry(always_validate=True), wants, NOON) is VALIDATE


def test_a_clock_that_was_set_back_makes_nothing_fresh_for_longer() -> None:
    assert judge(entry(), NOTHING_WANTED, NOON - 3_600) is VALIDATE
    assert judge(entry(), NOTHING_WANTED, NOON - 1) is FRESH


class TestStale:
    @pytest.mark.parametrize(("stale_seconds", "verdict"), [(0, BACKGROUND), (29, BACKGROUND), (30, VALIDATE)])
    def test_while_revalidating(self, stale_seconds: float, verdict: Verdict) -> None:
        stored = entry(stale_while_revalidate_seconds=30.0)

        assert judge(stored, NOTHING_WANTED, NOON + 60 + stale_seconds) is verdict

    @pytest.mark.parametrize(("stale_seconds", "verdict"), [(0, STALE_ALLOWED), (10, STALE_ALLOWED), (11, VALIDATE)])
    def test_by_the_callers_leave(self, stale_seconds: float, verdict: Verdict) -> None:
        assert judge(entry(), Wants(max_stale_seconds=10), NOON + 60 + stale_seconds) is verdict

    def test_any_staleness(self) -> None:
        assert judge(entry(), Wants(max_stale_seconds=inf), NOON + 1e9) is STALE_ALLOWED

    def test_never_where_upstream_forbids_it(self) -> None:
        stored = entry(never_stale=True, stale_while_revalidate_seconds=30.0)

        assert judge(stored, Wants(max_stale_seconds=inf), NOON + 61) is VALIDATE
        assert judge(stored, NOTHING_WANTED, NOON + 59) is FRESH


class TestReload:
    NEWER = (Wants(no_cache=True), Wants(max_age_seconds=5), Wants(min_fresh_seconds=55))

    @pytest.mark.parametrize("wants", NEWER)
    def test_a_caller_may_want_it_newer(self, wants: Wants) -> None:
        assert judge(entry(), wants, NOON + 10) is VALIDATE

    @pytest.mark.parametrize("wants", [Wants(max_age_seconds=10), Wants(min_fresh_seconds=50), Wants(no_store=True)])
    def test_and_be_content(self, wants: Wants) -> None:
        assert judge(entry(), wants, NOON + 10) is FRESH

    @pytest.mark.parametrize("wants", NEWER)
    @pytest.mark.parametrize(("after_seconds", "verdict"), [(10, VALIDATE), (10.1, FRESH), (inf, FRESH)])
    def test_it_is_heeded_after_a_while(self, wants: Wants, after_seconds: float, verdict: Verdict) -> None:
        assert judge(entry(), wants, NOON + 10, reload_after_seconds=after_seconds) is verdict

    def test_what_is_immutable_is_not_reloaded_while_fresh(self) -> None:
        stored = entry(immutable=True)

        for wants in (Wants(no_cache=True), Wants(max_age_seconds=0)):
            assert judge(stored, wants, NOON + 10) is FRESH
            assert judge(stored, wants, NOON + 60) is VALIDATE
        assert judge(stored, Wants(min_fresh_seconds=55), NOON + 10) is VALIDATE

    def test_who_limits_the_age_does_not_want_it_stale(self) -> None:
        stored = entry(stale_while_revalidate_seconds=30.0)

        assert judge(stored, Wants(max_age_seconds=600), NOON + 61) is VALIDATE
        assert judge(stored, Wants(max_age_seconds=600), NOON + 61, reload_after_seconds=inf) is BACKGROUND
        assert judge(entry(), Wants(max_age_seconds=600, max_stale_seconds=9), NOON + 61) is STALE_ALLOWED
        assert judge(entry(), Wants(max_age_seconds=60, max_stale_seconds=9), NOON + 61) is VALIDATE


class TestOnError:
    @pytest.mark.parametrize(("stale_seconds", "may"), [(-1, True), (0, True), (99, True), (100, False)])
    def test_for_so_long(self, stale_seconds: float, may: bool) -> None:
        stored = entry(stale_if_error_seconds=100.0)

        for wants in (NOTHING_WANTED, Wants(no_cache=True), Wants(max_age_seconds=0)):
            assert may_serve_on_error(stored, wants, NOON + 60 + stale_seconds, marked=False) is may

    def test_what_is_fresh_needs_no_leave(self) -> None:
        assert may_serve_on_error(entry(never_stale=True), Wants(no_cache=True), NOON + 1, marked=False)

    def test_what_may_not_be_used_unasked_may_not_be_used_on_errors(self) -> None:
        assert not may_serve_on_error(entry(stale_if_error_seconds=100.0), NOTHING_WANTED, NOON, marked=True)
        assert not may_serve_on_error(
            entry(stale_if_error_seconds=100.0, always_validate=True), NOTHING_WANTED, NOON, marked=False
        )
        assert not may_serve_on_error(
            entry(stale_if_error_seconds=100.0, never_stale=True), NOTHING_WANTED, NOON + 61, marked=False
        )

    def test_a_caller_says_how_much_they_can_bear(self) -> None:
        stored = entry(stale_if_error_seconds=100.0)

        assert may_serve_on_error(stored, Wants(max_stale_seconds=10), NOON + 70, marked=False)
        assert not may_serve_on_error(stored, Wants(max_stale_seconds=10), NOON + 71, marked=False)


SECONDS = st.floats(0, 1_000)
ENTRIES = st.builds(
    entry,
    born_at=SECONDS.map(lambda age: NOON - age),
    fresh_seconds=SECONDS,
    stale_while_revalidate_seconds=SECONDS,
    stale_if_error_seconds=SECONDS,
    always_validate=st.booleans(),
    never_stale=st.booleans(),
    immutable=st.booleans(),
)
WANTS = st.builds(
    Wants,
    no_cache=st.booleans(),
    max_age_seconds=st.none() | SECONDS,
    min_fresh_seconds=st.none() | SECONDS,
    max_stale_seconds=st.none() | SECONDS | st.just(inf),
)


@given(ENTRIES, WANTS, SECONDS, st.booleans(), st.sampled_from([0.0, 10.0, inf]))
def test_whatever_is_asked(stored: Entry, wants: Wants, later: float, marked: bool, after_seconds: float) -> None:
    now = NOON + later
    verdict = judge(stored, wants, now, marked=marked, reload_after_seconds=after_seconds)
    is_fresh = now < stored.fresh_until

    if marked or stored.always_validate:
        assert verdict is VALIDATE
    if verdict is FRESH:
        assert is_fresh
    if verdict in {BACKGROUND, STALE_ALLOWED}:
        assert not is_fresh
        assert not stored.never_stale
    if after_seconds == inf and not marked and not stored.always_validate and is_fresh:
        assert verdict is FRESH


@given(ENTRIES, WANTS, SECONDS, SECONDS)
def test_what_errors_allow_only_shrinks(stored: Entry, wants: Wants, sooner: float, later: float) -> None:
    sooner, later = sorted((sooner, later))

    if may_serve_on_error(stored, wants, NOON + later, marked=False):
        assert may_serve_on_error(stored, wants, NOON + sooner, marked=False)
