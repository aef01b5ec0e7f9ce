# HTTP in, HTTP out. A handler asks for its service by name: no import of the container, nothing global.
from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint, HTTPResponse, Request, json

from .services import Catalog

blueprint = Blueprint("api")


@blueprint.get("/popular/<owner>/<name>")
@inject  # below the route: above it, Sanic would keep the bare handler and call it without its service
async def popular(_: Request, owner: str, name: str, service: Annotated[Catalog, Provide["service"]]) -> HTTPResponse:
    return json({"popular": await service.is_popular(owner, name)})
