"""What every Facebook client promises, the fake and the real one alike."""

import pytest

from app.clients.facebook import FacebookClient, FakeFacebookClient
from app.demo.facebook import FacebookStandIn
from app.errors import InvalidRequest, NotFound, RequestRejected
from tests.contract.filling import fake_facebook_like
from tests.contract.known import known


async def test_a_page_is_found_by_its_id_and_by_its_name(facebook: FacebookClient) -> None:
    by_name = await facebook.page("acmerockets")

    assert by_name == await facebook.page("100200300400501")
    assert by_name == await facebook.page("AcmeRockets")
    assert (by_name.name, by_name.fan_count, by_name.category) == ("Acme Rockets", 48_210, "Aerospace Company")


async def test_what_a_page_does_not_tell_is_none(facebook: FacebookClient) -> None:
    page = await facebook.page("cafeamkai")

    assert page.name == "Café am Kai"
    assert page.website is page.about is None


@pytest.mark.parametrize(("page", "status"), [("nosuchpage", 404), ("404404404", 400)])
async def test_a_page_that_there_is_not_is_not_found(facebook: FacebookClient, page: str, status: int) -> None:
    with pytest.raises(NotFound) as caught:
        await facebook.page(page)

    assert caught.value.status == status
    assert caught.value.upstream == "facebook"
    assert caught.value.detail == (
        f"facebook does not know this, or does not show it to the credential in use ({status})"
    )


async def test_a_name_that_would_name_something_else_is_never_sent(facebook: FacebookClient) -> None:
    for name in ("", ".", ".."):
        with pytest.raises(InvalidRequest):
            await facebook.page(name)


async def test_a_name_with_a_slash_stays_one_name(facebook: FacebookClient) -> None:
    with pytest.raises(NotFound):
        await facebook.page("acmerockets/posts")


class TestPosts:
    async def test_the_newest_come_first(self, facebook: FacebookClient) -> None:
        page = await facebook.posts("acmerockets", limit=3)

        assert len(page.items) == 3
        assert page.items[0].created_time > page.items[1].created_time > page.items[2].created_time
        assert page.after is not None
        assert page.before is None
        assert page.items[1].message == "Before the storm, part 59."

    async def test_pages_follow_each_other_to_the_last(self, facebook: FacebookClient) -> None:
        ids = [post.id async for post in (await facebook.posts("acmerockets", limit=25)).each()]

        assert len(ids) == len(set(ids)) == 60

    async def test_the_way_back(self, facebook: FacebookClient) -> None:
        first = await facebook.posts("acmerockets", limit=10)
        second = await facebook.posts("acmerockets", limit=10, after=first.after)
        assert second.before is not None

        again = await facebook.posts("acmerockets", limit=10, before=second.before)

        assert [post.id for post in again.items] == [post.id for post in first.items]

    async def test_a_page_that_has_published_nothing(self, facebook: FacebookClient) -> None:
        page = await facebook.posts("cafeamkai")

        assert (page.items, page.after, page.before) == ((), None, None)

    async def test_what_a_post_does_not_have_is_none(self, facebook: FacebookClient) -> None:
        posts = (await facebook.posts("tidewatertools")).items

        assert [post.message is None for post in posts] == [False, False, False, True, False, False, False, False]
        assert [post.shares.count if post.shares else 0 for post in posts] == [0, 0, 12, 0, 0, 6, 0, 0]

    async def test_a_cursor_that_is_none_is_refused(self, facebook: FacebookClient) -> None:
        with pytest.raises(RequestRejected):
            await facebook.posts("acmerockets", after="nonsense")

    async def test_of_a_page_that_there_is_not(self, facebook: FacebookClient) -> None:
        with pytest.raises(NotFound):
            await facebook.posts("nosuchpage")


async def test_every_page_of_the_stand_in_is_told_alike(facebook: FacebookClient) -> None:
    standin = FacebookStandIn()
    fake: FakeFacebookClient = fake_facebook_like(standin)

    for page in standin.world:
        assert known(await fake.page(page["id"])) == known(await facebook.page(page["id"]))


async def test_every_post_of_the_stand_in_is_told_alike(facebook: FacebookClient) -> None:
    standin = FacebookStandIn()
    fake: FakeFacebookClient = fake_facebook_like(standin)

    for page in standin.world:
        told, real = [
            [known(post) async for post in (await one.posts(page["id"], limit=7)).each()] for one in (fake, facebook)
        ]
        assert told == real
        assert len(told) == len(standin.posts[page["id"]])
