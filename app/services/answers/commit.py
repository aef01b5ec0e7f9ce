"""Answers about commits and their activity."""

from datetime import date, datetime
from typing import Self

from app.clients.github import models
from app.services.answers.answer import Answer


class Author(Answer):
    """`login` is null where GitHub knows no account for the commit's e-mail address, which is itself not shown."""

    login: str | None
    name: str | None
    date: datetime | None

    @classmethod
    def of(cls, account: models.Account | None, signature: models.Signature | None) -> Self:
        return cls(
            login=None if account is None else account.login,
            name=None if signature is None else signature.name,
            date=None if signature is None else signature.date,
        )


class Commit(Answer):
    sha: str
    message: str
    author: Author
    committer: Author
    parents: tuple[str, ...]
    html_url: str | None

    @classmethod
    def of(cls, commit: models.Commit) -> Self:
        return cls(
            sha=commit.sha,
            message=commit.commit.message,
            author=Author.of(commit.author, commit.commit.author),
            committer=Author.of(commit.committer, commit.commit.committer),
            parents=tuple(parent.sha for parent in commit.parents),
            html_url=commit.html_url,
        )


class ChangedFile(Answer):
    path: str
    status: str | None
    additions: int
    deletions: int

    @classmethod
    def of(cls, file: models.ChangedFile) -> Self:
        return cls(path=file.filename, status=file.status, additions=file.additions, deletions=file.deletions)


class CommitWithChanges(Commit):
    additions: int
    deletions: int
    files: tuple[ChangedFile, ...]

    @classmethod
    def of(cls, commit: models.Commit) -> Self:
        counts = commit.stats or models.CommitStatistics()
        return cls(
            **dict(Commit.of(commit)),
            additions=counts.additions,
            deletions=counts.deletions,
            files=tuple(ChangedFile.of(file) for file in commit.files or ()),
        )


class Week(Answer):
    """`days` begins on Sunday. `by_owner` is null where GitHub does not tell."""

    start: date
    commits: int
    by_owner: int | None
    days: tuple[int, ...]


class Activity(Answer):
    """A year of commits by week, oldest first."""

    total_commits: int
    weeks: tuple[Week, ...]
