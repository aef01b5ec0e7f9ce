"""What the page service promises, with the fake Facebook below it."""

from datetime import UTC, datetime

import pytest

from app.clients.facebook import FakeFacebookClient
from app.errors import NotFound
from app.services.answers.post import Post
from app.services.pages import PageService
from app.services.queries import PostQuery

FACEBOOK = FakeFacebookClient(
    [
        {
            "name": "Acme",
            "username": "acme",
            "posts": [
                {
                    "message": "Up",
                    "shares": {"count": 3},
                    "status_type": "added_photos",
                    "permalink_url": "https://x/1",
                },
                "Down",
                {},
            ],
        }
    ]
)


async def test_every_fact_of_a_post_has_its_place() -> None:
    found = await PageService(FACEBOOK).posts("acme", PostQuery(limit=1))

    (post,) = found.items
    assert post == Post(
        id="1_1",
        message="Up",
        type="added_photos",
        url="https://x/1",
        shares=3,
        created_at=datetime(2026, 1, 1, 12, tzinfo=UTC),
    )
    assert found.neighbours == (None, {"after": "1_1", "before": None})


async def test_the_middle_has_two_neighbours() -> None:
    found = await PageService(FACEBOOK).posts("acme", PostQuery(limit=1, after="1_1"))

    assert [post.message for post in found.items] == ["Down"]
    assert found.neighbours == ({"before": "1_2", "after": None}, {"after": "1_2", "before": None})


async def test_of_two_cursors_the_one_that_leads_on_counts() -> None:
    found = await PageService(FACEBOOK).posts("acme", PostQuery(limit=1, after="1_1", before="1_1"))

    assert [post.id for post in found.items] == ["1_2"]


async def test_of_a_page_that_there_is_not() -> None:
    with pytest.raises(NotFound, match="there is no page nobody"):
        await PageService(FACEBOOK).posts("nobody", PostQuery())
