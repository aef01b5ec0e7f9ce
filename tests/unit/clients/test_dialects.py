"""The rules of each upstream, as pure functions on values."""

import gzip
import json
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.clients.facebook import FacebookDialect
from app.clients.github import GitHubDialect
from app.clients.http import PlainDialect
from app.transport.dialect import Dialect, Meaning, Quota, Reading
from app.transport.exchange import Buffered, Request

NOW = 1_800_000_000.0
DIALECTS: list[Dialect] = [GitHubDialect(), FacebookDialect(), PlainDialect()]
KNOWN = {
    "x-ratelimit-resource": "core",
    "x-ratelimit-limit": "60",
    "x-ratelimit-remaining": "7",
    "x-ratelimit-reset": "9",
}

SENSE = {"limit": 60, "remaining": 7, "used": 53, "reset": 9}


def reply(status: int, headers: dict[str, str] | None = None, body: bytes = b"") -> Buffered:
    return Buffered("up", status, CIMultiDict(headers or {}), body, 10_000)


class TestEvery:
    @pytest.mark.parametrize("dialect", DIALECTS)
    @given(
        status=st.integers(100, 599),
        headers=st.dictionaries(
            st.sampled_from(
                [
                    "Retry-After",
                    "x-ratelimit-remaining",
                    "x-ratelimit-reset",
                    "x-ratelimit-resource",
                    "Content-Encoding",
                ]
            ),
            st.text(max_size=12) | st.integers().map(str),
        ),
        body=st.binary(max_size=40)
        | st.recursive(st.none() | st.text() | st.integers(), lambda inner: st.dictionaries(st.text(), inner)).map(
            lambda value: json.dumps({"message": value, "error": {"code": value, "message": value}}).encode()
        ),
    )
    def test_reads_any_reply_without_an_error(
        self, dialect: Dialect, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        reading = dialect.read(reply(status, headers, body), NOW)

        assert reading.retry_after_seconds is None or reading.retry_after_seconds >= 0
        if 200 <= status < 300 and status != 202:
            assert reading.meaning is Meaning.SUCCESS
        if status >= 500 and dialect is not DIALECTS[1]:
            assert reading.meaning is Meaning.FAILURE

    @pytest.mark.parametrize("dialect", DIALECTS)
    @given(
        headers=st.dictionaries(
            st.sampled_from([*KNOWN, "x-ratelimit-used", "X-App-Usage"]), st.text(max_size=12) | st.just("5")
        )
    )
    def test_reads_any_quota_fields_without_an_error(self, dialect: Dialect, headers: dict[str, str]) -> None:
        for quota in dialect.quotas(CIMultiDict(headers)):
            assert isinstance(quota, Quota)

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_authorises_with_a_bearer_token(self, dialect: Dialect) -> None:
        assert dialect.credential_form().sealed("t").reveal() == {"Authorization": "Bearer t"}

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_a_body_that_bombs_is_just_not_read(self, dialect: Dialect) -> None:
        bomb = gzip.compress(b" " * 1_000_000)

        assert dialect.read(reply(500, {"Content-Encoding": "gzip"}, bomb), NOW) == Reading(Meaning.FAILURE)
        assert dialect.reported_quotas(reply(200, {"Content-Encoding": "gzip"}, bomb)) == ()

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_a_body_nested_without_end_is_just_not_read(self, dialect: Dialect) -> None:
        deep = b"[" * 200_000

        assert dialect.read(reply(500, body=deep), NOW) == Reading(Meaning.FAILURE)
        assert dialect.reported_quotas(reply(200, body=deep)) == ()

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_a_failure_says_when_to_come_again(self, dialect: Dialect) -> None:
        for told in ("9", "Fri, 15 Jan 2027 08:00:09 GMT"):
            reading = dialect.read(reply(503, {"Retry-After": told}), NOW)

            assert (reading.meaning, reading.retry_after_seconds) == (Meaning.FAILURE, 9)

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_what_is_asked_costs_a_point_and_has_a_weight(self, dialect: Dialect) -> None:
        for method in ("GET", "HEAD", "POST", "DELETE"):
            assert dialect.quota_points(Request(method, "acme")) == 1
            assert dialect.pacing_points(Request(method, "acme")) >= 1

    @pytest.mark.parametrize("dialect", DIALECTS)
    def test_a_compressed_error_is_read(self, dialect: Dialect) -> None:
        body = gzip.compress(b'{"message": "so", "error": {"message": "so"}}')

        reading = dialect.read(reply(404, {"Content-Encoding": "gzip"}, body), NOW)

        assert reading.meaning is Meaning.NOT_FOUND
        assert reading.message in {"so", None}


class TestGitHub:
    dialect = GitHubDialect()

    def test_names_its_version(self) -> None:
        assert GitHubDialect("2026-03-10").request_headers()["X-GitHub-Api-Version"] == "2026-03-10"

    @pytest.mark.parametrize(
        ("target", "resource"),
        [
            ("repos/acme/rocket", "core"),
            ("search/code?q=x", "code_search"),
            ("search/issues?q=x", "search"),
            ("searching", "core"),
            ("graphql", "graphql"),
            ("repos/search/code", "core"),
        ],
    )
    def test_knows_which_quota_a_request_takes_from(self, target: str, resource: str) -> None:
        assert self.dialect.quota_resource(Request("GET", target)) == resource

    def test_reads_the_quota_fields(self) -> None:
        headers = CIMultiDict(KNOWN | {"X-RateLimit-Used": "53"})

        assert self.dialect.quotas(headers) == (Quota("core", 60, 7, 53, 9),)

    def test_reckons_what_is_used_where_it_is_not_said(self) -> None:
        assert self.dialect.quotas(CIMultiDict(KNOWN)) == (Quota("core", 60, 7, 53, 9),)

    @pytest.mark.parametrize("missing", KNOWN)
    def test_says_nothing_of_quotas_where_a_field_is_missing(self, missing: str) -> None:
        headers = CIMultiDict({name: value for name, value in KNOWN.items() if name != missing})

        assert self.dialect.quotas(headers) == ()

    def test_says_nothing_of_quotas_where_a_field_is_no_number(self) -> None:
        assert self.dialect.quotas(CIMultiDict(KNOWN | {"x-ratelimit-limit": "many"})) == ()

    @pytest.mark.parametrize("number", ["-1", "9" * 17, "9" * 5_000, "1e3"])
    @pytest.mark.parametrize("name", ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"])
    def test_says_nothing_of_quotas_where_a_number_makes_no_sense(self, name: str, number: str) -> None:
        assert self.dialect.quotas(CIMultiDict(KNOWN | {name: number})) == ()

    def test_says_nothing_of_a_quota_whose_name_makes_no_sense(self) -> None:
        for name in ("", "x" * 1_000):
            assert self.dialect.quotas(CIMultiDict(KNOWN | {"x-ratelimit-resource": name})) == ()

    def test_what_it_says_of_a_quota_reads_the_same_again(self) -> None:
        quota = Quota("core", 60, 7, 53, 9)

        assert self.dialect.quotas(CIMultiDict(self.dialect.quota_fields(quota))) == (quota,)

    def test_asking_for_the_quotas_is_free_but_not_weightless(self) -> None:
        asked = Request("GET", self.dialect.quota_target() or "")

        assert (self.dialect.quota_points(asked), self.dialect.pacing_points(asked)) == (0, 1)
        for other in (asked.asking_by("HEAD"), Request("GET", "rate_limits"), Request("GET", "repos/a/rate_limit")):
            assert self.dialect.quota_points(other) == 1

    @pytest.mark.parametrize(
        ("method", "points"),
        [("GET", 1), ("HEAD", 1), ("OPTIONS", 1), ("POST", 5), ("PUT", 5), ("PATCH", 5), ("DELETE", 5)],
    )
    def test_weighs_a_request_by_its_method(self, method: str, points: int) -> None:
        assert self.dialect.pacing_points(Request(method, "repos/acme/rocket")) == points

    def test_weighs_a_graphql_query_as_what_reads(self) -> None:
        query, mutation = b'{"query": "{viewer {login}}"}', b'{"query": "mutation {addStar(input: {})}"}'

        async def streamed() -> AsyncIterator[bytes]:
            yield query

        points = [
            self.dialect.pacing_points(Request("POST", "graphql", body=body)) for body in (query, mutation, streamed())
        ]
        assert points == [1, 5, 5]

    def test_reads_every_quota_that_it_is_told_of(self) -> None:
        """The body as "REST API endpoints for rate limits" shows it, shortened."""
        resources = {
            "core": {"limit": 5000, "used": 1, "remaining": 4999, "reset": 1_800_003_600},
            "search": {"limit": 30, "used": 12, "remaining": 18, "reset": 1_800_000_060},
            "graphql": {"limit": 5000, "used": 7, "remaining": 4993, "reset": 1_800_003_000, "resource": "graphql"},
            "code_search": {"limit": 10, "used": 0, "remaining": 10, "reset": 1_800_000_060},
            "integration_manifest": {"limit": 5000, "used": 0, "remaining": 5000, "reset": 1_800_003_600},
        }
        body = json.dumps({"resources": resources, "rate": resources["core"]}).encode()
        told = {
            Quota("core", 5000, 4999, 1, 1_800_003_600),
            Quota("search", 30, 18, 12, 1_800_000_060),
            Quota("graphql", 5000, 4993, 7, 1_800_003_000),
            Quota("code_search", 10, 10, 0, 1_800_000_060),
            Quota("integration_manifest", 5000, 5000, 0, 1_800_003_600),
        }

        assert set(self.dialect.reported_quotas(reply(200, body=body))) == told
        packed = reply(200, {"Content-Encoding": "gzip"}, gzip.compress(body))
        assert set(self.dialect.reported_quotas(packed)) == told
        assert self.dialect.reported_quotas(reply(404, body=body)) == ()

    def test_an_older_server_does_not_report_what_is_used(self) -> None:
        body = b'{"resources": {"core": {"limit": 60, "remaining": 7, "reset": 9}}}'

        assert self.dialect.reported_quotas(reply(200, body=body)) == (Quota("core", 60, 7, 53, 9),)

    @pytest.mark.parametrize(
        "nonsense",
        [
            None,
            [],
            "x",
            {},
            {"limit": 60},
            *({**SENSE, "remaining": value} for value in (None, "7", True, 7.5, -7, 2**53)),
        ],
    )
    def test_a_quota_that_makes_no_sense_is_left_out(self, nonsense: object) -> None:
        body = json.dumps({"resources": {"core": nonsense, "search": SENSE}}).encode()

        assert self.dialect.reported_quotas(reply(200, body=body)) == (Quota("search", 60, 7, 53, 9),)

    @pytest.mark.parametrize(
        "body", [b"", b"[]", b"null", b"{}", b'{"resources": []}', b"<html>", b'{"resources": {}}']
    )
    def test_a_body_that_reports_no_quotas_has_none(self, body: bytes) -> None:
        assert self.dialect.reported_quotas(reply(200, body=body)) == ()

    def test_a_403_with_quota_left_is_no_limit(self) -> None:
        reading = self.dialect.read(reply(403, KNOWN, b'{"message": "Must have admin rights."}'), NOW)

        assert reading == Reading(Meaning.FORBIDDEN, "Must have admin rights.")

    def test_202_is_computing_and_304_a_success(self) -> None:
        assert self.dialect.read(reply(202), NOW).meaning is Meaning.COMPUTING
        assert self.dialect.read(reply(304), NOW).meaning is Meaning.SUCCESS
        assert self.dialect.read(reply(307), NOW).meaning is Meaning.REDIRECT

    @pytest.mark.parametrize("body", [b"[]", b'"message"', b'{"message": 5}', b"{}", b"\xff"])
    def test_a_body_without_a_message_has_none(self, body: bytes) -> None:
        assert self.dialect.read(reply(404, body=body), NOW) == Reading(Meaning.NOT_FOUND)

    def test_polls_a_few_times(self) -> None:
        assert [self.dialect.polling_delay_seconds(attempt) for attempt in range(1, 6)] == [0.5, 1.0, 2.0, None, None]

    def test_is_probed_where_it_costs_nothing(self) -> None:
        assert self.dialect.probe_target() == "rate_limit"


class TestFacebook:
    dialect = FacebookDialect()

    def test_reads_the_usage_of_the_app(self) -> None:
        headers = CIMultiDict({"x-app-usage": '{"call_count": 28, "total_time": 25}'})

        assert self.dialect.quotas(headers) == (Quota("app", 100, 72, 28, None),)

    def test_a_usage_past_the_whole_leaves_nothing(self) -> None:
        assert self.dialect.quotas(CIMultiDict({"X-App-Usage": '{"call_count": 130}'}))[0].remaining == 0

    @pytest.mark.parametrize("usage", ["", "{}", "[]", "7", "null", '{"call_count": null}', '{"call_count": "x"}'])
    def test_says_nothing_where_the_usage_cannot_be_read(self, usage: str) -> None:
        assert self.dialect.quotas(CIMultiDict({"X-App-Usage": usage})) == ()

    def test_has_one_quota_no_polling_and_a_probe_at_the_root(self) -> None:
        assert self.dialect.quota_resource(Request("GET", "acme")) == "app"
        assert self.dialect.quota_target() is None
        assert self.dialect.reported_quotas(reply(200, body=b'{"resources": {}}')) == ()
        assert self.dialect.polling_delay_seconds(1) is None
        assert self.dialect.probe_target() == ""
        assert self.dialect.request_headers() == {"Accept": "application/json"}

    def test_a_limit_that_says_for_how_long_is_believed(self) -> None:
        limit = b'{"error": {"code": 4, "message": "(#4) Application request limit reached"}}'

        assert self.dialect.read(reply(403, {"Retry-After": "90"}, limit), NOW).retry_after_seconds == 90
        assert self.dialect.read(reply(403, {"Retry-After": "soon"}, limit), NOW).retry_after_seconds == 3_600

    def test_304_is_a_success_and_3xx_a_redirect(self) -> None:
        assert self.dialect.read(reply(304), NOW).meaning is Meaning.SUCCESS
        assert self.dialect.read(reply(302), NOW).meaning is Meaning.REDIRECT


class TestPlain:
    dialect = PlainDialect()

    @pytest.mark.parametrize(
        ("status", "meaning"),
        [
            (200, Meaning.SUCCESS),
            (202, Meaning.SUCCESS),
            (304, Meaning.SUCCESS),
            (302, Meaning.REDIRECT),
            (400, Meaning.REJECTED),
            (401, Meaning.CREDENTIAL_REJECTED),
            (403, Meaning.FORBIDDEN),
            (404, Meaning.NOT_FOUND),
            (409, Meaning.CONFLICT),
            (410, Meaning.GONE),
            (429, Meaning.SECONDARY_LIMIT),
            (451, Meaning.LEGALLY_UNAVAILABLE),
            (500, Meaning.FAILURE),
            (503, Meaning.FAILURE),
        ],
    )
    def test_goes_by_the_status(self, status: int, meaning: Meaning) -> None:
        assert self.dialect.read(reply(status), NOW) == Reading(meaning)

    def test_waits_as_told(self) -> None:
        assert self.dialect.read(reply(429, {"retry-after": "12"}), NOW).retry_after_seconds == 12
        assert self.dialect.read(reply(429, {"Retry-After": "Fri, 15 Jan 2027 08:00:09 GMT"}), NOW) == Reading(
            Meaning.SECONDARY_LIMIT, retry_after_seconds=9
        )
        assert self.dialect.read(reply(429, {"Retry-After": "Fri, 01 Jan"}), NOW).retry_after_seconds is None

    def test_knows_nothing_of_quotas(self) -> None:
        assert self.dialect.quotas(CIMultiDict(KNOWN)) == ()
        assert self.dialect.quota_resource(Request("GET", "x")) == "requests"
        assert self.dialect.quota_target() is None
        assert self.dialect.reported_quotas(reply(200, body=b'{"resources": {}}')) == ()
        assert self.dialect.request_headers() == {}
        assert self.dialect.polling_delay_seconds(1) is None
        assert self.dialect.probe_target() == ""
