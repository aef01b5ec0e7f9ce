"""/health: for load balancers and orchestrators. Says nothing of the upstreams: a gateway whose upstream is down is
still the best place to ask.
"""

from typing import Literal

from sanic import Blueprint, HTTPResponse

from app.api.edge import EdgeRequest
from app.api.operation import READ, described
from app.api.written import JSON
from app.services.answers.answer import Answer


class Liveness(Answer):
    status: Literal["live"] = "live"


class Readiness(Answer):
    status: Literal["ready"] = "ready"


class Unreadiness(Answer):
    """The worker has not opened its sessions yet, or drains before it stops."""

    status: Literal["not ready"] = "not ready"


blueprint = Blueprint("health", url_prefix="/health")


@blueprint.route("/live", methods=READ)
@described("Whether it lives", answers=Liveness)
async def live(request: EdgeRequest) -> HTTPResponse:  # noqa: ARG001 -- Sanic passes it
    """The process runs and its event loop turns."""
    return HTTPResponse(Liveness().model_dump_json(), content_type=JSON)


@blueprint.route("/ready", methods=READ)
@described("Whether it is ready", answers=Readiness, also={503: Unreadiness})
async def ready(request: EdgeRequest) -> HTTPResponse:
    """200 from the moment the sessions are open until the worker begins to drain, else 503."""
    if request.app.ready:
        return HTTPResponse(Readiness().model_dump_json(), content_type=JSON)
    return HTTPResponse(Unreadiness().model_dump_json(), status=503, content_type=JSON)
