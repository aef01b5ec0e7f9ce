"""/api/v1/repos/{owner}/{repo}: facts and lists of a repository."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import ContentPath, Owner, Repo
from app.services.answers.answer import CountedSlice, Slice
from app.services.answers.commit import Activity
from app.services.answers.content import Directory, File
from app.services.answers.report import RepositoryReport
from app.services.answers.repository import Branch, Contributor, Language, Release, Repository, Tag
from app.services.answers.workflow_run import WorkflowRun
from app.services.queries import PageQuery, RefQuery, ReportQuery, WorkflowRunQuery
from app.services.reports.repository import RepositoryReportService
from app.services.repositories import RepositoryService

blueprint = Blueprint("repositories", url_prefix="/api/v1/repos/<owner>/<repo>")

Repositories = Annotated[RepositoryService, Provide["repositories"]]
Reports = Annotated[RepositoryReportService, Provide["repository_reports"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@operation("A repository", answers=Repository)
async def repository(owner: Owner, repo: Repo, repositories: Repositories) -> Repository:
    """A name that the repository had before works, too."""
    return await repositories.repository(owner, repo)


@blueprint.route("/languages", methods=READ)
@inject
@operation("Its languages", answers=Slice[Language])
async def languages(owner: Owner, repo: Repo, repositories: Repositories) -> Slice[Language]:
    """Bytes of code per language, most first, each with its share of the whole (0 to 1). One page holds all."""
    return await repositories.languages(owner, repo)


@blueprint.route("/contributors", methods=READ)
@inject
@operation("Its contributors", answers=Slice[Contributor])
async def contributors(owner: Owner, repo: Repo, query: PageQuery, repositories: Repositories) -> Slice[Contributor]:
    """By number of commits, most first."""
    return await repositories.contributors(owner, repo, query)


@blueprint.route("/releases", methods=READ)
@inject
@operation("Its releases", answers=Slice[Release])
async def releases(owner: Owner, repo: Repo, query: PageQuery, repositories: Repositories) -> Slice[Release]:
    """Newest first."""
    return await repositories.releases(owner, repo, query)


@blueprint.route("/releases/latest", methods=READ)
@inject
@operation("Its latest release", answers=Release)
async def latest_release(owner: Owner, repo: Repo, repositories: Repositories) -> Release:
    """The newest that is neither a draft nor a prerelease; 404 when there is none."""
    return await repositories.latest_release(owner, repo)


@blueprint.route("/tags", methods=READ)
@inject
@operation("Its tags", answers=Slice[Tag])
async def tags(owner: Owner, repo: Repo, query: PageQuery, repositories: Repositories) -> Slice[Tag]:
    return await repositories.tags(owner, repo, query)


@blueprint.route("/branches", methods=READ)
@inject
@operation("Its branches", answers=Slice[Branch])
async def branches(owner: Owner, repo: Repo, query: PageQuery, repositories: Repositories) -> Slice[Branch]:
    return await repositories.branches(owner, repo, query)


@blueprint.route("/readme", methods=READ)
@inject
@operation("Its README", answers=File)
async def readme(owner: Owner, repo: Repo, query: RefQuery, repositories: Repositories) -> File:
    """Decoded. `encoding` tells whether `content` is text or base64."""
    return await repositories.readme(owner, repo, query.ref)


@blueprint.route("/contents", methods=READ, name="root_contents")
@inject
@operation("Its root directory", answers=File | Directory)
async def root_contents(owner: Owner, repo: Repo, query: RefQuery, repositories: Repositories) -> File | Directory:
    return await repositories.contents(owner, repo, "", query.ref)


@blueprint.route("/contents/<path:path>", methods=READ)
@inject
@operation("A file or directory", answers=File | Directory)
async def contents(
    owner: Owner, repo: Repo, path: ContentPath, query: RefQuery, repositories: Repositories
) -> File | Directory:
    """A file with its content, decoded, or the entries of a directory."""
    return await repositories.contents(owner, repo, path, query.ref)


@blueprint.route("/activity", methods=READ)
@inject
@operation("A year of its commits", answers=Activity)
async def activity(owner: Owner, repo: Repo, repositories: Repositories) -> Activity:
    """Week by week, oldest first. GitHub computes this when it is first asked; 503 when that takes too long."""
    return await repositories.activity(owner, repo)


@blueprint.route("/workflow-runs", methods=READ)
@inject
@operation("Its workflow runs", answers=CountedSlice[WorkflowRun])
async def workflow_runs(
    owner: Owner, repo: Repo, query: WorkflowRunQuery, repositories: Repositories
) -> CountedSlice[WorkflowRun]:
    """Of GitHub Actions, newest first."""
    return await repositories.workflow_runs(owner, repo, query)


@blueprint.route("/report", methods=READ)
@inject
@operation("A report on it", answers=RepositoryReport)
async def report(owner: Owner, repo: Repo, query: ReportQuery, reports: Reports) -> RepositoryReport:
    """Made of about ten questions that are asked at once. Each part is complete, stale or failed by itself; only without
    the repository, or with `strict=true`, the whole is an error. docs/reports.md says what each number means.
    """
    return await reports.report(owner, repo, strict=query.strict)
