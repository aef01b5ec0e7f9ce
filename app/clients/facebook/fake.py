"""A Facebook in memory: holds pages, and passes the contract suite of the real client."""

from collections.abc import Iterable

from app.clients.facebook.client import FacebookClient
from app.clients.facebook.models import Page
from app.errors import NotFound


class FakeFacebookClient(FacebookClient):
    """Answers from Python values: `FakeFacebookClient([Page(id="1", name="Acme", username="acme")])`."""

    def __init__(self, pages: Iterable[Page] = (), *, upstream: str = "facebook") -> None:
        self._upstream_name = upstream
        self._pages = {name: page for page in pages for name in (page.id, page.username) if name is not None}

    async def page(self, page: str) -> Page:
        if page not in self._pages:
            raise NotFound(self._upstream_name, f"{self._upstream_name} does not know this (404)", status=404)
        return self._pages[page]
