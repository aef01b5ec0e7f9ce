"""The report on a repository, with the fake GitHub below it."""

import asyncio
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest

from app.call import Call, serving
from app.clients.github import FakeGitHubClient
from app.errors import HeadgateError, NotFound, StillComputing, UpstreamTimeout
from app.services.reports.comparison import ComparisonService
from app.services.reports.parts import Parts, part_deadline
from app.services.reports.reckoned import HOLDS_SECONDS, Reckoned
from app.services.reports.repository import RepositoryReportService

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ROCKET: dict[str, Any] = {
    "full_name": "acme/rocket",
    "license": {"spdx_id": "MIT"},
    "created_at": "2024-01-01T00:00:00Z",
    "pushed_at": "2026-05-30T00:00:00Z",
    "languages": {"Python": 300, "C": 100},
    "contributors": [{"login": "ada", "contributions": 7}, {"login": "bela", "contributions": 3}],
    "releases": [{"tag_name": "v1", "created_at": "2026-05-02T12:00:00Z"}],
    "issues": [
        {"title": "It leaks", "user": "ada", "number": 1, "created_at": "2026-05-22T12:00:00Z"},
        {
            "title": "It leaked",
            "user": "ada",
            "number": 2,
            "created_at": "2026-05-12T12:00:00Z",
            "closed_at": "2026-05-14T12:00:00Z",
        },
    ],
    "pulls": [{"title": "Seal it", "user": "bela", "number": 3, "created_at": "2026-05-28T12:00:00Z"}],
    "comments": [{"number": 1, "user": "bela", "created_at": "2026-05-23T12:00:00Z"}],
    "commit_activity": [{"week": 1_780_000_000, "total": 4, "days": [0, 0, 4, 0, 0, 0, 0]}],
    "workflow_runs": [{"name": "Tests", "created_at": "2026-05-30T00:00:00Z"}],
}
PARTS = {  # the part, and the call of the client that it stands on
    "languages": "languages",
    "contributors": "contributors",
    "releases": "releases",
    "commits": "commit_activity",
    "pulls": "pulls",
    "responses": "comments",
    "community": "community_profile",
    "runs": "workflow_runs",
}


def github_of(*repositories: dict[str, Any]) -> FakeGitHubClient:
    return FakeGitHubClient(repositories or (ROCKET,))


def service_of(github: FakeGitHubClient, at_once: int = 10) -> RepositoryReportService:
    return RepositoryReportService(github, at_once, clock=NOW.timestamp)


async def test_a_report_of_everything() -> None:
    report = await service_of(github_of()).report("acme", "rocket")

    assert (report.full_name, report.reckoned_at) == ("acme/rocket", NOW)
    assert all(getattr(report, part).state == "complete" for part in ("repository", "issues", *PARTS))
    assert report.languages.value is not None
    assert [(one.name, one.share) for one in report.languages.value] == [("Python", 0.75), ("C", 0.25)]
    assert report.contributors.value is not None
    assert report.contributors.value.half_of_commits_by == 1
    assert report.releases.value is not None
    assert report.releases.value.days_since_latest == 30
    assert report.commits.value is not None
    assert report.commits.value.last_year == 4
    assert report.issues.value is not None
    assert (report.issues.value.open, report.issues.value.oldest_days) == (1, 10)
    assert report.pulls.value is not None
    assert (report.pulls.value.open, report.pulls.value.oldest_days) == (1, 4)
    assert report.responses.value is not None
    assert (report.responses.value.first_response.done, report.responses.value.close.done) == (1, 1)
    assert report.responses.value.sample.complete
    assert report.runs.value is not None
    assert report.runs.value.success_share == 1.0
    assert "raised" in {signal.state for signal in report.signals}


@pytest.mark.parametrize(("part", "call"), PARTS.items())
async def test_a_part_that_fails_says_why_and_the_others_stay(part: str, call: str) -> None:
    github = github_of()
    github.failures[call] = UpstreamTimeout("github", "read", 10)

    report = await service_of(github).report("acme", "rocket")

    failed = {name for name in ("repository", "issues", *PARTS) if getattr(report, name).state == "failed"}
    assert failed == {part}
    told = getattr(report, part)
    assert (told.value, told.problem.code) == (None, "upstream_timeout")


async def test_what_can_be_asked_again_says_when() -> None:
    github = github_of()
    github.failures["commit_activity"] = StillComputing("github", "not yet", status=202, retry_after_seconds=3)

    report = await service_of(github).report("acme", "rocket")

    assert report.commits.problem is not None
    assert report.commits.problem.retry_after_seconds == 3


async def test_without_the_repository_there_is_no_report() -> None:
    with pytest.raises(NotFound, match="there is no repository acme/nope"):
        await service_of(github_of()).report("acme", "nope")


async def test_who_is_strict_gets_the_error_of_the_part() -> None:
    github = github_of()
    github.failures["languages"] = UpstreamTimeout("github", "read", 10)

    with pytest.raises(UpstreamTimeout):
        await service_of(github).report("acme", "rocket", strict=True)


async def test_an_empty_repository_has_a_report() -> None:
    report = await service_of(github_of({"full_name": "acme/blank"})).report("acme", "blank")

    assert report.contributors.value is not None
    assert report.contributors.value.half_of_commits_by is None
    assert report.releases.value is not None
    assert report.releases.value.latest is None


