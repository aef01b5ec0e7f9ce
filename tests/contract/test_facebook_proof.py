"""The proof that Graph wants of a server, against what asks for it."""

import pytest

from app.clients.facebook import FacebookClient, FacebookDialect
from app.demo.facebook import FacebookKnobs, FacebookStandIn
from app.demo.serving import running
from app.errors import RequestRejected
from tests.live import upstream_at

SECRET = "an-invented-app-secret"


@pytest.mark.parametrize("path", ["", "v23.0/"])
async def test_graph_accepts_it(path: str) -> None:
    standin = FacebookStandIn(FacebookKnobs(app_secret=SECRET))
    async with (
        running(standin.app) as url,
        upstream_at(url + path, FacebookDialect(SECRET), name="facebook", token="EAAx") as upstream,
    ):
        page = await FacebookClient(upstream).posts("acmerockets", limit=2)

    assert len(page.items) == 2


@pytest.mark.parametrize("secret", [None, "another"])
async def test_graph_refuses_who_has_none_or_a_wrong_one(secret: str | None) -> None:
    standin = FacebookStandIn(FacebookKnobs(app_secret=SECRET))
    async with (
        running(standin.app) as url,
        upstream_at(url, FacebookDialect(secret), name="facebook", token="EAAx") as upstream,
    ):
        with pytest.raises(RequestRejected):
            await FacebookClient(upstream).page("acmerockets")
