"""What is not there is told in the caller's words, whichever service was asked; every other error goes up untouched."""

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

import pytest

from app.clients.facebook import FakeFacebookClient
from app.clients.github import FakeGitHubClient
from app.errors import (
    Forbidden,
    HeadgateError,
    MalformedUpstreamReply,
    NotFound,
    PrimaryLimit,
    StillComputing,
    UpstreamFailed,
    UpstreamTimeout,
)
from app.services.absence import absence_of
from app.services.commits import CommitService
from app.services.issues import IssueService
from app.services.organizations import OrganizationService
from app.services.pages import PageService
from app.services.queries import CommitQuery, IssueQuery, PageQuery, PostQuery, PullQuery, RepositoryQuery, SearchQuery
from app.services.queries import WorkflowRunQuery as RunQuery
from app.services.repositories import RepositoryService
from app.services.search import SearchService
from app.services.users import UserService

ROCKET = ("acme", "rocket")
THE_REPOSITORY = "repository acme/rocket"


class Case(NamedTuple):
    """A question to a service, what it is about (None: a search is about nothing), and which call it makes."""

    service: type
    method: str
    arguments: tuple[Any, ...]
    about: str | None
    call: str

    def asked(self, client: Any) -> Awaitable[Any]:
        answer: Awaitable[Any] = getattr(self.service(client), self.method)(*self.arguments)
        return answer


CASES = [
    Case(RepositoryService, "repository", ROCKET, THE_REPOSITORY, "repository"),
    Case(RepositoryService, "languages", ROCKET, THE_REPOSITORY, "languages"),
    Case(RepositoryService, "contributors", (*ROCKET, PageQuery()), THE_REPOSITORY, "contributors"),
    Case(RepositoryService, "releases", (*ROCKET, PageQuery()), THE_REPOSITORY, "releases"),
    Case(RepositoryService, "latest_release", ROCKET, "published release of acme/rocket", "latest_release"),
    Case(RepositoryService, "tags", (*ROCKET, PageQuery()), THE_REPOSITORY, "tags"),
    Case(RepositoryService, "branches", (*ROCKET, PageQuery()), THE_REPOSITORY, "branches"),
    Case(RepositoryService, "readme", (*ROCKET, None), "README in acme/rocket", "readme"),
    Case(RepositoryService, "readme", (*ROCKET, "v1"), "README in acme/rocket at v1", "readme"),
    Case(RepositoryService, "contents", (*ROCKET, "docs/a.md", None), "docs/a.md in acme/rocket", "contents"),
    Case(RepositoryService, "contents", (*ROCKET, "a.md", "v1"), "a.md in acme/rocket at v1", "contents"),
    Case(RepositoryService, "contents", (*ROCKET, "", None), "content in acme/rocket", "contents"),
    Case(RepositoryService, "activity", ROCKET, THE_REPOSITORY, "commit_activity"),
    Case(RepositoryService, "activity", ROCKET, THE_REPOSITORY, "participation"),
    Case(RepositoryService, "workflow_runs", (*ROCKET, RunQuery()), THE_REPOSITORY, "workflow_runs"),
    Case(CommitService, "commits", (*ROCKET, CommitQuery()), THE_REPOSITORY, "commits"),
    Case(CommitService, "commits", (*ROCKET, CommitQuery(ref="v1")), "commit v1 in acme/rocket", "commits"),
    Case(CommitService, "commit", (*ROCKET, "v1"), "commit v1 in acme/rocket", "commit"),
    Case(IssueService, "issues", (*ROCKET, IssueQuery()), THE_REPOSITORY, "issues"),
    Case(IssueService, "issue", (*ROCKET, 7), "issue 7 in acme/rocket", "issue"),
    Case(IssueService, "pulls", (*ROCKET, PullQuery()), THE_REPOSITORY, "pulls"),
    Case(IssueService, "pull", (*ROCKET, 7), "pull request 7 in acme/rocket", "pull"),
    Case(OrganizationService, "organization", ("acme",), "organization acme", "organization"),
    Case(
        OrganizationService,
        "repositories",
        ("acme", RepositoryQuery()),
        "organization acme",
        "organization_repositories",
    ),
    Case(OrganizationService, "members", ("acme", PageQuery()), "organization acme", "organization_members"),
    Case(UserService, "user", ("ada",), "user ada", "user"),
    Case(UserService, "repositories", ("ada", RepositoryQuery()), "user ada", "user_repositories"),
    Case(PageService, "page", ("acme",), "page acme", "page"),
    Case(PageService, "posts", ("acme", PostQuery()), "page acme", "posts"),
    Case(SearchService, "repositories", (SearchQuery(q="x"),), None, "search_repositories"),
    Case(SearchService, "issues", (SearchQuery(q="x"),), None, "search_issues"),
    Case(SearchService, "code", (SearchQuery(q="x"),), None, "search_code"),
    Case(SearchService, "users", (SearchQuery(q="x"),), None, "search_users"),
]
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.service.__name__}.{case.method}")

