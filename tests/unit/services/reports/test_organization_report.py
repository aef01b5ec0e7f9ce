"""The report on an organization, with the fake GitHub below it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from app.call import Call, Urgency, current_call, serving
from app.callers.shared import SharedAllowance, UseTable
from app.clients.github import FakeGitHubClient
from app.errors import NotCached, NotFound, ReportNotAffordable, UpstreamTimeout
from app.services.answers.organization_report import Estimate, OrganizationReport, Progress
from app.services.reports.estimate import (
    Kept,
    Purse,
    estimate_of,
    points_of,
    purse_of,
    refusal_sentence,
    retry_after_seconds,
    seconds_left,
)
from app.services.reports.organization import OrganizationReportService
from app.transport.budget.rules import BudgetRules

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def repository(name: str, **more: Any) -> dict[str, Any]:
    return {
        "full_name": f"acme/{name}",
        "license": {"spdx_id": "MIT"},
        "pushed_at": "2026-05-30T00:00:00Z",
        "languages": {"Python": 100},
        "contributors": [{"login": "ada", "contributions": 6}, {"login": "x[bot]", "type": "Bot", "contributions": 50}],
        "commit_activity": [{"week": 1_780_000_000, "total": 4, "days": [4]}],
        "stargazers_count": 2,
        **more,
    }


ROCKET = repository(
    "rocket", contributors=[{"login": "ada", "contributions": 5}, {"login": "bela", "contributions": 5}]
)
FORK = repository("fork", fork=True, languages={"C": 900})
OLD = repository("old", archived=True, pushed_at="2020-01-01T00:00:00Z", license=None, commit_activity=[])


def github(*repositories: dict[str, Any], **more: Any) -> FakeGitHubClient:
    return FakeGitHubClient(repositories, organizations=[{"login": "acme"}], users=["mira"], **more)


async def steps_of(client: FakeGitHubClient, org: str = "acme", at_once: int = 3) -> list[Any]:
    service = OrganizationReportService(client, at_once, 60, BudgetRules().kept_share, clock=NOW.timestamp)
    return [step async for step in service.report(org)]


async def report_of(client: FakeGitHubClient) -> OrganizationReport:
    report = (await steps_of(client))[-1]
    assert isinstance(report, OrganizationReport)
    return report


async def test_sums_and_rows() -> None:
    report = await report_of(github(ROCKET, FORK, OLD))

    assert (report.totals.repositories, report.totals.forks, report.totals.archived) == (3, 1, 1)
    assert (report.totals.stars, report.totals.commits_last_year, report.totals.contributors) == (6, 4, 2)
    assert [(one.login, one.commits, one.repositories) for one in report.contributors] == [
        ("ada", 11, 2),
        ("bela", 5, 1),
    ]
    assert [(one.name, one.bytes) for one in report.languages] == [("Python", 200)]
    assert [week.commits for week in report.weeks] == [4]
    rows = {row.full_name: row for row in report.repositories}
    assert rows["acme/rocket"].half_of_commits_by == 1
    assert set(rows["acme/old"].signals) == {"archived", "no_license", "one_maintainer", "no_commit_for_a_year"}
    assert [risk.full_name for risk in report.risky] == ["acme/old"]
    assert report.dormant == ()


async def test_the_history_of_a_fork_is_not_asked_for() -> None:
    client = github(FORK)
    client.failures["languages"] = client.failures["contributors"] = UpstreamTimeout("github", "read", 10)

    report = await report_of(client)

    (row,) = report.repositories
    assert (row.state, row.contributors, row.commits_last_year) == ("complete", None, None)


async def test_it_tells_how_far_it_is_and_never_goes_back() -> None:
    *steps, last = await steps_of(github(*(repository(f"r{number}") for number in range(230))))

    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done)
    assert (done[-1], steps[-1].total) == (230, 230)
    assert isinstance(last, OrganizationReport)
    assert len({row.full_name for row in last.repositories}) == 230


async def test_a_part_that_fails_leaves_the_rest() -> None:
    client = github(ROCKET)
    client.failures["contributors"] = UpstreamTimeout("github", "read", 10)

    report = await report_of(client)

    (row,) = report.repositories
    assert (row.state, row.contributors, row.commits_last_year) == ("partial", None, 4)
    assert row.problems["contributors"].code == "upstream_timeout"
    assert report.incomplete == 1


async def test_a_fault_of_ours_over_one_repository_leaves_the_rest(caplog: pytest.LogCaptureFixture) -> None:
    class Faulty(FakeGitHubClient):
        async def languages(self, owner: str, repo: str) -> dict[str, int]:
            if repo == "rocket":
                raise ZeroDivisionError
            return await super().languages(owner, repo)

    report = await report_of(Faulty([ROCKET, OLD], organizations=[{"login": "acme"}]))

    rows = {row.full_name: row for row in report.repositories}
    assert (rows["acme/rocket"].state, rows["acme/old"].state) == ("partial", "complete")
    assert rows["acme/rocket"].problems["languages"].code == "internal"
    assert "ZeroDivisionError" in caplog.text


async def test_an_organization_without_repositories() -> None:
    report = await report_of(github())

    assert (report.totals.repositories, report.weeks, report.languages) == (0, (), ())


async def test_a_user_is_no_organization() -> None:
    with pytest.raises(NotFound, match="there is no organization mira"):
        await steps_of(github(), "mira")


class Uncached(FakeGitHubClient):
    """Has nothing in its cache."""

    async def languages(self, owner: str, repo: str) -> dict[str, int]:
        if "only-if-cached" in (current_call().cache_control or ""):
            raise NotCached("nothing is stored")
        return await super().languages(owner, repo)


LOW = {"core": {"limit": 5_000, "remaining": 2, "reset": int(NOW.timestamp()) + 90}}


async def test_what_is_left_does_not_bear_is_refused() -> None:
    client = Uncached(
        [repository(f"r{number}") for number in range(4)], organizations=[{"login": "acme"}], rate_limit=LOW
    )

    with pytest.raises(ReportNotAffordable) as caught:
        await steps_of(client)

    estimate = caught.value.estimate
    assert isinstance(estimate, Estimate)
    assert (estimate.requests, estimate.points_without_cache, estimate.points_expected) == (12, 16, 4)
    assert estimate.points_left == 2
    assert estimate.possible_at == estimate.resets_at
    assert caught.value.retry_after_seconds == 90
    assert "4 repositories would cost about 4 points, and 2 are left" in caught.value.detail


async def test_what_is_in_the_cache_does_not_count() -> None:
    report = await report_of(github(ROCKET, rate_limit=LOW))

    assert report.totals.repositories == 1


@pytest.mark.parametrize(("points", "fits"), [(16, True), (4, True), (3, False)])
async def test_what_the_callers_key_may_spend_counts_too(points: int, *, fits: bool) -> None:
    allowance = SharedAllowance(UseTable(now=NOW.timestamp), "ci", points)
    client = Uncached([repository(f"r{number}") for number in range(4)], organizations=[{"login": "acme"}])
    with serving(Call(allowance=allowance)):
        if fits:
            await steps_of(client)
        else:
            with pytest.raises(ReportNotAffordable, match="3 are left of what this key may spend in a day") as caught:
                await steps_of(client)
            assert caught.value.retry_after_seconds == 43_200
            assert isinstance(caught.value.estimate, Estimate)
            assert caught.value.estimate.possible_at is None

    assert allowance.left == points


async def test_who_stops_listening_ends_the_work() -> None:
    begun: list[str] = []

    class Slow(FakeGitHubClient):
        async def languages(self, owner: str, repo: str) -> dict[str, int]:
            begun.append(repo)
            await asyncio.Event().wait()
            return {}

    client = Slow([repository(f"r{number}") for number in range(9)], organizations=[{"login": "acme"}])
    steps = OrganizationReportService(client, 2, 60, BudgetRules().kept_share, clock=NOW.timestamp).report("acme")
    assert isinstance(await anext(steps), Progress)
    for _ in range(20):
        await asyncio.sleep(0)
    await steps.aclose()

    assert len(begun) == 2
    assert len(asyncio.all_tasks()) == 1


async def test_what_it_has_cost_is_the_callers() -> None:
    call = Call()
    with serving(call):
        await steps_of(github(ROCKET))

    assert None in call.sources  # made of more than is worth remembering as one answer


@pytest.mark.parametrize(
    ("done", "total", "seconds", "left"), [(0, 10, 1, None), (0, 0, 1, 0.0), (5, 10, 2, 2.0), (10, 10, 2, 0.0)]
)
def test_by_the_pace_so_far(done: int, total: int, seconds: float, left: float | None) -> None:
    assert seconds_left(done, total, seconds) == left


def test_more_than_a_window_has_is_possible_never_at_once() -> None:
    purse = Purse(left=4_000, limit=5_000, resets_at=None)
    estimate = estimate_of(3_000, Kept(), purse)

    assert (estimate.points_expected, estimate.possible_at) == (12_000, None)
    assert retry_after_seconds(estimate, 0.0) == 3_600
    assert "takes several times" in refusal_sentence(estimate, purse, "of the quota")


def test_a_statistic_that_is_kept_is_not_computed() -> None:
    assert points_of(10, Kept()) == 40
    assert points_of(10, Kept(replies=10, statistics=0)) == 30
    assert points_of(10, Kept(replies=10, statistics=10)) == 20
    assert points_of(10, Kept(replies=30, statistics=10)) == 0


@pytest.mark.parametrize(
    ("remaining", "share", "purse"),
    [
        (4_000, 0.0, Purse(4_000, 5_000, 60.0, 0)),
        (4_000, 0.2, Purse(3_000, 4_000, 60.0, 1_000)),
        (700, 0.2, Purse(0, 4_000, 60.0, 700)),
        (0, 1.0, Purse(0, 0, 60.0, 0)),
    ],
)
def test_what_is_kept_for_others_is_not_to_be_spent(remaining: int, share: float, purse: Purse) -> None:
    assert purse_of(remaining, 5_000, 60.0, share) == purse


async def test_a_class_of_which_something_is_kept_has_less() -> None:
    low = {"core": {"limit": 5_000, "remaining": 1_003, "reset": int(NOW.timestamp()) + 90}}
    client = Uncached(
        [repository(f"r{number}") for number in range(4)], organizations=[{"login": "acme"}], rate_limit=low
    )
    service = OrganizationReportService(client, 3, 60, BudgetRules(normal_percent=20.0).kept_share, clock=NOW.timestamp)

    assert isinstance([step async for step in service.report("acme")][-1], OrganizationReport)
    with pytest.raises(ReportNotAffordable, match=r"and 3 are left of the quota \(1000 more are kept"):
        await anext(service.report("acme", Urgency.BATCH))


async def test_only_what_is_asked_of_each_repository_has_the_lower_class() -> None:
    seen: dict[str, set[Urgency]] = {"list": set(), "languages": set()}

    class Watched(FakeGitHubClient):
        async def organization(self, org: str) -> Any:
            seen["list"].add(current_call().urgency)
            return await super().organization(org)

        async def languages(self, owner: str, repo: str) -> dict[str, int]:
            seen["languages"].add(current_call().urgency)
            return await super().languages(owner, repo)

    client = Watched([ROCKET], organizations=[{"login": "acme"}])
    service = OrganizationReportService(client, 3, 60, BudgetRules().kept_share, clock=NOW.timestamp)
    with serving(Call(urgency=Urgency.INTERACTIVE)):
        assert [step async for step in service.report("acme", Urgency.BATCH)]

    assert seen == {"list": {Urgency.INTERACTIVE}, "languages": {Urgency.BATCH}}
