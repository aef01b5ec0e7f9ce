# HTTP in, HTTP out. A handler asks for its service by name: no import of the container, nothing global.
from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint, HTTPResponse, Request, json

from .services import RankingService

blueprint = Blueprint("api")


@blueprint.get("/ranking/<owner>/<names>")
@inject  # below the route: the other way round Sanic would call the handler without its service
async def ranking(_: Request, owner: str, names: str, service: Annotated[RankingService, Provide["service"]]) -> HTTPResponse:
    return json([repository.model_dump() for repository in await service.ranking(owner, names.split(","))])
