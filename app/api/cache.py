"""/api/v1/cache: what is kept of the upstreams' replies, and making it forget."""

from typing import Annotated

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint

from app.api.operation import READ, operation
from app.api.operators import operators_only
from app.errors import CrossSiteWrite, InvalidRequest, OperatorsOnly
from app.services.answers.cache import CacheState, Purged
from app.services.cache import CacheService
from app.services.queries import PurgeQuery

blueprint = Blueprint("cache", url_prefix="/api/v1/cache")

Cache = Annotated[CacheService, Provide["cache"]]


@blueprint.route("/", methods=READ, strict_slashes=False)
@inject
@operation("The state of the cache", answers=CacheState, errors=(InvalidRequest,))
async def cache(cache: Cache) -> CacheState:
    """How much is kept, and whether all is well with the store."""
    return await cache.state()


@blueprint.route("/", methods=("DELETE",), strict_slashes=False)
@inject
@operators_only
@operation("Forget what is kept", answers=Purged, errors=(InvalidRequest, OperatorsOnly, CrossSiteWrite))
async def purge_cache(query: PurgeQuery, cache: Cache) -> Purged:
    """Whatever matches is asked for anew, also where it is being fetched just now. `headgate cache purge` does the same.

    For who runs the gateway: answered only on its own machine (127.0.0.1 or ::1), and to no request that came through a
    proxy. A proxy on the same machine that adds neither `Forwarded` nor `X-Forwarded-For` must not let it through.
    """
    return await cache.purge(query.pattern)
