"""The typed client of the Graph API."""

from app.clients.facebook.models import Page
from app.clients.target import target
from app.clients.typed import TypedClient

PAGE_FIELDS = ",".join(Page.model_fields)
"""Graph sends only the fields that are asked for."""


class FacebookClient(TypedClient):
    """Raises the errors of `app.errors.UpstreamError`, as every typed client does."""

    async def page(self, page: str) -> Page:
        """A page by its id or its name.

        Source: https://developers.facebook.com/docs/graph-api/reference/page/
        """
        return (await self._reply(target(page, query={"fields": PAGE_FIELDS}))).parse(Page)
