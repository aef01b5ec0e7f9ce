"""What a repository offers those who come to it, and how its last runs went."""

from collections.abc import Sequence

from app.clients.github import models
from app.services.answers.report import Community, CommunityFile, Runs, WorkflowState
from app.services.answers.workflow_run import WorkflowRun
from app.services.reports.durations import in_utc

JUDGED = {"success": 1, "failure": 0, "timed_out": 0, "startup_failure": 0}
"""What tells of the code: who cancels a run, or skips it, says nothing about that."""


def community_of(profile: models.CommunityProfile) -> Community:
    return Community(
        health_percent=profile.health_percentage,
        files=tuple(CommunityFile(name=name, present=file is not None) for name, file in sorted(profile.files.items())),
    )


def runs_of(runs: Sequence[models.WorkflowRun], default_branch: str) -> Runs:
    """From the newest runs of all branches; those of others tell what is being tried, not what is."""
    ours = sorted((run for run in runs if run.head_branch == default_branch), key=_begun, reverse=True)
    by_name: dict[str, list[models.WorkflowRun]] = {}
    for run in ours:
        by_name.setdefault(run.name or "unnamed", []).append(run)
    return Runs(
        counted=len(ours),
        success_share=_success_share(ours),
        workflows=tuple(
            WorkflowState(
                name=name, runs=len(those), last=WorkflowRun.of(those[0]), success_share=_success_share(those)
            )
            for name, those in by_name.items()
        ),
    )


def _begun(run: models.WorkflowRun) -> tuple[float, int]:
    return (0.0 if run.created_at is None else in_utc(run.created_at).timestamp(), run.id)


def _success_share(runs: Sequence[models.WorkflowRun]) -> float | None:
    judged = [JUDGED[run.conclusion] for run in runs if run.conclusion in JUDGED]
    return round(sum(judged) / len(judged), 4) if judged else None
