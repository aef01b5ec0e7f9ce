"""/api/v1/repos/{owner}/{repo}/pulls: a repository's pull requests."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import Number, Owner, Repo
from app.services.answers.answer import Slice
from app.services.answers.issue import Pull, PullWithChanges
from app.services.issues import IssueService
from app.services.queries import PullQuery

blueprint = Blueprint("pulls", url_prefix="/api/v1/repos/<owner>/<repo>/pulls")

Issues = Annotated[IssueService, Provide["issues"]]


@blueprint.route("/", methods=READ, strict_slashes=False, name="list")
@inject
@operation("Pull requests", answers=Slice[Pull])
async def list_pulls(owner: Owner, repo: Repo, query: PullQuery, issues: Issues) -> Slice[Pull]:
    return await issues.pulls(owner, repo, query)


@blueprint.route("/<number>", methods=READ)
@inject
@operation("A pull request", answers=PullWithChanges)
async def pull(owner: Owner, repo: Repo, number: Number, issues: Issues) -> PullWithChanges:
    return await issues.pull(owner, repo, number)
