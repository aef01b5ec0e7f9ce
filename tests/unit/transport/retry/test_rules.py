"""What may be sent again, what is worth it, and how long to wait."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.errors import (
    CircuitOpen,
    DeadlineExceeded,
    Disconnected,
    HeadgateError,
    InvalidRequest,
    MalformedUpstreamReply,
    NameNotResolved,
    NotFound,
    PrimaryLimit,
    ProxyFailed,
    QueueFull,
    QuotaReserved,
    RateLimited,
    RedirectRefused,
    ReplyTooLarge,
    SecondaryLimit,
    SessionNotOpen,
    TlsFailed,
    Unreachable,
    UpstreamTimeout,
)
from app.transport.exchange import Reply, Request
from app.transport.retry.rules import RetryRules, was_sent
from tests.unit.transport.caching.replies import NOON, NOON_DATE
from tests.unit.transport.stages import Body, buffered

RULES = RetryRules(attempts=4, mount_attempts=2)
ROUNDING = 1e-9
PLAIN = PlainDialect()
GITHUB = GitHubDialect()


async def pieces() -> AsyncIterator[bytes]:
    yield b"a piece"


class TestWhatMayBeSentAgain:
    @pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
    def test_what_reads(self, method: str) -> None:
        assert RULES.attempts_for(Request(method, "a")) == 4

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "get", "MERGE"])
    def test_nothing_else(self, method: str) -> None:
        assert RULES.attempts_for(Request(method, "a", body=b"{}")) == 1

    def test_a_write_that_the_settings_name_besides_what_reads(self) -> None:
        rules = RetryRules(methods=frozenset({"PUT"}))
        attempts = [rules.attempts_for(Request(method, "a", body=b"{}")) for method in ("PUT", "GET", "POST")]
        assert attempts == [3, 3, 1]

    def test_a_mounts_request_has_its_own_number(self) -> None:
        assert RULES.attempts_for(Request("GET", "a", may_stream=True)) == 2

    def test_a_stream_can_be_sent_once(self) -> None:
        rules = RetryRules(methods=frozenset({"PUT"}), mount_attempts=3)
        assert rules.attempts_for(Request("PUT", "a", body=pieces())) == 1
        assert rules.attempts_for(Request("PUT", "a", body=pieces(), may_stream=True)) == 1


def limited(kind: type[RateLimited], seconds: float) -> RateLimited:
    return kind("up", "known to be refused", status=None, retry_after_seconds=seconds)


class TestErrors:
    @pytest.mark.parametrize(
        "error",
        [
            Unreachable("up", "-"),
            NameNotResolved("up", "-"),
            Disconnected("up", "-"),
            UpstreamTimeout("up", "connect", 1),
            UpstreamTimeout("up", "read", 1),
            MalformedUpstreamReply("up", "-"),
        ],
    )
    def test_what_may_pass(self, error: HeadgateError) -> None:
        assert RULES.wanted_wait(error, PLAIN, NOON) == 0

    @pytest.mark.parametrize(
        "error",
        [
            TlsFailed("up", "-"),
            ProxyFailed("up", "-"),
            ReplyTooLarge("up", "-"),
            RedirectRefused("up", "-"),
            DeadlineExceeded("-"),
            InvalidRequest([]),
            SessionNotOpen("-"),
            CircuitOpen("up", "-", retry_after_seconds=0.1),
            QueueFull("up", "-", retry_after_seconds=0.1),
            NotFound("up", "-", status=404),
        ],
    )
    def test_what_will_not(self, error: HeadgateError) -> None:
        assert RULES.wanted_wait(error, PLAIN, NOON) is None

    def test_a_secondary_limit_that_is_known_to_hold_is_waited_for_if_it_ends_soon(self) -> None:
        assert RULES.wanted_wait(limited(SecondaryLimit, 2), PLAIN, NOON) == 2
        assert RULES.wanted_wait(limited(SecondaryLimit, 2.01), PLAIN, NOON) is None

    @pytest.mark.parametrize("kind", [RateLimited, PrimaryLimit, QuotaReserved])
    def test_a_quota_that_is_known_to_be_spent_is_not_waited_for(self, kind: type[RateLimited]) -> None:
        assert RULES.wanted_wait(limited(kind, 0.5), PLAIN, NOON) is None

    def test_what_upstream_never_saw(self) -> None:
        unsent = [CircuitOpen("up", "-", retry_after_seconds=1), limited(PrimaryLimit, 1)]
        sent: list[Reply | HeadgateError] = [
            buffered(429),
            Disconnected("up", "-"),
            RateLimited("up", "-", status=429, retry_after_seconds=1),
        ]
        assert [was_sent(outcome) for outcome in unsent] == [False, False]
        assert all(was_sent(outcome) for outcome in sent)


class TestReplies:
    @pytest.mark.parametrize("status", [502, 503, 504])
    def test_a_failure_on_the_way_may_pass(self, status: int) -> None:
        assert RULES.wanted_wait(buffered(status), PLAIN, NOON) == 0
        assert RULES.wanted_wait(Body(b"an error page").reply(status), PLAIN, NOON) == 0

    @pytest.mark.parametrize("status", [200, 202, 204, 301, 304, 400, 401, 403, 404, 409, 410, 422, 451, 500, 501, 505])
    @pytest.mark.parametrize("dialect", [PLAIN, GITHUB])
    def test_any_other_answer_is_one(self, status: int, dialect: PlainDialect | GitHubDialect) -> None:
        assert RULES.wanted_wait(buffered(status), dialect, NOON) is None

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    @pytest.mark.parametrize(
        ("value", "wait"), [("0", 0), ("1", 1), ("2", 2), (NOON_DATE, 1.5), ("3", None), ("3600", None)]
    )
    def test_retry_after_is_obeyed_if_it_is_short(self, status: int, value: str, wait: float | None) -> None:
        reply = buffered(status, {"Retry-After": value})
        assert RULES.wanted_wait(reply, PLAIN, NOON - 1.5) == wait
        streamed = Body(b"an error page").reply(status, {"Retry-After": value})
        assert RULES.wanted_wait(streamed, PLAIN, NOON - 1.5) == wait

    def test_how_long_is_too_long_is_a_setting(self) -> None:
        reply = buffered(503, {"Retry-After": "30"})
        assert RetryRules(longest_wait_seconds=30).wanted_wait(reply, PLAIN, NOON) == 30
        assert RetryRules(longest_wait_seconds=29).wanted_wait(reply, PLAIN, NOON) is None

    def test_a_limit_without_an_end_is_not_asked_against(self) -> None:
        assert RULES.wanted_wait(buffered(429), PLAIN, NOON) is None

    def test_what_github_limits_by_403_is_a_limit(self) -> None:
        assert RULES.wanted_wait(buffered(403, {"Retry-After": "1"}), GITHUB, NOON) == 1
        spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOON) + 2)}
        assert RULES.wanted_wait(buffered(403, spent), GITHUB, NOON) == 2
        assert RULES.wanted_wait(buffered(403, spent), GITHUB, NOON - 10) is None

    def test_what_github_says_in_words_alone_takes_a_minute(self) -> None:
        reply = buffered(403, body=b'{"message": "You have exceeded a secondary rate limit"}')
        assert RULES.wanted_wait(reply, GITHUB, NOON) is None

    @pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
    def test_a_403_that_is_no_limit_stays_one(self, headers: dict[str, str]) -> None:
        assert RULES.wanted_wait(buffered(403, headers, b'{"message": "Forbidden"}'), PLAIN, NOON) is None

    def test_a_streamed_error_in_a_coding_is_judged_by_its_head(self) -> None:
        streamed = Body(b"\x1f\x8b").reply(429, {"Content-Encoding": "gzip", "Retry-After": "1"})
        assert RULES.wanted_wait(streamed, GITHUB, NOON) == 1


class TestPauses:
    def test_each_is_twice_as_long_as_the_one_before(self) -> None:
        rules = RetryRules(backoff_seconds=0.1, longest_wait_seconds=60)
        assert [rules.pause(0, attempt, lambda: 0.5) for attempt in (2, 3, 4, 5)] == [0.1, 0.2, 0.4, 0.8]

    def test_it_is_between_half_and_one_and_a_half_of_that(self) -> None:
        rules = RetryRules(backoff_seconds=0.1)
        assert rules.pause(0, 2, lambda: 0.0) == pytest.approx(0.05)
        assert 0.1499 < rules.pause(0, 2, lambda: 0.9999) < 0.15

    @pytest.mark.parametrize("wanted", [0, 1, 1.5])
    def test_what_upstream_wants_comes_first(self, wanted: float) -> None:
        rules = RetryRules(backoff_seconds=0.1)
        assert rules.pause(wanted, 2, lambda: 0.5) == pytest.approx(wanted + 0.1)

    @given(
        st.floats(min_value=0.001, max_value=86_400),
        st.floats(min_value=0, max_value=86_400),
        st.integers(min_value=2, max_value=10),
        st.floats(min_value=0, max_value=1, exclude_max=True),
        st.floats(min_value=0, max_value=86_400),
    )
    def test_the_bounds(self, backoff: float, longest: float, attempt: int, dice: float, wanted: float) -> None:
        rules = RetryRules(backoff_seconds=backoff, longest_wait_seconds=longest)

        alone = rules.pause(0, attempt, lambda: dice)
        assert 0 <= alone <= longest + ROUNDING
        assert alone >= min(backoff, longest / 1.5) / 2
        assert wanted <= rules.pause(wanted, attempt, lambda: dice) <= wanted + longest + ROUNDING

    def test_long_pauses_are_spread_as_well(self) -> None:
        rules = RetryRules(backoff_seconds=1, longest_wait_seconds=2)
        assert rules.pause(0, 9, lambda: 0.0) < rules.pause(0, 9, lambda: 0.5) < rules.pause(0, 9, lambda: 0.9)
