"""/health: for load balancers and orchestrators. Says nothing of the upstreams: a gateway whose upstream is down is
still the best place to ask.
"""

from sanic import Blueprint
from sanic.response import HTTPResponse, json

from app.api.edge import EdgeRequest
from app.api.operation import READ

blueprint = Blueprint("health", url_prefix="/health")


@blueprint.route("/live", methods=READ)
async def live(request: EdgeRequest) -> HTTPResponse:  # noqa: ARG001 -- Sanic passes it
    """The process runs and its event loop turns."""
    return json({"status": "live"})


@blueprint.route("/ready", methods=READ)
async def ready(request: EdgeRequest) -> HTTPResponse:
    """200 from the moment the sessions are open until the worker begins to drain, else 503."""
    if request.app.ready:
        return json({"status": "ready"})
    return json({"status": "not ready"}, status=503)
