"""Where clients of a GitHub Enterprise Server look for it: under /api/v3 and at /api/graphql.

Source: "About the GitHub API" and "Forming calls with GraphQL" in the documentation of GitHub Enterprise Server.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, cast

from dependency_injector.wiring import Provide, inject
from multidict import CIMultiDict
from sanic import Blueprint, HTTPResponse

from app.api.edge import EdgeApp, EdgeRequest
from app.api.passthrough.handler import METHODS, mount, pass_through
from app.api.passthrough.request_fields import split
from app.api.passthrough.trust import leave_of
from app.call import current_call
from app.services.passthrough import PassThroughService
from app.transport.exchange import Buffered, Request

REST_PATH = "/api/v3"
GRAPHQL_PATH = "/api/graphql"
UPLOADS_PATH = "/api/uploads"
INSTALLED_VERSION = "3.17.0"
"""What clients compare, to know what the server can do. github.com can do what the newest one can."""


def offer(app: EdgeApp, aliases: Mapping[str, str]) -> None:
    """Offers upstreams' own APIs under those paths, besides their mounts.

    Args:
        app: The application.
        aliases: The upstream's name by path, as `enterprise_aliases` gives them (app/assembly.py); may be empty.
    """
    if not aliases:
        return
    upstream = aliases[REST_PATH]
    mount(app, upstream, REST_PATH, "enterprise")
    if UPLOADS_PATH in aliases:
        mount(app, aliases[UPLOADS_PATH], UPLOADS_PATH, "enterprise")
    blueprint = Blueprint(f"enterprise_more_{upstream}")
    blueprint.add_route(meta, f"{REST_PATH}/meta", methods=("GET", "HEAD"), name="meta", ctx_upstream=upstream)
    blueprint.add_route(
        pass_through,
        GRAPHQL_PATH,
        methods=METHODS,
        name="graphql",
        stream=True,
        ctx_upstream=upstream,
        ctx_mount="/api",
        ctx_mount_bytes=len("/api"),  # so that what is asked of upstream is `graphql`
        ctx_any_method=True,
    )
    app.blueprint(blueprint)


@inject
async def meta(
    request: EdgeRequest, passthrough: Annotated[PassThroughService, Provide["passthrough"]]
) -> HTTPResponse:
    """What GitHub says of itself ("REST API endpoints for meta data"), and the version that clients look for there."""
    current_call().route = request.template
    leave = leave_of(request)
    headers, credentials = split(request.headers, request.method, request.admitted.key_field)
    accepted = CIMultiDict({"Accept": headers.get("Accept", "application/json")})
    asked = Request("GET", "meta", accepted)
    upstream = cast(Any, request.route).ctx.upstream
    reply = (await passthrough.send(upstream, asked, credentials, leave=leave)).reply
    assert isinstance(reply, Buffered)  # noqa: S101 -- the request does not allow a stream
    content = reply.content()
    told = _object(content) if reply.status == 200 else None
    if told is not None:
        content = json.dumps({**told, "installed_version": INSTALLED_VERSION}).encode()
    return HTTPResponse(
        content, status=reply.status, content_type=reply.headers.get("Content-Type", "application/json")
    )


def _object(content: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(content)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
