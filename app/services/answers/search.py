"""Answers that only searches give; the others give those of their resource."""

from typing import Self

from app.clients.github import models
from app.services.answers.answer import Answer


class CodeMatch(Answer):
    """A file in which something was found."""

    repository: str
    name: str
    path: str
    sha: str
    html_url: str | None

    @classmethod
    def of(cls, match: models.CodeMatch) -> Self:
        return cls(
            repository=match.repository.full_name,
            name=match.name,
            path=match.path,
            sha=match.sha,
            html_url=match.html_url,
        )
