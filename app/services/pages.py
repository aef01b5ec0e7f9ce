"""What callers ask about Facebook pages."""

from app.clients.facebook import FacebookClient
from app.services.absence import absence_of
from app.services.answers.answer import CursorSlice, cursor_slice_of
from app.services.answers.page import Page
from app.services.answers.post import Post
from app.services.queries import PostQuery


class PageService:
    """A page, by its id or its name, and what it publishes."""

    def __init__(self, facebook: FacebookClient) -> None:
        self._facebook = facebook

    async def page(self, page: str) -> Page:
        with absence_of(f"page {page}"):
            return Page.of(await self._facebook.page(page))

    async def posts(self, page: str, query: PostQuery) -> CursorSlice[Post]:
        """What it has published, newest first. Where both cursors are given, `after` counts."""
        before = query.before if query.after is None else None
        with absence_of(f"page {page}"):
            found = await self._facebook.posts(page, limit=query.limit, after=query.after, before=before)
        return cursor_slice_of(found, Post.of)