OTHERS: list[HeadgateError] = [
    UpstreamTimeout("hub", "read", 10),
    MalformedUpstreamReply("hub", "name is missing in the reply of hub", "name"),
    Forbidden("hub", "hub does not allow this", status=403),
    PrimaryLimit("hub", "hub refuses for now", status=403, retry_after_seconds=60, resource="core"),
    StillComputing("hub", "hub is still computing", status=202, retry_after_seconds=1),
    UpstreamFailed("hub", "hub failed to answer (500)", status=500),
]


def empty_client(service: type) -> FakeGitHubClient | FakeFacebookClient:
    """What the service asks, called hub, with nothing in it."""
    return FakeFacebookClient(upstream="hub") if service is PageService else FakeGitHubClient(upstream="hub")


def test_every_method_of_every_service_is_a_case() -> None:
    services = {case.service for case in CASES}
    methods = {
        (service, name)
        for service in services
        for name, _ in inspect.getmembers(service, inspect.iscoroutinefunction)
        if not name.startswith("_")
    }

    assert {(case.service, case.method) for case in CASES} == methods


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.about], ids=lambda case: f"{case.service.__name__}.{case.method}"
)
async def test_what_is_not_there_is_named(case: Case) -> None:
    with pytest.raises(NotFound) as caught:
        await case.asked(empty_client(case.service))

    assert caught.value.detail == (f"there is no {case.about} on hub, or the credential in use may not see it")
    assert (caught.value.upstream, caught.value.status) == ("hub", 404)


@EVERY_CASE
@pytest.mark.parametrize("error", OTHERS, ids=lambda error: type(error).__name__)
async def test_every_other_error_goes_up_as_it_is(case: Case, error: HeadgateError) -> None:
    client = empty_client(case.service)
    if isinstance(client, FakeGitHubClient):
        client.world.add_repository("acme/rocket")
    client.failures[case.call] = error

    with pytest.raises(type(error)) as caught:
        await case.asked(client)

    assert caught.value is error


async def test_a_search_that_finds_nothing_is_an_answer() -> None:
    found = await SearchService(FakeGitHubClient()).repositories(SearchQuery(q="x"))

    assert (found.items, found.total) == ((), 0)


def raising(error: BaseException) -> Callable[[], None]:
    def ask() -> None:
        with absence_of("kite 7"):
            raise error

    return ask


def test_the_upstreams_own_words_are_kept() -> None:
    with pytest.raises(NotFound) as caught:
        raising(NotFound("hub", "hub does not know this", status=400, message="Unsupported get request"))()

    assert (caught.value.upstream, caught.value.status) == ("hub", 400)
    assert caught.value.message == "Unsupported get request"
    assert "kite 7" in caught.value.detail


def test_a_foreign_error_goes_up_as_it_is() -> None:
    error = KeyError("kite 7")

    with pytest.raises(KeyError) as caught:
        raising(error)()

    assert caught.value is error


def test_nothing_happens_where_nothing_fails() -> None:
    with absence_of("kite 7"):
        answered = True

    assert answered
