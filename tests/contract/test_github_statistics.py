"""What GitHub computes when it is first asked: the real client polls, within bounds. A fake has it at once."""

from collections.abc import AsyncIterator

import pytest

from app.clients.github import FakeGitHubClient, GitHubClient, GitHubDialect
from app.demo.github import GitHubStandIn, Knobs
from app.demo.serving import running
from app.errors import StillComputing
from tests.live import upstream_at
from tests.waits import Waits


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture(params=[3, 100])
def ready_after_asks(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
async def computing(ready_after_asks: int, waits: Waits) -> AsyncIterator[GitHubClient]:
    standin = GitHubStandIn(Knobs(stats_ready_after_asks=ready_after_asks))
    async with (
        running(standin.app) as base_url,
        upstream_at(base_url, GitHubDialect(), name="github", token="ghp_invented") as upstream,
    ):
        yield GitHubClient(upstream, sleep=waits.sleep)


@pytest.mark.parametrize("ready_after_asks", [3], indirect=True)
async def test_the_client_asks_again_until_the_answer_is_there(computing: GitHubClient, waits: Waits) -> None:
    weeks = await computing.commit_activity("acme", "rocket")

    assert len(weeks) == 52
    assert sum(week.total for week in weeks) == 70
    assert waits.seconds == [0.5, 1.0]


@pytest.mark.parametrize("ready_after_asks", [100], indirect=True)
async def test_it_gives_up_in_the_end(computing: GitHubClient, waits: Waits) -> None:
    with pytest.raises(StillComputing) as caught:
        await computing.participation("acme", "rocket")

    assert caught.value.status == 202
    assert waits.seconds == [0.5, 1.0, 2.0]


async def test_a_fake_is_still_computing_when_it_is_told_so() -> None:
    github = FakeGitHubClient(["acme/rocket"])
    github.failures["participation"] = StillComputing("github", "still computing", status=202, retry_after_seconds=1)

    with pytest.raises(StillComputing):
        await github.participation("acme", "rocket")

    del github.failures["participation"]
    assert len((await github.participation("acme", "rocket")).all) == 52
