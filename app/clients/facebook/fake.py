"""A Facebook in memory: holds pages, and passes the contract suite of the real client."""

from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

import yaml

from app.clients.facebook.client import FacebookClient
from app.clients.facebook.models import Page
from app.clients.failing import FailsOnDemand
from app.clients.refusal import refusal
from app.clients.target import target
from app.transport.dialect import Meaning, Reading


class FakeFacebookClient(FailsOnDemand, FacebookClient):
    """Answers from values in Graph's JSON shape: `FakeFacebookClient([{"name": "Acme", "username": "acme"}])`."""

    def __init__(self, pages: Iterable[Page | Mapping[str, Any]] = (), *, upstream: str = "facebook") -> None:
        """Besides what it holds.

        Args:
            pages: A page that brings no id gets one.
            upstream: The name that its errors carry.
        """
        FailsOnDemand.__init__(self)  # the real client's would ask for an upstream
        self._name = upstream
        self._pages: dict[str, Page] = {}
        for page in pages:
            self.add_page(page)

    @classmethod
    def from_yaml(cls, path: str | Path) -> Self:
        """Filled from a file with the key `pages`.

        Raises:
            ValueError: Anything else.
        """
        document = yaml.safe_load(Path(path).read_bytes())
        if not isinstance(document, dict) or document.keys() != {"pages"}:
            raise ValueError(f"{path}: expected a mapping with the key pages")
        return cls(document["pages"])

    def add_page(self, given: Page | Mapping[str, Any]) -> Page:
        """Holds it from now on, in the place of one with the same id or name if there is one."""
        free = (str(number) for number in count(1))
        free_id = next(number for number in free if number not in self._pages)
        page = given if isinstance(given, Page) else Page.model_validate({"id": free_id, **given})
        for name in (page.id, page.username):
            if name is not None:
                self._pages[name.lower()] = page
        return page

    async def page(self, page: str) -> Page:
        target(page)
        if page.lower() not in self._pages:
            # Graph answers 400 for a number that it does not know, 404 for a name.
            raise refusal(self._name, 400 if page.isdigit() else 404, Reading(Meaning.NOT_FOUND))
        return self._pages[page.lower()]
