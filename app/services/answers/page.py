"""The answer about a Facebook page."""

from typing import Self

from app.clients.facebook import models
from app.services.answers.answer import Answer


class Page(Answer):
    id: str
    name: str
    username: str | None
    about: str | None
    category: str | None
    url: str | None
    website: str | None
    fans: int | None
    followers: int | None
    verification_status: str | None

    @classmethod
    def of(cls, page: models.Page) -> Self:
        return cls(
            id=page.id,
            name=page.name,
            username=page.username,
            about=page.about,
            category=page.category,
            url=page.link,
            website=page.website,
            fans=page.fan_count,
            followers=page.followers_count,
            verification_status=page.verification_status,
        )
