"""/api/v1/upstreams: how the upstreams are."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.parameters import UpstreamName
from app.errors import InvalidRequest, NotConfigured
from app.services.answers.answer import CountedSlice
from app.services.answers.upstream import UpstreamState
from app.services.upstreams import UpstreamService

blueprint = Blueprint("upstreams", url_prefix="/api/v1/upstreams")

States = Annotated[UpstreamService, Provide["upstream_states"]]


@blueprint.route("/", methods=READ, strict_slashes=False, name="list")
@inject
@operation("All upstreams", answers=CountedSlice[UpstreamState], errors=(InvalidRequest,))
async def list_upstreams(upstream_states: States) -> CountedSlice[UpstreamState]:
    """Whether they answer, the last error, quotas and latency, as the answering worker has seen them."""
    return await upstream_states.upstreams()


@blueprint.route("/<name>", methods=READ)
@inject
@operation("An upstream", answers=UpstreamState, errors=(InvalidRequest, NotConfigured))
async def upstream(name: UpstreamName, upstream_states: States) -> UpstreamState:
    """As in the list."""
    return await upstream_states.upstream(name)
