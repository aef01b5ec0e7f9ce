"""Answers about issues and pull requests."""

from datetime import datetime
from typing import Self

from app.clients.github import models
from app.services.answers.answer import Answer


def _label(label: models.Label | str) -> str:
    return label if isinstance(label, str) else label.name


def _login(account: models.Account | None) -> str | None:
    return None if account is None else account.login


class Issue(Answer):
    """`author` is null when the account is gone. GitHub counts pull requests as issues: `is_pull` tells."""

    number: int
    title: str
    state: str
    state_reason: str | None
    is_pull: bool
    author: str | None
    labels: tuple[str, ...]
    assignees: tuple[str, ...]
    comments: int
    locked: bool
    body: str | None
    html_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, issue: models.Issue) -> Self:
        return cls(
            number=issue.number,
            title=issue.title,
            state=issue.state,
            state_reason=issue.state_reason,
            is_pull=issue.pull_request is not None,
            author=_login(issue.user),
            labels=tuple(_label(label) for label in issue.labels),
            assignees=tuple(account.login for account in issue.assignees),
            comments=issue.comments,
            locked=issue.locked,
            body=issue.body,
            html_url=issue.html_url,
            created_at=issue.created_at,
            updated_at=issue.updated_at,
            closed_at=issue.closed_at,
        )


class Pull(Answer):
    number: int
    title: str
    state: str
    draft: bool
    author: str | None
    labels: tuple[str, ...]
    head: str
    base: str
    body: str | None
    html_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    closed_at: datetime | None
    merged_at: datetime | None

    @classmethod
    def of(cls, pull: models.Pull) -> Self:
        return cls(
            number=pull.number,
            title=pull.title,
            state=pull.state,
            draft=pull.draft,
            author=_login(pull.user),
            labels=tuple(label.name for label in pull.labels),
            head=pull.head.label or pull.head.ref,
            base=pull.base.ref,
            body=pull.body,
            html_url=pull.html_url,
            created_at=pull.created_at,
            updated_at=pull.updated_at,
            closed_at=pull.closed_at,
            merged_at=pull.merged_at,
        )


class PullWithChanges(Pull):
    """The counts are null where GitHub left them out."""

    merged: bool | None
    comments: int | None
    commits: int | None
    additions: int | None
    deletions: int | None
    changed_files: int | None

    @classmethod
    def of(cls, pull: models.Pull) -> Self:
        return cls(
            **dict(Pull.of(pull)),
            merged=pull.merged,
            comments=pull.comments,
            commits=pull.commits,
            additions=pull.additions,
            deletions=pull.deletions,
            changed_files=pull.changed_files,
        )
