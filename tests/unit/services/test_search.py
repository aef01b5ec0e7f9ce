"""What the search service promises, with the fake GitHub below it."""

import pytest

from app.clients.github import FakeGitHubClient
from app.services.answers.account import Account
from app.services.answers.search import CodeMatch
from app.services.queries import SearchQuery
from app.services.search import SearchService


@pytest.fixture
def search() -> SearchService:
    names = ("rocket", "rocket-parts", "rocket-fuel")
    return SearchService(
        FakeGitHubClient(
            [
                {
                    "full_name": f"acme/{name}",
                    "stargazers_count": stars,
                    "issues": [f"{name} leaks"],
                    "pulls": [f"Seal {name}"],
                    "files": {f"docs/{name}.md": f"{name} goes up"},
                }
                for stars, name in enumerate(names)
            ],
            users=[
                {"login": "rocketeer", "followers": 9, "avatar_url": "https://avatars.example/r", "html_url": "x"},
                {"login": "rocketboy", "followers": 3},
                {"login": "rocketgirl", "followers": 1},
            ],
        )
    )


async def test_repositories_best_match_first(search: SearchService) -> None:
    found = await search.repositories(SearchQuery(q="rocket"))

    assert [repository.name for repository in found.items] == ["rocket-fuel", "rocket-parts", "rocket"]
    assert (found.total, found.incomplete, found.more) == (3, False, False)


async def test_issues_and_pull_requests(search: SearchService) -> None:
    found = await search.issues(SearchQuery(q="rocket-fuel"))

    assert {(issue.title, issue.is_pull) for issue in found.items} == {
        ("rocket-fuel leaks", False),
        ("Seal rocket-fuel", True),
    }


async def test_code(search: SearchService) -> None:
    found = await search.code(SearchQuery(q="goes repo:acme/rocket"))

    assert found.items == (
        CodeMatch(
            repository="acme/rocket",
            name="rocket.md",
            path="docs/rocket.md",
            sha="cf224bd9f5c6d78d8e4ac71ba6dea0c81113f528",
            html_url=None,
        ),
    )


async def test_users_most_followed_first(search: SearchService) -> None:
    found = await search.users(SearchQuery(q="rocket"))

    assert [account.login for account in found.items] == ["rocketeer", "rocketboy", "rocketgirl"]
    assert found.items[0] == Account(
        login="rocketeer", type="User", avatar_url="https://avatars.example/r", html_url="x"
    )


async def test_the_qualifiers_are_githubs(search: SearchService) -> None:
    found = await search.issues(SearchQuery(q="is:pr repo:acme/rocket"))

    assert [issue.title for issue in found.items] == ["Seal rocket"]


@pytest.mark.parametrize("what", ["repositories", "code", "users"])
async def test_the_total_counts_all_pages(search: SearchService, what: str) -> None:
    pages = [await getattr(search, what)(SearchQuery(q="rocket", per_page=2, page=page)) for page in (1, 2)]

    assert [len(page.items) for page in pages] == [2, 1]
    assert [page.total for page in pages] == [3, 3]
    assert [page.more for page in pages] == [True, False]


async def test_issues_are_paged_too(search: SearchService) -> None:
    found = await search.issues(SearchQuery(q="rocket", per_page=4, page=2))

    assert (len(found.items), found.total, found.more) == (2, 6, False)
    assert found.query == SearchQuery(q="rocket", per_page=4, page=2)
