"""Each status and each error body becomes the error that says what is meant, limits told apart."""

import pytest

from app.api.problems import problem_of
from app.clients.facebook import FacebookClient
from app.clients.facebook.client import PAGE_FIELDS
from app.clients.github import GitHubClient
from app.clients.refusal import DEFAULT_LIMIT_WAIT_SECONDS, refusal
from app.errors import (
    Conflict,
    CredentialRejected,
    Forbidden,
    Gone,
    LegallyUnavailable,
    NotFound,
    PrimaryLimit,
    ReplyError,
    RequestRejected,
    SecondaryLimit,
    StillComputing,
    UnexpectedReply,
    UpstreamFailed,
)
from app.transport.dialect import Meaning, Reading
from tests.aioresponses_shim import Answers
from tests.unit.clients.asked import NOW

REPO = "https://api.github.example/repos/acme/rocket"
LIMITED = {"x-ratelimit-resource": "core", "x-ratelimit-limit": "5000", "x-ratelimit-used": "5000"}


async def refused(github: GitHubClient) -> ReplyError:
    with pytest.raises(ReplyError) as caught:
        await github.repository("acme", "rocket")
    assert caught.value.__cause__ is None
    return caught.value


class TestGitHub:
    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, RequestRejected),
            (401, CredentialRejected),
            (403, Forbidden),
            (404, NotFound),
            (405, UnexpectedReply),
            (409, Conflict),
            (410, Gone),
            (418, UnexpectedReply),
            (422, RequestRejected),
            (451, LegallyUnavailable),
            (500, UpstreamFailed),
            (502, UpstreamFailed),
            (503, UpstreamFailed),
        ],
    )
    async def test_each_status_has_its_error(
        self, github: GitHubClient, answers: Answers, status: int, kind: type[ReplyError]
    ) -> None:
        answers.get(REPO, status=status, payload={"message": "So it is.", "documentation_url": "https://d.example"})

        error = await refused(github)

        assert type(error) is kind
        assert (error.upstream, error.status, error.message) == ("github", status, "So it is.")
        assert "So it is" not in error.detail

    async def test_a_redirect_that_is_none_is_unexpected(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, status=300, payload={})

        assert type(await refused(github)) is UnexpectedReply

    @pytest.mark.parametrize("status", [403, 429])
    async def test_the_primary_limit_waits_for_its_reset(
        self, github: GitHubClient, answers: Answers, status: int
    ) -> None:
        answers.get(
            REPO,
            status=status,
            payload={"message": "API rate limit exceeded for user ID 1."},
            headers={**LIMITED, "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 90)},
        )
        error = await refused(github)

        assert isinstance(error, PrimaryLimit)
        assert (error.status, error.retry_after_seconds, error.resource) == (status, 90, "core")

    async def test_a_reset_that_is_past_lets_ask_at_once(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(
            REPO,
            status=403,
            payload={},
            headers={**LIMITED, "x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) - 5)},
        )
        error = await refused(github)

        assert isinstance(error, PrimaryLimit)
        assert error.retry_after_seconds == 0

    async def test_a_secondary_limit_waits_as_told(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, status=403, payload={}, headers={**LIMITED, "Retry-After": "17"})
        error = await refused(github)

        assert isinstance(error, SecondaryLimit)
        assert error.retry_after_seconds == 17

    async def test_a_retry_after_makes_it_secondary_whatever_is_left(
        self, github: GitHubClient, answers: Answers
    ) -> None:
        spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": str(int(NOW) + 900)}
        answers.get(REPO, status=429, payload={}, headers={**LIMITED, **spent, "Retry-After": "17"})
        error = await refused(github)

        assert isinstance(error, SecondaryLimit)
        assert error.retry_after_seconds == 17

    @pytest.mark.parametrize(
        "message",
        [
            "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
            "You have triggered an abuse detection mechanism.",
        ],
    )
    async def test_a_secondary_limit_may_have_only_its_message(
        self, github: GitHubClient, answers: Answers, message: str
    ) -> None:
        answers.get(REPO, status=403, payload={"message": message}, headers={"x-ratelimit-remaining": "4999"})
        error = await refused(github)

        assert isinstance(error, SecondaryLimit)
        assert (error.retry_after_seconds, error.message) == (60, message)

    async def test_a_429_without_a_word_is_a_secondary_limit(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, status=429)
        error = await refused(github)

        assert isinstance(error, SecondaryLimit)
        assert error.retry_after_seconds == 60

    async def test_a_retry_after_that_is_no_number_is_not_believed(
        self, github: GitHubClient, answers: Answers
    ) -> None:
        answers.get(REPO, status=429, headers={"Retry-After": "soon"})
        error = await refused(github)

        assert isinstance(error, SecondaryLimit)
        assert error.retry_after_seconds == 60

    async def test_an_html_page_of_a_502_has_no_message(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, status=502, body="<html><h1>Unicorn!</h1>", content_type="text/html")
        error = await refused(github)

        assert isinstance(error, UpstreamFailed)
        assert error.message is None
        assert error.detail == "github failed to answer (502)"

    async def test_a_long_message_is_shortened(self, github: GitHubClient, answers: Answers) -> None:
        answers.get(REPO, status=422, payload={"message": "x" * 10_000})

        assert len((await refused(github)).message or "") == 300


class TestFacebook:
    @pytest.mark.parametrize(
        ("status", "error", "kind"),
        [
            (400, {"code": 190, "message": "expired"}, CredentialRejected),
            (400, {"code": 100, "error_subcode": 33, "message": "no object"}, NotFound),
            (400, {"code": 100, "message": "no field"}, RequestRejected),
            (404, {"code": 803}, NotFound),
            (403, {"code": 10}, Forbidden),
            (403, {"code": 200}, Forbidden),
            (400, {"code": 299}, Forbidden),
            (403, {"code": 4}, PrimaryLimit),
            (400, {"code": 17}, PrimaryLimit),
            (400, {"code": 32}, PrimaryLimit),
            (400, {"code": 613}, PrimaryLimit),
            (500, {"code": 1}, UpstreamFailed),
            (500, {"code": "no number"}, UpstreamFailed),
            (401, {}, CredentialRejected),
            (403, {}, Forbidden),
            (404, {}, NotFound),
            (400, {"message": 7}, RequestRejected),
        ],
    )
    async def test_the_code_in_the_body_says_what_is_meant(
        self, facebook: FacebookClient, answers: Answers, status: int, error: dict[str, object], kind: type[ReplyError]
    ) -> None:
        answers.get(facebook_page(), status=status, payload={"error": error})

        with pytest.raises(ReplyError) as caught:
            await facebook.page("acme")

        assert type(caught.value) is kind
        assert caught.value.status == status
        message = error.get("message")
        assert caught.value.message == (message if isinstance(message, str) else None)

    async def test_the_apps_limit_holds_for_an_hour(self, facebook: FacebookClient, answers: Answers) -> None:
        answers.get(facebook_page(), status=403, payload={"error": {"code": 4, "message": "limit"}})

        with pytest.raises(PrimaryLimit) as caught:
            await facebook.page("acme")

        assert (caught.value.retry_after_seconds, caught.value.resource) == (3_600, "app")

    @pytest.mark.parametrize("body", ["<html>", "[]", '{"error": "so"}', '{"error": []}', ""])
    async def test_a_body_of_another_shape_leaves_the_status(
        self, facebook: FacebookClient, answers: Answers, body: str
    ) -> None:
        answers.get(facebook_page(), status=500, body=body)

        with pytest.raises(UpstreamFailed):
            await facebook.page("acme")

    async def test_a_redirect_that_is_none_is_unexpected(self, facebook: FacebookClient, answers: Answers) -> None:
        answers.get(facebook_page(), status=300)

        with pytest.raises(UnexpectedReply):
            await facebook.page("acme")


def facebook_page() -> str:
    return f"https://graph.example/v23.0/acme?fields={PAGE_FIELDS}"


class TestRefusal:
    def test_every_meaning_has_an_error(self) -> None:
        kinds = {meaning: type(refusal("x", 400, Reading(meaning))) for meaning in Meaning}

        assert kinds == {
            Meaning.SUCCESS: UnexpectedReply,
            Meaning.REDIRECT: UnexpectedReply,
            Meaning.COMPUTING: StillComputing,
            Meaning.PRIMARY_LIMIT: PrimaryLimit,
            Meaning.SECONDARY_LIMIT: SecondaryLimit,
            Meaning.CREDENTIAL_REJECTED: CredentialRejected,
            Meaning.FORBIDDEN: Forbidden,
            Meaning.NOT_FOUND: NotFound,
            Meaning.GONE: Gone,
            Meaning.LEGALLY_UNAVAILABLE: LegallyUnavailable,
            Meaning.CONFLICT: Conflict,
            Meaning.REJECTED: RequestRejected,
            Meaning.FAILURE: UpstreamFailed,
            Meaning.UNEXPECTED: UnexpectedReply,
        }

    def test_a_limit_that_does_not_say_how_long_is_waited_for_a_minute(self) -> None:
        error = refusal("x", 429, Reading(Meaning.SECONDARY_LIMIT))

        assert isinstance(error, SecondaryLimit)
        assert error.retry_after_seconds == DEFAULT_LIMIT_WAIT_SECONDS == 60

    def test_computing_says_when_to_ask_again(self) -> None:
        told = refusal("x", 202, Reading(Meaning.COMPUTING, retry_after_seconds=4))
        untold = refusal("x", 202, Reading(Meaning.COMPUTING))

        assert isinstance(told, StillComputing)
        assert isinstance(untold, StillComputing)
        assert (told.retry_after_seconds, untold.retry_after_seconds) == (4, 1)

    def test_the_detail_never_holds_what_upstream_wrote(self) -> None:
        for meaning in Meaning:
            error = refusal("x", 400, Reading(meaning, "s3cret"))
            assert "s3cret" not in error.detail
            assert "s3cret" not in str(error)


def test_a_failure_that_says_how_long_it_lasts_says_it_to_callers_too() -> None:
    failed = refusal("github", 503, Reading(Meaning.FAILURE, "maintenance", retry_after_seconds=30.0))
    assert isinstance(failed, UpstreamFailed)
    assert (failed.retry_after_seconds, failed.status, failed.message) == (30.0, 503, "maintenance")
    assert problem_of(failed, "id").headers == {"Retry-After": "30"}
    assert problem_of(refusal("github", 500, Reading(Meaning.FAILURE)), "id").headers == {}
