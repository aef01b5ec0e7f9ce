"""What GitHub answers on a bad day, and what looks like it and is none: each reply is read as what it means."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from app.api.problems import STATUS_OF
from app.clients.github import GitHubClient, GitHubDialect
from app.clients.github.error_inside import LOOKED_AT_BYTES
from app.errors import RateLimited, ReplyError
from app.transport.dialect import Meaning, Reading
from app.transport.exchange import Buffered
from tests.aioresponses_shim import Answers
from tests.github_oddities import DOCS, EXCEEDED, HTML, JSON, LIMITS_PAGE, ODDITIES, SAML, UNICORN, Oddity, said
from tests.unit.clients.asked import NOW

REPO = "https://api.github.example/repos/acme/rocket"
LIMIT_BYTES = 1_000_000
LEFT = {
    "x-ratelimit-resource": "core",
    "x-ratelimit-limit": "5000",
    "x-ratelimit-remaining": "4990",
    "x-ratelimit-used": "10",
    "x-ratelimit-reset": str(int(NOW) + 900),
}
SPENT = LEFT | {"x-ratelimit-remaining": "0", "x-ratelimit-used": "5000"}
UNTOLD: dict[str, str] = {}
"""A GitHub Enterprise Server without rate limits, or a proxy that takes the fields out."""


def read(
    status: int, body: bytes, fields: dict[str, str] | None = None, *, content_type: str = JSON, packed: bool = False
) -> Reading:
    headers = CIMultiDict({"Content-Type": content_type, **(LEFT if fields is None else fields)})
    if packed:
        headers["Content-Encoding"] = "gzip"
        body = gzip.compress(body)
    return GitHubDialect().read(Buffered("github", status, headers, body, LIMIT_BYTES), NOW)


@pytest.mark.parametrize("oddity", ODDITIES.values(), ids=ODDITIES.keys())
class TestEach:
    async def test_is_a_named_error_with_the_right_status(
        self, oddity: Oddity, github: GitHubClient, answers: Answers
    ) -> None:
        answers.get(
            REPO,
            status=oddity.status,
            body=oddity.body,
            content_type=oddity.content_type,
            headers={**LEFT, **oddity.fields},
        )

        with pytest.raises(ReplyError) as caught:
            await github.repository("acme", "rocket")

        error = caught.value
        assert type(error) is oddity.error
        assert STATUS_OF[type(error)] == oddity.seen_as
        assert (error.status, error.message) == (oddity.status, oddity.message)
        assert (error.retry_after_seconds if isinstance(error, RateLimited) else None) == oddity.wait_seconds
        assert (oddity.message or UNICORN.decode()) not in f"{error} {error.detail}"

    @pytest.mark.parametrize("packed", [False, True])
    def test_is_read_alike_however_it_comes(self, oddity: Oddity, packed: bool) -> None:
        fields = LEFT | oddity.fields
        reading = read(oddity.status, oddity.body, fields, content_type=oddity.content_type, packed=packed)

        assert (reading.meaning, reading.message) == (oddity.meaning, oddity.message)


class TestPrimaryLimit:
    SAID = said("API rate limit exceeded for user ID 1001.", LIMITS_PAGE)

    @pytest.mark.parametrize(
        ("status", "body"),
        [
            (403, SAID),
            (429, SAID),
            (403, said("API rate limit exceeded for installation ID 1001.", LIMITS_PAGE, status="403")),
            (
                403,
                said(
                    "API rate limit exceeded for 192.0.2.7. (But here's the good news: Authenticated requests get a "
                    "higher rate limit. Check out the documentation for more details.)",
                    LIMITS_PAGE,
                ),
            ),
            (429, UNICORN),
            (403, b""),
            (200, said("API rate limit exceeded for user ID 1001.", LIMITS_PAGE, status="403")),
            (200, said("API rate limit already exceeded for user ID 1001.", LIMITS_PAGE)),
        ],
    )
    def test_holds_until_the_reset(self, status: int, body: bytes) -> None:
        reading = read(status, body, SPENT)

        assert (reading.meaning, reading.retry_after_seconds, reading.resource) == (Meaning.PRIMARY_LIMIT, 900, "core")

    def test_is_known_by_its_words_where_no_field_tells(self) -> None:
        assert read(403, self.SAID, UNTOLD) == Reading(
            Meaning.PRIMARY_LIMIT, "API rate limit exceeded for user ID 1001.", 60
        )

    def test_with_points_left_it_is_not_the_primary_one(self) -> None:
        reading = read(403, self.SAID, LEFT)

        assert (reading.meaning, reading.retry_after_seconds) == (Meaning.SECONDARY_LIMIT, 60)

    @pytest.mark.parametrize(
        "message", [SAML, "Resource not accessible by integration", "Must have admin rights to Repository."]
    )
    def test_a_refusal_that_took_the_last_point_is_still_a_refusal(self, message: str) -> None:
        assert read(403, said(message), SPENT) == Reading(Meaning.FORBIDDEN, message)

    def test_a_secondary_limit_that_took_the_last_point_holds_until_the_reset(self) -> None:
        reading = read(403, said(EXCEEDED), SPENT)

        assert (reading.meaning, reading.retry_after_seconds) == (Meaning.SECONDARY_LIMIT, 900)

    @pytest.mark.parametrize("reset", ["9" * 400, "9" * 20])
    def test_a_reset_beyond_all_time_is_a_long_wait(self, reset: str) -> None:
        assert read(403, self.SAID, SPENT | {"x-ratelimit-reset": reset}).retry_after_seconds == 2**31

    @pytest.mark.parametrize("reset", ["soon", "-5", "", "٣"])
    def test_a_reset_that_is_no_moment_is_not_believed(self, reset: str) -> None:
        reading = read(403, self.SAID, SPENT | {"x-ratelimit-reset": reset})

        assert (reading.meaning, reading.retry_after_seconds) == (Meaning.SECONDARY_LIMIT, 60)


class TestRetryAfter:
    # NOW is Fri, 15 Jan 2027 08:00:00 GMT.
    @pytest.mark.parametrize(
        ("told", "seconds"), [("17", 17), ("0", 0), ("Fri, 15 Jan 2027 08:00:30 GMT", 30), ("soon", None)]
    )
    @pytest.mark.parametrize(
        ("status", "meaning"),
        [(500, Meaning.FAILURE), (503, Meaning.FAILURE), (202, Meaning.COMPUTING)],
    )
    def test_is_told_in_both_forms(self, status: int, meaning: Meaning, told: str, seconds: float | None) -> None:
        reading = read(status, b"{}", LEFT | {"Retry-After": told})

        assert (reading.meaning, reading.retry_after_seconds) == (meaning, seconds)

    @pytest.mark.parametrize("status", [403, 429])
    @pytest.mark.parametrize(("told", "seconds"), [("17", 17), ("Fri, 15 Jan 2027 08:00:30 GMT", 30)])
    def test_makes_a_limit_a_secondary_one(self, status: int, told: str, seconds: float) -> None:
        reading = read(status, b"{}", SPENT | {"Retry-After": told})

        assert (reading.meaning, reading.retry_after_seconds) == (Meaning.SECONDARY_LIMIT, seconds)

    def test_that_says_nothing_makes_no_limit(self) -> None:
        assert read(403, said("No."), LEFT | {"Retry-After": "soon"}).meaning is Meaning.FORBIDDEN


GRAPHQL = LEFT | {"x-ratelimit-resource": "graphql"}
LOCATED = {"path": ["repository"], "locations": [{"line": 1, "column": 3}]}
NOBODY = {"type": "NOT_FOUND", **LOCATED, "message": "Could not resolve to a Repository with the name 'acme/x'."}
UNFIT = {
    "path": ["query", "nothing"],
    "extensions": {"code": "undefinedField", "typeName": "Query", "fieldName": "nothing"},
    "locations": [{"line": 1, "column": 3}],
    "message": "Field 'nothing' doesn't exist on type 'Query'",
}
FAILED = {"message": f"Something went wrong while executing your query. Please include `5EED:1` when reporting. {DOCS}"}
LIMITED = {
    "type": "RATE_LIMIT",
    "code": "graphql_rate_limit",
    "message": "API rate limit already exceeded for user ID 1001.",
}


class TestGraphQL:
    @pytest.mark.parametrize(
        ("error", "meaning"),
        [
            ({"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1001."}, Meaning.PRIMARY_LIMIT),
            (LIMITED, Meaning.PRIMARY_LIMIT),
            (NOBODY, Meaning.NOT_FOUND),
            (
                {"type": "FORBIDDEN", **LOCATED, "extensions": {"saml_failure": True}, "message": SAML},
                Meaning.FORBIDDEN,
            ),
            ({"type": "INSUFFICIENT_SCOPES", **LOCATED, "message": "Your token lacks scopes."}, Meaning.FORBIDDEN),
            ({"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "This query requests too much."}, Meaning.REJECTED),
            (UNFIT, Meaning.REJECTED),
            (FAILED, Meaning.FAILURE),
            ({"type": "SERVICE_UNAVAILABLE", "message": "Come back later."}, Meaning.FAILURE),
            ({"type": ["odd"], "extensions": "odd", "message": "Odd."}, Meaning.FAILURE),
            ({"message": f"{EXCEEDED}. Please wait."}, Meaning.SECONDARY_LIMIT),
        ],
        ids=lambda value: value.get("type", "untyped") if isinstance(value, dict) else None,
    )
    @pytest.mark.parametrize("data", [{}, {"data": None}], ids=["no data", "data null"])
    def test_an_error_without_data_is_its_type(
        self, data: dict[str, None], error: dict[str, object], meaning: Meaning
    ) -> None:
        reading = read(200, json.dumps({**data, "errors": [error]}).encode(), GRAPHQL)

        assert (reading.meaning, reading.message) == (meaning, error["message"])

    def test_a_limit_counts_before_other_errors(self) -> None:
        reading = read(200, json.dumps({"errors": [NOBODY, LIMITED]}).encode(), GRAPHQL)

        assert reading.meaning is Meaning.PRIMARY_LIMIT

    def test_the_limit_holds_until_the_reset_though_points_are_left(self) -> None:
        """A query that costs more than is left is refused."""
        body = json.dumps({"errors": [LIMITED]}).encode()

        assert read(200, body, GRAPHQL).retry_after_seconds == 900
        assert read(200, body, UNTOLD).retry_after_seconds == 60
        assert read(200, body, GRAPHQL | {"Retry-After": "7"}).retry_after_seconds == 7

    @pytest.mark.parametrize("error", [NOBODY, UNFIT, LIMITED])
    def test_is_known_without_the_fields_of_its_quota(self, error: dict[str, object]) -> None:
        assert read(200, json.dumps({"errors": [error]}).encode(), UNTOLD).meaning is not Meaning.SUCCESS

    @pytest.mark.parametrize(
        "body",
        [
            {"data": {"repository": None}, "errors": [NOBODY]},
            {"data": {"repository": {"pullRequest": None}}, "errors": [{**NOBODY, "type": "FORBIDDEN"}]},
            {"data": {"viewer": {"login": "ada"}}},
            {"data": {"errors": []}, "errors": []},
            {"data": None},
        ],
    )
    def test_what_came_with_data_is_a_success(self, body: dict[str, object]) -> None:
        assert read(200, json.dumps(body).encode(), GRAPHQL).meaning is Meaning.SUCCESS


CODEOWNERS = {
    "line": 3,
    "column": 1,
    "kind": "Invalid pattern",
    "source": "***/*.rb @monalisa",
    "suggestion": "Did you mean `**/*.rb`?",
    "message": "Invalid pattern on line 3: Did you mean `**/*.rb`?\n\n  ***/*.rb @monalisa\n  ^",
    "path": ".github/CODEOWNERS",
}
SHA = "6dcb09b5b57875f334f61aebed695e2e4193db5e"
SUCCESSES = {
    "an empty list": [],
    "nothing": {},
    "a list of errors": [{"message": "Not Found", "documentation_url": DOCS}],
    "CODEOWNERS without errors": {"errors": []},
    "CODEOWNERS errors": {"errors": [CODEOWNERS]},
    "a commit": {"sha": SHA, "message": "documentation_url: say where", "url": REPO, "documentation_url": DOCS},
    "a message alone": {"message": "Not Found"},
    "a deleted thing": {"message": "Repository was deleted", "status": "200"},
    "a merge": {"sha": SHA, "merged": True, "message": "Pull Request successfully merged"},
    "a page alone": {"documentation_url": DOCS},
    "a message that is none": {"message": None, "documentation_url": DOCS},
    "an API's errors of its own": {"errors": [{"message": "x"}], "total_count": 1},
    "errors that are texts": {"errors": ["message"]},
    "errors that are none": {"errors": {"message": "x"}},
    "a text": '{"message": "Not Found", "documentation_url": "x"}',
}


class TestSuccesses:
    @pytest.mark.parametrize("body", SUCCESSES.values(), ids=SUCCESSES.keys())
    @pytest.mark.parametrize("fields", [LEFT, UNTOLD], ids=["told", "untold"])
    @pytest.mark.parametrize("packed", [False, True])
    def test_are_never_taken_for_an_error(self, body: object, fields: dict[str, str], packed: bool) -> None:
        raw = json.dumps(body).encode()

        assert read(200, raw, fields, packed=packed) == Reading(Meaning.SUCCESS)

    @pytest.mark.parametrize(
        "content_type",
        [
            "application/vnd.github.raw+json; charset=utf-8",
            "application/vnd.github.raw; charset=utf-8",
            "text/plain",
            HTML,
        ],
    )
    def test_a_file_may_hold_the_text_of_an_error(self, content_type: str) -> None:
        assert read(200, said("Not Found"), content_type=content_type).meaning is Meaning.SUCCESS

    @pytest.mark.parametrize("status", [201, 203, 204, 206, 304])
    def test_only_a_200_is_looked_into(self, status: int) -> None:
        assert read(status, said("Not Found")).meaning is Meaning.SUCCESS

    def test_what_is_longer_is_not_looked_into(self) -> None:
        error = said("Not Found")
        longest = error + b" " * (LOOKED_AT_BYTES - len(error))

        assert read(200, longest).meaning is Meaning.NOT_FOUND
        assert read(200, longest + b" ").meaning is Meaning.SUCCESS

    @pytest.mark.parametrize("body", [b'{"documentation_url":', b'{"errors":[', b"\x1f\x8b\x00", b'"errors"' * 9])
    def test_a_body_that_is_cut_off_is_left_to_whoever_parses_it(self, body: bytes) -> None:
        assert read(200, body).meaning is Meaning.SUCCESS
        assert read(200, body, LEFT | {"Content-Encoding": "gzip"}).meaning is Meaning.SUCCESS

    @given(
        body=st.dictionaries(
            st.sampled_from(["sha", "message", "documentation_url", "status", "errors", "data", "id", "url"]),
            st.none()
            | st.integers()
            | st.text(max_size=9)
            | st.lists(st.dictionaries(st.sampled_from(["message", "type", "line"]), st.text(max_size=9)), max_size=3),
        )
    )
    def test_whatever_has_a_field_that_no_error_has_is_one(self, body: dict[str, object]) -> None:
        assert read(200, json.dumps({**body, "node_id": "R_1"}).encode()).meaning is Meaning.SUCCESS
