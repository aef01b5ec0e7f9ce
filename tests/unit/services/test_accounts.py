"""What the services of users, organizations and Facebook pages promise, with the fakes below them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from app.clients.facebook import FakeFacebookClient
from app.clients.github import FakeGitHubClient
from app.services.answers.account import Account, Organization, User
from app.services.answers.answer import Slice
from app.services.answers.page import Page
from app.services.answers.repository import Repository
from app.services.organizations import OrganizationService
from app.services.pages import PageService
from app.services.queries import PageQuery, RepositoryQuery
from app.services.users import UserService

ADA: dict[str, Any] = {
    "login": "ada",
    "type": "Bot",
    "name": "Ada",
    "company": "Acme",
    "blog": "https://ada.example",
    "location": "London",
    "bio": "Counts",
    "avatar_url": "https://avatars.example/ada",
    "html_url": "https://github.example/ada",
    "public_repos": 4,
    "followers": 5,
    "following": 6,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2021-01-01T00:00:00Z",
}
ACME: dict[str, Any] = {
    "login": "acme",
    "name": "Acme",
    "description": "Rockets",
    "company": "Acme Inc.",
    "blog": "https://acme.example",
    "location": "Desert",
    "avatar_url": "https://avatars.example/acme",
    "html_url": "https://github.example/acme",
    "public_repos": 4,
    "followers": 5,
    "created_at": "2020-01-01T00:00:00Z",
    "updated_at": "2021-01-01T00:00:00Z",
    "members": ["ada", "bela", "cleo"],
}


class TestAUser:
    async def test_every_fact_has_its_place(self) -> None:
        assert await UserService(FakeGitHubClient(users=[ADA])).user("ada") == User(
            login="ada",
            type="Bot",
            name="Ada",
            company="Acme",
            blog="https://ada.example",
            location="London",
            bio="Counts",
            avatar_url="https://avatars.example/ada",
            html_url="https://github.example/ada",
            public_repos=4,
            followers=5,
            following=6,
            created_at=datetime(2020, 1, 1, tzinfo=UTC),
            updated_at=datetime(2021, 1, 1, tzinfo=UTC),
        )

    async def test_an_empty_blog_is_none(self) -> None:
        assert (await UserService(FakeGitHubClient(users=[{"login": "ada", "blog": ""}])).user("ada")).blog is None


class TestAnOrganization:
    async def test_every_fact_has_its_place(self) -> None:
        assert await OrganizationService(FakeGitHubClient(organizations=[ACME])).organization("acme") == Organization(
            login="acme",
            name="Acme",
            description="Rockets",
            company="Acme Inc.",
            blog="https://acme.example",
            location="Desert",
            avatar_url="https://avatars.example/acme",
            html_url="https://github.example/acme",
            public_repos=4,
            followers=5,
            created_at=datetime(2020, 1, 1, tzinfo=UTC),
            updated_at=datetime(2021, 1, 1, tzinfo=UTC),
        )

    async def test_an_empty_blog_is_none(self) -> None:
        github = FakeGitHubClient(organizations=[{"login": "acme", "blog": ""}])

        assert (await OrganizationService(github).organization("acme")).blog is None

    async def test_its_members_in_pages(self) -> None:
        service = OrganizationService(FakeGitHubClient(users=[ADA], organizations=[ACME]))

        first = await service.members("acme", PageQuery(per_page=2))
        last = await service.members("acme", PageQuery(per_page=2, page=2))

        assert first.items[0] == Account(
            login="ada", type="Bot", avatar_url="https://avatars.example/ada", html_url="https://github.example/ada"
        )
        assert [account.login for account in first.items + last.items] == ["ada", "bela", "cleo"]
        assert (first.more, last.more) == (True, False)


Listing = Callable[[FakeGitHubClient, RepositoryQuery], Awaitable[Slice[Repository]]]

OWNED = [
    {"full_name": "acme/b", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-05T00:00:00Z"},
    {"full_name": "acme/a", "created_at": "2026-01-02T00:00:00Z", "pushed_at": "2026-01-09T00:00:00Z"},
    {"full_name": "acme/c", "created_at": "2026-01-03T00:00:00Z"},
    {"full_name": "else/d"},
]


@pytest.mark.parametrize(
    "listing",
    [
        pytest.param(lambda github, query: UserService(github).repositories("acme", query), id="of a user"),
        pytest.param(lambda github, query: OrganizationService(github).repositories("acme", query), id="of an org"),
    ],
)
class TestTheirRepositories:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            (RepositoryQuery(), "abc"),
            (RepositoryQuery(direction="desc"), "cba"),
            (RepositoryQuery(sort="created"), "cab"),
            (RepositoryQuery(sort="created", direction="asc"), "bac"),
            (RepositoryQuery(sort="updated"), "bca"),
            (RepositoryQuery(sort="pushed"), "abc"),
            (RepositoryQuery(sort="pushed", direction="asc"), "cba"),
        ],
    )
    async def test_the_order_is_passed_on(self, listing: Listing, query: RepositoryQuery, names: str) -> None:
        found = await listing(FakeGitHubClient(OWNED, organizations=["acme"]), query)

        assert "".join(repository.name for repository in found.items) == names
        assert found.query == query

    async def test_pages_follow_one_another_until_there_is_no_more(self, listing: Listing) -> None:
        github = FakeGitHubClient(OWNED, organizations=["acme"])
        pages = [await listing(github, RepositoryQuery(per_page=2, page=page)) for page in (1, 2)]

        assert ["".join(repository.name for repository in page.items) for page in pages] == ["ab", "c"]
        assert [page.more for page in pages] == [True, False]

    async def test_a_list_does_not_tell_the_subscribers(self, listing: Listing) -> None:
        found = await listing(
            FakeGitHubClient([{"full_name": "acme/a", "subscribers_count": 9}], organizations=["acme"]),
            RepositoryQuery(),
        )

        assert found.items[0].subscribers is None


class TestAPage:
    ACME: ClassVar[dict[str, Any]] = {
        "id": "7",
        "name": "Acme",
        "username": "acmerockets",
        "about": "Rockets",
        "category": "Aerospace",
        "link": "https://facebook.example/acmerockets",
        "website": "https://acme.example",
        "fan_count": 5,
        "followers_count": 6,
        "verification_status": "blue_verified",
    }

    @pytest.mark.parametrize("asked", ["7", "acmerockets"])
    async def test_every_fact_has_its_place_by_id_and_by_name(self, asked: str) -> None:
        assert await PageService(FakeFacebookClient([self.ACME])).page(asked) == Page(
            id="7",
            name="Acme",
            username="acmerockets",
            about="Rockets",
            category="Aerospace",
            url="https://facebook.example/acmerockets",
            website="https://acme.example",
            fans=5,
            followers=6,
            verification_status="blue_verified",
        )
