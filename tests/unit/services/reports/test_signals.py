"""Signals: raised, clear, or unknown where a part is missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clients.github import models
from app.services.answers.part import Sample
from app.services.answers.report import Commits, Contributors, ContributorShare, Duration, Responses
from app.services.answers.repository import Repository
from app.services.reports.cadence import releases_of
from app.services.reports.durations import percentiles, survival
from app.services.reports.open_items import open_items
from app.services.reports.signals import Facts, signals_of
from app.services.reports.standing import runs_of

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def repository(**facts: Any) -> Repository:
    whole = {
        "id": 1,
        "name": "rocket",
        "full_name": "acme/rocket",
        "owner": {"login": "acme"},
        "html_url": "https://github.example/acme/rocket",
        "license": {"spdx_id": "MIT"},
        "pushed_at": ago(3),
        "created_at": ago(900),
        **facts,
    }
    return Repository.of(models.Repository.model_validate(whole))


def state(name: str, facts: Facts) -> str:
    (signal,) = signals_of(facts, NOW, frozenset({name}))
    assert signal.detail
    return signal.state


def contributors(*shares: float, people: int | None = None) -> Contributors:
    top = tuple(ContributorShare(login="x", name=None, commits=1, share=share) for share in shares)
    half = None if not shares else 1 if shares[0] >= 0.5 else 2
    return Contributors(people=people or len(shares), bots=0, more=False, commits=10, half_of_commits_by=half, top=top)


def commits(last_year: int) -> Commits:
    return Commits(last_year=last_year, last_13_weeks=0, before_13_weeks=0, active_weeks=0, weeks=())


def responses(answered: list[float], waiting: list[float]) -> Responses:
    nothing = Duration(done=0, waiting=0, estimate=percentiles([]))
    sample = Sample(size=1, of=1, complete=True, choice="all")
    return Responses(first_response=survival(answered, waiting), close=nothing, sample=sample, opened_since=None)


def released(*days: float) -> Any:
    releases = [models.Release(id=1, tag_name="v1", published_at=ago(each)) for each in days]
    return releases_of(releases, NOW, more=False)


def ran(conclusion: str | None) -> Any:
    run = models.WorkflowRun(id=1, name="Tests", conclusion=conclusion, head_branch="main", created_at=ago(1))
    return runs_of([run], "main")


def opened(*days: float) -> Any:
    sample = Sample(size=len(days), of=len(days), complete=True, choice="all")
    return open_items([ago(each) for each in days], NOW, len(days), sample)


HEALTHY = repository()


@pytest.mark.parametrize(
    ("name", "facts", "expected"),
    [
        ("archived", Facts(HEALTHY), "clear"),
        ("archived", Facts(repository(archived=True)), "raised"),
        ("no_license", Facts(HEALTHY), "clear"),
        ("no_license", Facts(repository(license=None)), "raised"),
        ("no_license", Facts(repository(license={"spdx_id": "NOASSERTION"})), "clear"),
        ("one_maintainer", Facts(HEALTHY), "unknown"),
        ("one_maintainer", Facts(HEALTHY, contributors(0.6, 0.4)), "raised"),
        ("one_maintainer", Facts(HEALTHY, contributors(0.4, 0.3, 0.3)), "clear"),
        ("one_maintainer", Facts(HEALTHY, contributors()), "clear"),
        ("no_release_for_a_year", Facts(HEALTHY), "unknown"),
        ("no_release_for_a_year", Facts(HEALTHY, releases=released(10)), "clear"),
        ("no_release_for_a_year", Facts(HEALTHY, releases=released(366)), "raised"),
        ("no_release_for_a_year", Facts(HEALTHY, releases=released()), "raised"),
        ("no_release_for_a_year", Facts(repository(created_at=ago(20)), releases=released()), "clear"),
        ("no_commit_for_a_year", Facts(HEALTHY), "clear"),
        ("no_commit_for_a_year", Facts(repository(pushed_at=ago(400))), "raised"),
        ("no_commit_for_a_year", Facts(repository(pushed_at=ago(400)), commits=commits(3)), "clear"),
        ("no_commit_for_a_year", Facts(repository(pushed_at=None)), "unknown"),
        ("no_commit_for_a_year", Facts(repository(pushed_at=None), commits=commits(0)), "raised"),
        ("failing_runs", Facts(HEALTHY), "unknown"),
        ("failing_runs", Facts(HEALTHY, runs=ran("failure")), "raised"),
        ("failing_runs", Facts(HEALTHY, runs=ran("success")), "clear"),
        ("failing_runs", Facts(HEALTHY, runs=ran(None)), "clear"),
        ("failing_runs", Facts(HEALTHY, runs=runs_of([], "main")), "clear"),
        ("slow_first_response", Facts(HEALTHY), "unknown"),
        ("slow_first_response", Facts(HEALTHY, responses=responses([], [])), "clear"),
        ("slow_first_response", Facts(HEALTHY, responses=responses([1, 2], [])), "clear"),
        ("slow_first_response", Facts(HEALTHY, responses=responses([15, 20], [])), "raised"),
        ("slow_first_response", Facts(HEALTHY, responses=responses([1], [9, 9, 9])), "raised"),
        ("slow_first_response", Facts(HEALTHY, responses=responses([], [9])), "clear"),
        ("old_open_pulls", Facts(HEALTHY), "unknown"),
        ("old_open_pulls", Facts(HEALTHY, pulls=opened()), "clear"),
        ("old_open_pulls", Facts(HEALTHY, pulls=opened(5, 89, 400)), "clear"),
        ("old_open_pulls", Facts(HEALTHY, pulls=opened(5, 91, 400)), "raised"),
    ],
)
def test_each_signal_says_one_thing(name: str, facts: Facts, expected: str) -> None:
    assert state(name, facts) == expected


def test_all_are_told_in_one_order_and_each_has_a_sentence() -> None:
    found = signals_of(Facts(HEALTHY), NOW)

    assert [signal.name for signal in found] == [
        "archived",
        "no_license",
        "one_maintainer",
        "no_release_for_a_year",
        "no_commit_for_a_year",
        "failing_runs",
        "slow_first_response",
        "old_open_pulls",
    ]
    assert all(signal.detail.endswith(".") for signal in found)


def test_the_numbers_are_there_to_judge_by() -> None:
    (signal,) = signals_of(Facts(HEALTHY, contributors(0.6, 0.4)), NOW, frozenset({"one_maintainer"}))

    assert signal.numbers == {"half_of_commits_by": 1, "people": 2, "largest_share": 0.6}
    assert signal.detail == "One of 2 people made 60 % of the commits."
