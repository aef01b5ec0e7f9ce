"""What every Facebook client promises, the fake and the real one alike."""

import pytest

from app.clients.facebook import FacebookClient, FakeFacebookClient
from app.demo.facebook import FacebookStandIn
from app.errors import InvalidRequest, NotFound
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


async def test_every_page_of_the_stand_in_is_told_alike(facebook: FacebookClient) -> None:
    standin = FacebookStandIn()
    fake: FakeFacebookClient = fake_facebook_like(standin)

    for page in standin.world:
        assert known(await fake.page(page["id"])) == known(await facebook.page(page["id"]))
