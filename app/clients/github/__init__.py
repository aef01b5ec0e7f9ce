"""GitHub's REST API: https://docs.github.com/en/rest."""

from app.clients.github.client import GitHubClient
from app.clients.github.dialect import GitHubDialect
from app.clients.github.fake import FakeGitHubClient

__all__ = ["FakeGitHubClient", "GitHubClient", "GitHubDialect"]
