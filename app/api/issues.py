"""/api/v1/repos/{owner}/{repo}/issues: a repository's issues, pull requests among them."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import Number, Owner, Repo
from app.services.answers.answer import Slice
from app.services.answers.issue import Issue
from app.services.issues import IssueService
from app.services.queries import IssueQuery

blueprint = Blueprint("issues", url_prefix="/api/v1/repos/<owner>/<repo>/issues")

Issues = Annotated[IssueService, Provide["issues"]]


@blueprint.route("/", methods=READ, strict_slashes=False, name="list")
@inject
@operation("Issues", answers=Slice[Issue])
async def list_issues(owner: Owner, repo: Repo, query: IssueQuery, issues: Issues) -> Slice[Issue]:
    """As on GitHub, pull requests are among them; `is_pull` tells."""
    return await issues.issues(owner, repo, query)


@blueprint.route("/<number>", methods=READ)
@inject
@operation("An issue", answers=Issue)
async def issue(owner: Owner, repo: Repo, number: Number, issues: Issues) -> Issue:
    return await issues.issue(owner, repo, number)
