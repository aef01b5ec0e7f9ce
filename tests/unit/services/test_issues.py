"""What the issue service promises of issues and pull requests, with the fake GitHub below it."""

from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from app.clients.github import FakeGitHubClient, models
from app.services.answers.issue import Issue, Pull, PullWithChanges
from app.services.issues import IssueService
from app.services.queries import IssueQuery, PullQuery

ROCKET = ("acme", "rocket")
TIMES = {
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-02T00:00:00Z",
    "closed_at": "2026-01-03T00:00:00Z",
}


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def service_of(**values: Any) -> IssueService:
    return IssueService(FakeGitHubClient([{"full_name": "acme/rocket", **values}]))


class TestIssues:
    LEAK: ClassVar[dict[str, Any]] = {
        "number": 7,
        "title": "It leaks",
        "state": "closed",
        "state_reason": "completed",
        "user": "ada",
        "labels": ["bug", {"name": "tank", "color": "f00"}],
        "assignees": ["bela", "cleo"],
        "comments": 4,
        "locked": True,
        "body": "Drip",
        "html_url": "https://github.example/issues/7",
        **TIMES,
    }
    MANY: tuple[dict[str, Any], ...] = (
        {"number": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-09T00:00:00Z", "comments": 5},
        {"number": 2, "created_at": "2026-01-02T00:00:00Z", "labels": ["bug"], "comments": 9},
        {"number": 3, "created_at": "2026-01-03T00:00:00Z", "labels": ["bug", "tank"]},
        {"number": 4, "created_at": "2026-01-04T00:00:00Z", "state": "closed", "labels": ["tank"]},
    )

    async def test_every_fact_has_its_place(self) -> None:
        expected = Issue(
            number=7,
            title="It leaks",
            state="closed",
            state_reason="completed",
            is_pull=False,
            author="ada",
            labels=("bug", "tank"),
            assignees=("bela", "cleo"),
            comments=4,
            locked=True,
            body="Drip",
            html_url="https://github.example/issues/7",
            created_at=day(1),
            updated_at=day(2),
            closed_at=day(3),
        )
        service = service_of(issues=[self.LEAK])

        assert await service.issue(*ROCKET, 7) == expected
        assert (await service.issues(*ROCKET, IssueQuery(state="all"))).items == (expected,)

    def test_a_label_may_be_no_more_than_its_name(self) -> None:
        sent = models.Issue(number=7, title="It leaks", state="open", labels=("bug", models.Label(name="tank")))

        assert Issue.of(sent).labels == ("bug", "tank")

    async def test_a_pull_request_is_an_issue_and_says_so(self) -> None:
        service = service_of(issues=["It leaks"], pulls=["Seal it"])

        found = await service.issues(*ROCKET, IssueQuery(direction="asc"))

        assert [(issue.title, issue.is_pull) for issue in found.items] == [("It leaks", False), ("Seal it", True)]
        assert (await service.issue(*ROCKET, 2)).is_pull

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            (IssueQuery(), [3, 2, 1]),
            (IssueQuery(state="closed"), [4]),
            (IssueQuery(state="all"), [4, 3, 2, 1]),
            (IssueQuery(labels="bug"), [3, 2]),
            (IssueQuery(labels="bug,tank"), [3]),
            (IssueQuery(since=day(3)), [3, 1]),
            (IssueQuery(sort="updated"), [1, 3, 2]),
            (IssueQuery(sort="comments"), [2, 1, 3]),
            (IssueQuery(direction="asc"), [1, 2, 3]),
            (IssueQuery(per_page=1, page=2), [2]),
        ],
        ids=lambda value: " ".join(sorted(value.model_fields_set)) if isinstance(value, IssueQuery) else "",
    )
    async def test_every_filter_and_order_is_passed_on(self, query: IssueQuery, numbers: list[int]) -> None:
        found = await service_of(issues=self.MANY).issues(*ROCKET, query)

        assert [issue.number for issue in found.items] == numbers
        assert (found.query, found.more) == (query, query.page == 2)


class TestPulls:
    SEAL: ClassVar[dict[str, Any]] = {
        "number": 7,
        "title": "Seal it",
        "state": "closed",
        "draft": True,
        "user": "ada",
        "labels": ["bug", "tank"],
        "head": {"ref": "seal", "label": "ada:seal"},
        "base": {"ref": "trunk", "label": "acme:trunk"},
        "body": "Plug",
        "html_url": "https://github.example/pull/7",
        "merged_at": "2026-01-04T00:00:00Z",
        **TIMES,
        "merged": True,
        "comments": 1,
        "commits": 2,
        "additions": 3,
        "deletions": 4,
        "changed_files": 5,
    }
    FACTS: ClassVar[dict[str, Any]] = {
        "number": 7,
        "title": "Seal it",
        "state": "closed",
        "draft": True,
        "author": "ada",
        "labels": ("bug", "tank"),
        "head": "ada:seal",
        "base": "trunk",
        "body": "Plug",
        "html_url": "https://github.example/pull/7",
        "created_at": day(1),
        "updated_at": day(2),
        "closed_at": day(3),
        "merged_at": day(4),
    }
    MANY: tuple[dict[str, Any], ...] = (
        {"number": 1, "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-09T00:00:00Z", "comments": 5},
        {"number": 2, "created_at": "2026-01-02T00:00:00Z", "comments": 9},
        {"number": 3, "created_at": "2026-01-03T00:00:00Z"},
        {"number": 4, "created_at": "2026-01-04T00:00:00Z", "state": "closed"},
    )

    async def test_every_fact_has_its_place(self) -> None:
        assert await service_of(pulls=[self.SEAL]).pull(*ROCKET, 7) == PullWithChanges(
            **self.FACTS, merged=True, comments=1, commits=2, additions=3, deletions=4, changed_files=5
        )

    async def test_a_list_tells_the_same_but_for_the_changes(self) -> None:
        found = await service_of(pulls=[self.SEAL]).pulls(*ROCKET, PullQuery(state="all"))

        assert found.items == (Pull(**self.FACTS),)

    async def test_the_head_is_its_branch_where_github_does_not_tell_whose(self) -> None:
        assert (await service_of(pulls=[{"head": "seal"}]).pull(*ROCKET, 1)).head == "seal"

    async def test_an_issue_is_no_pull_request(self) -> None:
        assert (await service_of(issues=["It leaks"]).pulls(*ROCKET, PullQuery())).items == ()

    @pytest.mark.parametrize(
        ("query", "numbers"),
        [
            (PullQuery(), [3, 2, 1]),
            (PullQuery(state="closed"), [4]),
            (PullQuery(state="all"), [4, 3, 2, 1]),
            (PullQuery(sort="updated"), [1, 3, 2]),
            (PullQuery(sort="popularity"), [2, 1, 3]),
            (PullQuery(sort="long-running"), [1, 2, 3]),
            (PullQuery(direction="asc"), [1, 2, 3]),
            (PullQuery(per_page=1, page=2), [2]),
        ],
        ids=lambda value: " ".join(sorted(value.model_fields_set)) if isinstance(value, PullQuery) else "",
    )
    async def test_every_filter_and_order_is_passed_on(self, query: PullQuery, numbers: list[int]) -> None:
        found = await service_of(pulls=self.MANY).pulls(*ROCKET, query)

        assert [pull.number for pull in found.items] == numbers
        assert (found.query, found.more) == (query, query.page == 2)
