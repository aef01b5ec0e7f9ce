"""Reports in a terminal and as CSV, from a fake GitHub."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest

from app.cli.paint import Paint
from app.cli.report import tables, words
from app.cli.report.command import lacks
from app.cli.report.sheets import sheet
from app.cli.report.wanted import Wanted
from app.clients.github import FakeGitHubClient
from app.errors import UpstreamTimeout
from app.services.answers.organization_report import OrganizationReport
from app.services.answers.report import Comparison, RepositoryReport, WeekOfCommits
from app.services.reports.comparison import ComparisonService
from app.services.reports.organization import OrganizationReportService
from app.services.reports.repository import RepositoryReportService
from app.transport.budget.rules import BudgetRules

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ROCKET: dict[str, Any] = {
    "full_name": "acme/rocket",
    "description": "Flies [bold]high[/bold]\x1b[31m",
    "stargazers_count": 4_821,
    "license": {"spdx_id": "MIT"},
    "pushed_at": "2026-05-30T00:00:00Z",
    "created_at": "2020-01-01T00:00:00Z",
    "languages": {"Python": 300, "C": 100},
    "contributors": [{"login": "ada", "contributions": 7}, {"login": "bela", "contributions": 3}],
    "releases": [{"tag_name": "v1", "created_at": "2026-05-02T00:00:00Z"}],
    "issues": [{"title": "It leaks", "created_at": "2026-05-22T00:00:00Z"}],
    "commit_activity": [{"week": 1_780_000_000, "total": 4, "days": [4]}],
    "workflow_runs": [{"name": "Tests", "created_at": "2026-05-30T00:00:00Z"}],
}
EVIL = {**ROCKET, "full_name": "acme/evil", "license": {"spdx_id": "@x"}}


def github(*repositories: dict[str, Any]) -> FakeGitHubClient:
    return FakeGitHubClient(repositories or [ROCKET], organizations=[{"login": "acme"}])


async def repository_report(client: FakeGitHubClient) -> RepositoryReport:
    return await RepositoryReportService(client, 10, clock=NOW.timestamp).report("acme", "rocket")


async def comparison(client: FakeGitHubClient) -> Comparison:
    service = ComparisonService(client, 10, clock=NOW.timestamp)
    return await service.compare([("acme", "rocket"), ("acme", "nope")])


async def organization_report(client: FakeGitHubClient) -> OrganizationReport:
    service = OrganizationReportService(client, 10, 60, BudgetRules().kept_share, clock=NOW.timestamp)
    found = [step async for step in service.report("acme")]
    assert isinstance(found[-1], OrganizationReport)
    return found[-1]


def shown(report: Any, width: int = 100, *, on: bool = False) -> str:
    output = io.StringIO()
    tables.write(report, output, Paint(on=on), width)
    return output.getvalue()


@pytest.mark.parametrize("width", [60, 80, 200])
async def test_a_repository_fits_the_terminal(width: int) -> None:
    told = shown(await repository_report(github()), width)

    assert max(len(line) for line in told.splitlines()) <= width
    assert all(line == line.rstrip() for line in told.splitlines())
    flat = " ".join(told.split())
    assert "4,821 stars" in flat
    assert "1 of 2 made half of 10 commits" in flat
    assert "Python 75%, C 25%" in flat


async def test_what_others_have_written_is_neither_markup_nor_obeyed() -> None:
    told = shown(await repository_report(github()))

    assert "Flies [bold]high[/bold]?[31m" in told
    assert "\x1b" not in told


async def test_colours_only_where_they_are_wanted() -> None:
    assert "\x1b[" in shown(await repository_report(github()), on=True)


async def test_a_part_that_is_missing_says_why() -> None:
    client = github()
    client.failures["languages"] = UpstreamTimeout("github", "read", 10)
    report = await repository_report(client)

    assert "failed" in shown(report)
    assert "github did not answer in time" in shown(report)
    assert lacks(report) == "languages"


async def test_a_comparison_tells_who_is_missing() -> None:
    found = await comparison(github())

    told = shown(found)
    assert "4,821" in told
    assert "there is no repository acme/nope" in " ".join(told.split())
    assert lacks(found) == "acme/nope: everything"


async def test_an_organization_shows_states_only_where_they_differ() -> None:
    client = github()
    whole = await organization_report(client)
    client.failures["languages"] = UpstreamTimeout("github", "read", 10)
    partial = await organization_report(client)

    assert "state" not in shown(whole)
    assert "partial" in shown(partial)
    assert (lacks(whole), lacks(partial)) == ("", "some part of 1 repositories")


class TestSheets:
    def rows(self, report: Any) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(sheet(report))))

    async def test_of_a_repository(self) -> None:
        (row,) = self.rows(await repository_report(github()))

        assert (row["full_name"], row["stars"], row["half_of_commits_by"], row["runs_succeeded"]) == (
            "acme/rocket",
            "4821",
            "1",
            "100",
        )

    async def test_of_a_comparison(self) -> None:
        there, missing = self.rows(await comparison(github()))

        assert (there["full_name"], missing["full_name"], missing["stars"]) == ("acme/rocket", "acme/nope", "")

    async def test_nothing_in_it_is_a_formula(self) -> None:
        (row,) = self.rows(await organization_report(github(EVIL)))

        assert row["license"] == "'@x"
        assert row["archived"] == "false"
        assert row["pushed_at"] == "2026-05-30T00:00:00+00:00"

    def test_of_nothing_else(self) -> None:
        with pytest.raises(TypeError):
            sheet(WeekOfCommits(start=date(2026, 1, 4), commits=1))


@pytest.mark.parametrize(
    ("kind", "names", "fault"),
    [
        ("repo", ("acme/rocket",), None),
        ("repo", ("acme",), "acme: expected a repository as OWNER/REPO"),
        ("repo", ("a/b/c",), "a/b/c: expected a repository as OWNER/REPO"),
        ("repo", ("a/..",), "a/..: expected a repository as OWNER/REPO"),
        ("compare", ("a/b", "c/d"), None),
        ("compare", ("a/b",), "expected two to ten repositories, got 1"),
        ("compare", ("a/b",) * 11, "expected two to ten repositories, got 11"),
        ("compare", ("a/b,c/d", "e/f"), "a/b,c/d: expected a repository as OWNER/REPO"),
        ("org", ("acme",), None),
        ("org", ("acme/rocket",), "acme/rocket: expected the login of an organization"),
    ],
)
def test_names_are_checked_before_anything_is_asked(kind: Any, names: tuple[str, ...], fault: str | None) -> None:
    assert Wanted(kind, names).fault() == fault


def test_a_bar_for_each_week() -> None:
    weeks = [WeekOfCommits(start=date(2026, 1, 4), commits=count) for count in (0, 1, 4, 8)]

    assert words.sparkline(weeks) == " ▁▄█"
    assert words.sparkline([]) == ""


@pytest.mark.parametrize(
    ("days", "told"), [(None, "-"), (0.1, "2.4 h"), (5.2, "5 days"), (89, "89 days"), (365, "12 months")]
)
def test_durations_in_words(days: float | None, told: str) -> None:
    assert words.days(days) == told
