"""The typed client of the Graph API."""

from app.clients.facebook.models import Page, Post, Posts
from app.clients.paging import Page as PageOfList
from app.clients.target import QueryValue, target
from app.clients.typed import TypedClient
from app.errors import MalformedUpstreamReply

PAGE_FIELDS = ",".join(Page.model_fields)
POST_FIELDS = ",".join(Post.model_fields)
"""Graph sends only the fields that are asked for."""


class FacebookClient(TypedClient):
    """Raises the errors of `app.errors.UpstreamError`, as every typed client does."""

    async def page(self, page: str) -> Page:
        """A page by its id or its name.

        Source: https://developers.facebook.com/docs/graph-api/reference/page/
        """
        return (await self._reply(target(page, query={"fields": PAGE_FIELDS}))).parse(Page)

    async def posts(
        self, page: str, *, limit: int = 25, after: str | None = None, before: str | None = None
    ) -> PageOfList[Post]:
        """What a page has published, newest first: those behind the cursor `after`, or before the cursor `before`.

        Raises:
            MalformedUpstreamReply: A page follows, but no cursor leads there: half a list must not pass for the whole.

        Source: https://developers.facebook.com/docs/graph-api/reference/page/feed/
        """
        found = (await self._reply(posts_target(page, limit, after, before))).parse(Posts)
        paging = found.paging
        follows = paging.cursors.after if paging.next else None
        precedes = paging.cursors.before if paging.previous else None
        if paging.next and follows is None:
            name = self._upstream.name
            raise MalformedUpstreamReply(name, f"{name} says that posts follow, and not where", "paging.cursors.after")
        return PageOfList(
            found.data,
            lambda cursor: self.posts(page, limit=limit, after=cursor),
            next=follows,
            after=follows,
            before=precedes,
        )


def posts_target(page: str, limit: int, after: str | None, before: str | None) -> str:
    """Where a page of posts is asked for. Made of cursors and never of the URLs that Graph gives, which hold the token."""
    query: dict[str, QueryValue] = {"fields": POST_FIELDS, "limit": limit, "after": after, "before": before}
    return target(page, "posts", query=query)
