"""/api/v1/orgs/{org}: organizations, their repositories and their members."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

from dependency_injector.wiring import Provide, inject
from pydantic import BaseModel
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import Owner
from app.api.streaming import streamed
from app.call import Urgency
from app.services.answers.account import Account, Organization
from app.services.answers.answer import Slice
from app.services.answers.organization_report import OrganizationReport, Progress
from app.services.answers.repository import Repository
from app.services.organizations import OrganizationService
from app.services.queries import PageQuery, RepositoryQuery
from app.services.reports.organization import OrganizationReportService

blueprint = Blueprint("organizations", url_prefix="/api/v1/orgs/<org>")

Organizations = Annotated[OrganizationService, Provide["organizations"]]
Reports = Annotated[OrganizationReportService, Provide["organization_reports"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@operation("An organization", answers=Organization)
async def organization(org: Owner, organizations: Organizations) -> Organization:
    return await organizations.organization(org)


@blueprint.route("/repos", methods=READ)
@inject
@operation("An organization's repositories", answers=Slice[Repository])
async def repositories(org: Owner, query: RepositoryQuery, organizations: Organizations) -> Slice[Repository]:
    return await organizations.repositories(org, query)


@blueprint.route("/members", methods=READ)
@inject
@operation("An organization's members", answers=Slice[Account])
async def members(org: Owner, query: PageQuery, organizations: Organizations) -> Slice[Account]:
    """Those whom the gateway's credential may see."""
    return await organizations.members(org, query)


@blueprint.route("/report", methods=READ)
@inject
@streamed(
    "A report on an organization",
    answers=OrganizationReport,
    events={"progress": Progress, "report": OrganizationReport},
    urgency=Urgency.BATCH,
)
async def report(org: Owner, reports: Reports, urgency: Urgency | None = None) -> AsyncGenerator[BaseModel, None]:
    """Of all its repositories, which takes long: as a stream it tells how far it has come, and at last the report. Hanging up
    ends it; what was fetched stays in the cache. 429 at once where the quota cannot bear it, with an estimate.

    Hundreds of questions let others go first: who says no `X-Request-Class` is of the class `batch` here.
    """
    async with aclosing(reports.report(org, urgency)) as steps:
        async for step in steps:
            yield step
