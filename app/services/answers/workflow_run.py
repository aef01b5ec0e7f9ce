"""The answer about a run of a workflow."""

from datetime import UTC, datetime
from typing import Self

from app.clients.github import models
from app.services.answers.answer import Answer


class WorkflowRun(Answer):
    """`conclusion` is null until the run has ended; `seconds` is from its start to its last change."""

    id: int
    number: int | None
    name: str | None
    event: str | None
    status: str | None
    conclusion: str | None
    branch: str | None
    sha: str | None
    html_url: str | None
    created_at: datetime | None
    updated_at: datetime | None
    seconds: float | None

    @classmethod
    def of(cls, run: models.WorkflowRun) -> Self:
        return cls(
            id=run.id,
            number=run.run_number,
            name=run.name,
            event=run.event,
            status=run.status,
            conclusion=run.conclusion,
            branch=run.head_branch,
            sha=run.head_sha,
            html_url=run.html_url,
            created_at=run.created_at,
            updated_at=run.updated_at,
            seconds=_seconds(run),
        )


def _seconds(run: models.WorkflowRun) -> float | None:
    if run.conclusion is None or run.run_started_at is None or run.updated_at is None:
        return None
    return (_in_utc(run.updated_at) - _in_utc(run.run_started_at)).total_seconds()


def _in_utc(moment: datetime) -> datetime:
    """GitHub's times are UTC; one that does not say so could not be subtracted from one that does."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
