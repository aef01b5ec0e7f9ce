"""/api/v1/usage: who spent the quota, and what was saved."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.operators import for_whom
from app.errors import InvalidRequest
from app.services.answers.usage import UsageState
from app.services.queries import UsageQuery
from app.services.usage import UsageService

blueprint = Blueprint("usage", url_prefix="/api/v1/usage")

Usage = Annotated[UsageService, Provide["usage"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@for_whom
@operation("Who spent the quota, and what was saved", answers=UsageState, errors=(InvalidRequest,))
async def usage(query: UsageQuery, usage: Usage, only_caller: str | None = None) -> UsageState:
    """By caller, route or outcome. It outlives restarts where `usage.path` names a database (`scope`, `degraded`).

    An operator sees everybody's, and without any keys so does who asks on the gateway's own machine. All others see what
    they used themselves (`only_caller`). `headgate usage` shows the same in a terminal.
    """
    return await usage.usage(query, only_caller)
