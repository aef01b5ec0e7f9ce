"""A Facebook in memory: holds pages, and passes the contract suite of the real client."""

from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path
from typing import Any, Self

import yaml

from app.clients.facebook.client import FacebookClient
from app.clients.facebook.models import Page, Post
from app.clients.failing import FailsOnDemand
from app.clients.paging import Page as PageOfList
from app.clients.refusal import refusal
from app.clients.target import target
from app.transport.dialect import Meaning, Reading


class FakeFacebookClient(FailsOnDemand, FacebookClient):
    """Answers from values in Graph's JSON shape: `FakeFacebookClient([{"name": "Acme", "username": "acme"}])`.

    A page holds its `posts`, newest first: texts, or values as Graph has them.
    """

    def __init__(self, pages: Iterable[Page | Mapping[str, Any]] = (), *, upstream: str = "facebook") -> None:
        """Besides what it holds.

        Args:
            pages: A page that brings no id gets one.
            upstream: The name that its errors carry.
        """
        FailsOnDemand.__init__(self)  # the real client's would ask for an upstream
        self._name = upstream
        self._pages: dict[str, Page] = {}
        self._posts: dict[str, tuple[Post, ...]] = {}
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
        posts: tuple[Any, ...] = ()
        if isinstance(given, Page):
            page = given
        else:
            page = Page.model_validate(
                {"id": free_id, **{name: said for name, said in given.items() if name != "posts"}}
            )
            posts = tuple(given.get("posts", ()))
        self._posts[page.id] = tuple(_post(post, f"{page.id}_{place}") for place, post in enumerate(posts, start=1))
        for name in (page.id, page.username):
            if name is not None:
                self._pages[name.lower()] = page
        return page

    async def page(self, page: str) -> Page:
        return self._found(page)

    async def posts(
        self, page: str, *, limit: int = 25, after: str | None = None, before: str | None = None
    ) -> PageOfList[Post]:
        posts = self._posts[self._found(page).id]
        places = {post.id: place for place, post in enumerate(posts)}
        for cursor in (after, before):
            if cursor is not None and cursor not in places:
                raise refusal(self._name, 400, Reading(Meaning.REJECTED, "Invalid cursors values"))
        begin = max(0, places[before] - limit) if before is not None else 0 if after is None else places[after] + 1
        shown = posts[begin : begin + limit]
        follows = shown[-1].id if shown and begin + limit < len(posts) else None
        return PageOfList(
            shown,
            lambda cursor: self.posts(page, limit=limit, after=cursor),
            next=follows,
            after=follows,
            before=shown[0].id if shown and begin > 0 else None,
        )

    def _found(self, page: str) -> Page:
        target(page)
        if page.lower() not in self._pages:
            # Graph answers 400 for a number that it does not know, 404 for a name.
            raise refusal(self._name, 400 if page.isdigit() else 404, Reading(Meaning.NOT_FOUND))
        return self._pages[page.lower()]


def _post(given: str | Post | Mapping[str, Any], post_id: str) -> Post:
    if isinstance(given, Post):
        return given
    facts = {"message": given} if isinstance(given, str) else given
    return Post.model_validate({"id": post_id, "created_time": "2026-01-01T12:00:00+0000", **facts})
