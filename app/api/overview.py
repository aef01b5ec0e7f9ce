"""/api/v1/overview: how all is going, at a glance."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Annotated, Final

from dependency_injector.wiring import Provide, inject
from pydantic import BaseModel
from sanic import Blueprint

from app.api.operation import READ
from app.api.operators import for_whom
from app.api.streaming import streamed
from app.errors import InvalidRequest
from app.services.answers.overview import Overview
from app.services.overview import OverviewService

EVERY_SECONDS: Final = 2.0

blueprint = Blueprint("overview", url_prefix="/api/v1/overview")

Service = Annotated[OverviewService, Provide["overview"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@for_whom
@streamed("How all is going", answers=Overview, events={"overview": Overview}, errors=(InvalidRequest,))
async def overview(overview: Service, only_caller: str | None = None) -> AsyncGenerator[BaseModel, None]:
    """The upstreams, the cache, and what was used lately: everybody's for an operator, else the caller's own. As a stream
    there is an event every two seconds.
    """
    while True:
        yield await overview.overview(only_caller)
        await asyncio.sleep(EVERY_SECONDS)
