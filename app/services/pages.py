"""What callers ask about Facebook pages."""

from app.clients.facebook import FacebookClient
from app.services.absence import absence_of
from app.services.answers.page import Page


class PageService:
    """A page, by its id or its name."""

    def __init__(self, facebook: FacebookClient) -> None:
        self._facebook = facebook

    async def page(self, page: str) -> Page:
        with absence_of(f"page {page}"):
            return Page.of(await self._facebook.page(page))
