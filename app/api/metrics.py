"""/metrics: what all workers have counted, for Prometheus."""

import asyncio
from typing import Annotated, Final

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint, HTTPResponse

from app.api.edge import EdgeRequest
from app.api.operation import READ, described
from app.api.operators import check_operator
from app.metrics.metrics import Metrics

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"

blueprint = Blueprint("metrics")


@blueprint.route("/metrics", methods=READ)
@inject
@described("Metrics", answers=str, media_type=TEXT)
async def metrics(request: EdgeRequest, metrics: Annotated[Metrics, Provide["metrics"]]) -> HTTPResponse:
    """For Prometheus, of all workers together: in its text form, or as OpenMetrics for who asks for that by `Accept`.

    For who runs the gateway, unless `metrics.access` lets anyone read them.
    """
    if not request.app.metrics_are_public:
        check_operator(request)
    # Many series take a while to be written, and the loop has others to serve.
    page, media_type = await asyncio.to_thread(metrics.page, request.headers.get("accept", ""))
    return HTTPResponse(page, headers={"Cache-Control": "no-store"}, content_type=media_type)
