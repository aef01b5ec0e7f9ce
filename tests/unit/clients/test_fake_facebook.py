from pathlib import Path

import pytest

from app.clients.facebook import FakeFacebookClient
from app.clients.facebook.models import Page
from app.errors import NotFound, Unreachable


async def test_a_page_is_its_name() -> None:
    facebook = FakeFacebookClient([{"name": "Acme", "username": "acme"}, {"name": "Other"}])

    assert (await facebook.page("acme")).id == "1"
    assert (await facebook.page("2")).name == "Other"


async def test_a_page_may_be_a_model() -> None:
    page = Page(id="7", name="Acme")

    assert await FakeFacebookClient([page]).page("7") is page


async def test_a_page_can_be_replaced() -> None:
    facebook = FakeFacebookClient([{"id": "7", "name": "Acme", "fan_count": 1}])

    facebook.add_page({"id": "7", "name": "Acme", "fan_count": 2})

    assert (await facebook.page("7")).fan_count == 2


async def test_it_fails_when_told_to() -> None:
    facebook = FakeFacebookClient([{"name": "Acme"}], upstream="social")
    facebook.fail_next(Unreachable("social", "no connection"))

    with pytest.raises(Unreachable):
        await facebook.page("1")
    with pytest.raises(NotFound, match="social does not know this"):
        await facebook.page("nobody")


async def test_yaml_fills_it(tmp_path: Path) -> None:
    path = tmp_path / "facebook.yaml"
    path.write_text("pages:\n  - {name: Acme, username: acme}\n")

    assert (await FakeFacebookClient.from_yaml(path).page("acme")).name == "Acme"


@pytest.mark.parametrize("text", ["", "[]", "page: []"])
def test_yaml_of_another_shape_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "facebook.yaml"
    path.write_text(text)

    with pytest.raises(ValueError, match="expected a mapping with the key pages"):
        FakeFacebookClient.from_yaml(path)
