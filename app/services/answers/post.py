"""The answer about a post of a Facebook page."""

from datetime import datetime
from typing import Self

from app.clients.facebook import models
from app.services.answers.answer import Answer


class Post(Answer):
    id: str
    message: str | None
    type: str | None
    url: str | None
    shares: int
    created_at: datetime

    @classmethod
    def of(cls, post: models.Post) -> Self:
        return cls(
            id=post.id,
            message=post.message,
            type=post.status_type,
            url=post.permalink_url,
            shares=0 if post.shares is None else post.shares.count,
            created_at=post.created_time,
        )
