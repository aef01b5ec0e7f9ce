"""What a client raises on GitHub's bad days. A fake that is told to fail so tells what the real client tells."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from app.clients.github import FakeGitHubClient, GitHubClient, GitHubDialect
from app.demo.github import GitHubStandIn, Knobs, Limits
from app.demo.github.replies import Reply
from app.demo.serving import running
from app.errors import PrimaryLimit, RateLimited, ReplyError
from app.transport.dialect import Meaning
from tests.github_oddities import ODDITIES, Oddity
from tests.live import upstream_at
from tests.waits import Waits

ROCKET = "/repos/acme/rocket"
NO_LIMITS = {name: oddity for name, oddity in ODDITIES.items() if oddity.wait_seconds is None}
SPENT = "API rate limit exceeded for user ID 1001."

Serve = Callable[[Knobs], Awaitable[GitHubClient]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """A real client of a stand-in with these knobs."""
    async with AsyncExitStack() as stack:

        async def start(knobs: Knobs) -> GitHubClient:
            base_url = await stack.enter_async_context(running(GitHubStandIn(knobs).app))
            upstream = await stack.enter_async_context(
                upstream_at(base_url, GitHubDialect(), name="github", token="ghp_invented")
            )
            return GitHubClient(upstream, sleep=Waits().sleep)

        yield start


def fake(*errors: ReplyError) -> FakeGitHubClient:
    github = FakeGitHubClient(["acme/rocket"])
    github.fail_next(*errors)
    return github


async def raised_by(github: GitHubClient) -> ReplyError:
    with pytest.raises(ReplyError) as caught:
        await github.repository("acme", "rocket")
    return caught.value


class TestOddities:
    @pytest.fixture(params=["fake", "real"])
    async def github(self, request: pytest.FixtureRequest, oddity: Oddity, serve: Serve) -> GitHubClient:
        if request.param == "fake":
            world = FakeGitHubClient().world
            return fake(
                world.refusal(oddity.meaning, oddity.status, oddity.message, retry_after_seconds=oddity.wait_seconds)
            )
        reply = Reply(oddity.body, oddity.status, oddity.fields, raw_type=oddity.content_type)
        return await serve(Knobs(instead={ROCKET: reply}))

    @pytest.mark.parametrize("oddity", ODDITIES.values(), ids=ODDITIES.keys())
    async def test_are_told_alike(self, github: GitHubClient, oddity: Oddity) -> None:
        error = await raised_by(github)

        assert type(error) is oddity.error
        assert (error.upstream, error.status, error.message) == ("github", oddity.status, oddity.message)
        assert str(oddity.status) in error.detail or oddity.wait_seconds is not None
        if isinstance(error, RateLimited):
            assert (error.retry_after_seconds, error.resource) == (oddity.wait_seconds, "core")

    @pytest.mark.parametrize("oddity", NO_LIMITS.values(), ids=NO_LIMITS.keys())
    async def test_leave_the_answer_to_another_question_alone(self, github: GitHubClient, oddity: Oddity) -> None:
        await raised_by(github)

        assert (await github.user("acme")).login == "acme"


class TestQuotaSpent:
    """By somebody else, so that the first question finds out; the second is not asked at all."""

    @pytest.fixture(params=["fake", "real"])
    async def github(self, request: pytest.FixtureRequest, serve: Serve) -> GitHubClient:
        if request.param == "fake":
            world = FakeGitHubClient().world
            return fake(
                world.refusal(Meaning.PRIMARY_LIMIT, 403, SPENT, retry_after_seconds=3_600),
                PrimaryLimit("github", "not asked", status=None, retry_after_seconds=3_600, resource="core"),
            )
        return await serve(Knobs(limits=Limits.alike(0)))

    async def test_is_the_primary_limit_asked_or_not(self, github: GitHubClient) -> None:
        first, second = await raised_by(github), await raised_by(github)

        for error in (first, second):
            assert isinstance(error, PrimaryLimit)
            assert error.retry_after_seconds == pytest.approx(3_600, abs=30)
            assert error.resource == "core"
        assert (first.status, first.message) == (403, SPENT)
        assert (second.status, second.message) == (None, None)