@pytest.mark.parametrize("at_once", [1, 2])
async def test_few_places_are_enough(at_once: int) -> None:
    many = {**ROCKET, "issues": [{"title": f"Number {each}"} for each in range(250)]}

    report = await asyncio.wait_for(service_of(github_of(many), at_once).report("acme", "rocket"), 5)

    assert report.issues.value is not None
    assert report.issues.value.open == 250


async def test_of_very_many_issues_a_sample_is_looked_at() -> None:
    many = {
        **ROCKET,
        "issues": [
            {"title": "It leaks", "created_at": NOW - timedelta(days=each), "number": each + 10} for each in range(900)
        ],
        "pulls": [],
    }

    report = await service_of(github_of(many)).report("acme", "rocket")

    issues = report.issues.value
    assert issues is not None
    assert (issues.open, issues.sample.size, issues.sample.complete) == (None, 400, False)
    assert "evenly spread" in issues.sample.choice
    assert issues.ages.p50_days == pytest.approx(450, rel=0.15)
    assert issues.oldest_days == 899


class Slow(FakeGitHubClient):
    """Counts who asks at the same time."""

    now, most = 0, 0

    async def _counted(self) -> None:
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.now -= 1

    async def languages(self, owner: str, repo: str) -> dict[str, int]:
        await self._counted()
        return await super().languages(owner, repo)

    async def community_profile(self, owner: str, repo: str) -> Any:
        await self._counted()
        return await super().community_profile(owner, repo)


@pytest.mark.parametrize(("at_once", "most"), [(1, 1), (20, 4)])
async def test_no_more_is_asked_at_once_than_is_allowed(at_once: int, most: int) -> None:
    github = Slow([ROCKET, {**ROCKET, "full_name": "acme/booster"}])

    await ComparisonService(github, at_once, clock=NOW.timestamp).compare([("acme", "rocket"), ("acme", "booster")])

    assert github.most == most


async def test_what_has_no_place_when_time_is_up_has_failed() -> None:
    async def never() -> None:
        raise AssertionError

    with serving(Call(deadline=asyncio.get_running_loop().time())):
        outcome = await Parts(asyncio.Semaphore(0), NOW.timestamp).run(never)

    assert outcome.part.problem is not None
    assert outcome.part.problem.code == "deadline_exceeded"


@pytest.mark.parametrize(("left", "kept"), [(inf, inf), (10.0, 9.75), (1.0, 0.9), (-1.0, -1.0)])
def test_a_part_ends_a_moment_before_the_whole(left: float, kept: float) -> None:
    assert part_deadline(left, 0.0) == kept


class TestWhatIsNotedOfIt:
    async def test_a_report_is_kept_for_an_hour_at_most(self) -> None:
        call = Call()
        with serving(call):
            await service_of(github_of()).report("acme", "rocket")

        (source,) = call.sources
        assert isinstance(source, Reckoned)
        assert source.is_fresh(NOW.timestamp() + HOLDS_SECONDS - 1)
        assert not source.is_fresh(NOW.timestamp() + HOLDS_SECONDS)

    async def test_one_that_lacks_something_is_not_kept(self) -> None:
        github, call = github_of(), Call()
        github.failures["languages"] = UpstreamTimeout("github", "read", 10)
        with serving(call):
            await service_of(github).report("acme", "rocket")

        assert None in call.sources

    async def test_after_an_hour_it_is_reckoned_anew(self) -> None:
        now = 1_000.0
        source = Reckoned(now, lambda: now)
        assert await source.again() is source

        now += HOLDS_SECONDS
        assert await source.again() is None


class TestComparison:
    def service(self, github: FakeGitHubClient) -> ComparisonService:
        return ComparisonService(github, 10, clock=NOW.timestamp)

    async def test_side_by_side(self) -> None:
        github = github_of(ROCKET, {"full_name": "acme/booster", "stargazers_count": 9})

        found = await self.service(github).compare([("acme", "booster"), ("acme", "rocket")])

        assert [one.name for one in found.repositories] == ["acme/booster", "acme/rocket"]
        measures = {measure.name: measure.values for measure in found.measures}
        assert measures["stars"] == (9, 0)
        assert measures["half_of_commits_by"] == (None, 1)
        assert measures["runs_succeeded"] == (None, 100.0)
        assert measures["days_since_release"] == (None, 30)

    async def test_one_that_is_missing_says_so_in_its_place(self) -> None:
        found = await self.service(github_of()).compare([("acme", "nope"), ("acme", "rocket")])

        missing, there = found.repositories
        assert missing.report is None
        assert missing.problem is not None
        assert missing.problem.code == "not_found"
        assert there.report is not None
        assert all(measure.values[0] is None for measure in found.measures)

    async def test_where_there_is_none_at_all_the_whole_is_an_error(self) -> None:
        with pytest.raises(NotFound, match="acme/nope"):
            await self.service(github_of()).compare([("acme", "nope"), ("acme", "none")])

    async def test_who_is_strict_wants_all(self) -> None:
        with pytest.raises(HeadgateError):
            await self.service(github_of()).compare([("acme", "rocket"), ("acme", "nope")], strict=True)
