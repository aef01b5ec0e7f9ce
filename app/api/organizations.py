"""/api/v1/orgs/{org}: organizations, their repositories and their members."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import Owner
from app.services.answers.account import Account, Organization
from app.services.answers.answer import Slice
from app.services.answers.repository import Repository
from app.services.organizations import OrganizationService
from app.services.queries import PageQuery, RepositoryQuery

blueprint = Blueprint("organizations", url_prefix="/api/v1/orgs/<org>")

Organizations = Annotated[OrganizationService, Provide["organizations"]]


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
