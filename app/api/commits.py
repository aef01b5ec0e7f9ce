"""/api/v1/repos/{owner}/{repo}/commits: what was committed, and what each commit changes."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import Owner, Ref, Repo
from app.services.answers.answer import Slice
from app.services.answers.commit import Commit, CommitWithChanges
from app.services.commits import CommitService
from app.services.queries import CommitQuery

blueprint = Blueprint("commits", url_prefix="/api/v1/repos/<owner>/<repo>/commits")

Commits = Annotated[CommitService, Provide["commits"]]


@blueprint.route("/", methods=READ, strict_slashes=False, name="list")
@inject
@operation("Commits", answers=Slice[Commit])
async def list_commits(owner: Owner, repo: Repo, query: CommitQuery, commits: Commits) -> Slice[Commit]:
    """Newest first. 409 when the repository is empty."""
    return await commits.commits(owner, repo, query)


@blueprint.route("/<ref:path>", methods=READ)
@inject
@operation("A commit", answers=CommitWithChanges)
async def commit(owner: Owner, repo: Repo, ref: Ref, commits: Commits) -> CommitWithChanges:
    """By SHA, branch or tag, with the files that it changes."""
    return await commits.commit(owner, repo, ref)
