"""What each part makes of GitHub's objects."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.clients.github.models import Comment, CommitWeek, CommunityProfile, Contributor, Issue, Release, WorkflowRun
from app.services.answers.part import Sample
from app.services.reports.cadence import commits_of, releases_of
from app.services.reports.open_items import open_items, pages_of_sample
from app.services.reports.people import contributors_of, half_by, is_bot
from app.services.reports.responses import responses_of
from app.services.reports.standing import community_of, runs_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


class TestPeople:
    @pytest.mark.parametrize(
        ("commits", "people"), [([], None), ([0, 0], None), ([5], 1), ([3, 3], 1), ([1, 1, 1], 2), ([9, 1, 5, 4], 2)]
    )
    def test_half_of_the_commits(self, commits: list[int], people: int | None) -> None:
        assert half_by(commits) == people

    def test_bots_are_no_people(self) -> None:
        counted = [
            Contributor(login="ada", type="User", contributions=30),
            Contributor(login="renovate[bot]", type="Bot", contributions=500),
            Contributor(name="Nobody", type="Anonymous", contributions=10),
        ]

        found = contributors_of(counted, more=False)

        assert (found.people, found.bots, found.commits, found.half_of_commits_by) == (2, 1, 40, 1)
        assert [(one.login, one.name, one.share) for one in found.top] == [("ada", None, 0.75), (None, "Nobody", 0.25)]

    @pytest.mark.parametrize(
        ("login", "kind", "expected"),
        [("ada", "User", False), ("x[bot]", "User", True), ("x", "Bot", True), (None, "Anonymous", False)],
    )
    def test_who_is_a_bot(self, login: str | None, kind: str, *, expected: bool) -> None:
        assert is_bot(login, kind) is expected


class TestCadence:
    def test_releases_are_counted_by_when_they_were_published(self) -> None:
        given = [
            Release(id=5, tag_name="draft", draft=True),
            Release(id=4, tag_name="v3-rc", prerelease=True, published_at=ago(10)),
            Release(id=3, tag_name="v2", published_at=ago(40)),
            Release(id=2, tag_name="v1.1", published_at=ago(400)),
            Release(id=1, tag_name="v1", published_at=ago(500)),
        ]

        found = releases_of(given, NOW, more=True)

        assert (found.counted, found.more, found.last_year) == (4, True, 2)
        assert found.latest is not None
        assert (found.latest.tag_name, found.days_since_latest) == ("v2", 40)
        assert [moment.tag_name for moment in found.time_line] == ["v1", "v1.1", "v2", "v3-rc"]
        assert (found.between.p25_days, found.between.p50_days, found.between.p90_days) == (30, 100, 360)

    def test_none_at_all(self) -> None:
        found = releases_of([], NOW, more=False)

        assert (found.counted, found.latest, found.days_since_latest) == (0, None, None)

    def test_a_year_of_weeks(self) -> None:
        weeks = [CommitWeek(week=1_780_000_000 + place * 604_800, total=place % 3) for place in range(52)]

        found = commits_of(list(reversed(weeks)))

        assert found.last_year == sum(week.total for week in weeks)
        assert found.last_13_weeks == sum(week.total for week in weeks[-13:])
        assert found.before_13_weeks == sum(week.total for week in weeks[-26:-13])
        assert found.active_weeks == 34
        assert [week.commits for week in found.weeks] == [week.total for week in weeks]


class TestOpenItems:
    @pytest.mark.parametrize(
        ("total", "pages"),
        [(0, ()), (100, (1,)), (101, (1, 2)), (400, (1, 2, 3, 4)), (401, (1, 2, 4, 5)), (10_000, (1, 34, 67, 100))],
    )
    def test_the_sample_is_spread_from_the_first_page_to_the_last(self, total: int, pages: tuple[int, ...]) -> None:
        assert pages_of_sample(total) == pages

    def test_ages_fall_into_groups(self) -> None:
        sample = Sample(size=6, of=6, complete=True, choice="all of them")

        found = open_items([ago(days) for days in (0, 6.9, 7, 29, 364, 365)], NOW, 6, sample)

        assert [group.count for group in found.groups] == [2, 2, 0, 1, 1]
        assert (found.open, found.oldest_days, found.ages.p50_days) == (6, 365, 7)

    def test_nothing_is_open(self) -> None:
        found = open_items([], NOW, 0, Sample(size=0, of=0, complete=True, choice="all of them"))

        assert (found.oldest_days, found.ages.p50_days, sum(group.count for group in found.groups)) == (None, None, 0)


def issue(number: int, opened: float, closed: float | None = None, user: str = "ada") -> Issue:
    return Issue.model_validate(
        {
            "number": number,
            "title": "It leaks",
            "state": "open" if closed is None else "closed",
            "user": {"login": user},
            "created_at": ago(opened),
            "closed_at": None if closed is None else ago(closed),
        }
    )


def comment(number: int | str, written: float, user: str = "bela", kind: str = "User") -> Comment:
    url = f"https://api.github.example/repos/acme/rocket/issues/{number}"
    return Comment.model_validate(
        {"id": 1, "issue_url": url, "created_at": ago(written), "user": {"login": user, "type": kind}}
    )


class TestResponses:
    def told(self, issues: list[Issue], comments: list[Comment], **more: bool) -> Any:
        return responses_of(issues, comments, NOW, **{"more_issues": False, "more_comments": False, **more})

    def test_the_first_who_is_neither_the_author_nor_a_bot_answers(self) -> None:
        comments = [
            comment(1, 2),
            comment(1, 5, user="cleo"),
            comment(1, 9, user="ada"),
            comment(1, 8, user="stale[bot]", kind="Bot"),
        ]

        found = self.told([issue(1, 10)], comments)

        assert (found.first_response.done, found.first_response.estimate.p50_days) == (1, 5)
        assert (found.close.done, found.close.waiting) == (0, 1)

    def test_of_what_is_older_than_the_oldest_known_comment_nothing_is_said(self) -> None:
        issues = [issue(3, 1), issue(2, 4), issue(1, 30)]

        found = self.told(issues, [comment(3, 0.5), comment(1, 5)], more_comments=True)

        assert (found.sample.size, found.sample.of, found.sample.complete) == (2, None, False)
        assert "newest hundred comments" in found.sample.choice
        assert found.opened_since == ago(4)
        assert (found.first_response.done, found.first_response.waiting) == (1, 1)

    def test_all_of_a_small_repository(self) -> None:
        found = self.told([issue(1, 10, closed=4)], [])

        assert (found.sample.size, found.sample.of, found.sample.complete) == (1, 1, True)
        assert (found.close.done, found.close.estimate.p50_days) == (1, 6)
        assert (found.first_response.done, found.first_response.waiting) == (0, 1)

    def test_none_at_all(self) -> None:
        found = self.told([], [])

        assert (found.sample.size, found.opened_since, found.first_response.estimate.p50_days) == (0, None, None)

    def test_a_comment_that_belongs_nowhere_is_left_alone(self) -> None:
        assert self.told([issue(1, 10)], [comment("new", 2), comment(7, 2)]).first_response.done == 0


class TestStanding:
    def test_files_by_name(self) -> None:
        profile = CommunityProfile(health_percentage=50, files={"readme": {"url": "x"}, "license": None})

        found = community_of(profile)

        assert found.health_percent == 50
        assert [(file.name, file.present) for file in found.files] == [("license", False), ("readme", True)]

    def test_runs_of_other_branches_do_not_count(self) -> None:
        def run(number: int, name: str | None, conclusion: str | None, branch: str = "main") -> WorkflowRun:
            return WorkflowRun(
                id=number, name=name, conclusion=conclusion, head_branch=branch, created_at=ago(100 - number)
            )

        runs = [
            run(1, "Tests", "success"),
            run(2, "Tests", "failure"),
            run(3, "Tests", "cancelled"),
            run(4, "Lint", "success"),
            run(5, "Tests", "failure", branch="try"),
            run(6, None, None),
        ]

        found = runs_of(runs, "main")

        assert (found.counted, found.success_share) == (5, 0.6667)
        assert [(one.name, one.runs, one.last.id, one.success_share) for one in found.workflows] == [
            ("unnamed", 1, 6, None),
            ("Lint", 1, 4, 1.0),
            ("Tests", 3, 3, 0.5),
        ]
