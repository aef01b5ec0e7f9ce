"""/<mount>/…: an upstream's own API, passed through and answered from the cache where it may be."""

from time import time
from typing import Annotated, Any, cast

from dependency_injector.wiring import Provide, inject
from sanic import Blueprint, HTTPResponse

from app.api.admission import path_of
from app.api.edge import EdgeApp, EdgeRequest
from app.api.passthrough import demands
from app.api.passthrough.bodies import Upload, body_of
from app.api.passthrough.external import entrance_of
from app.api.passthrough.relaying import VIA, answer_of, stream
from app.api.passthrough.request_fields import split, target_of
from app.api.passthrough.trust import leave_of
from app.call import current_call
from app.services.passthrough import PassThroughService
from app.transport.exchange import Request, Streamed

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Service = Annotated[PassThroughService, Provide["passthrough"]]


@inject
async def pass_through(request: EdgeRequest, passthrough: Service, path: str = "") -> HTTPResponse | None:  # noqa: ARG001 -- the raw path counts, byte for byte
    """Whatever is asked below a mount."""
    place = cast(Any, request.route).ctx
    current_call().route = request.template
    leave = leave_of(request)  # before any field is taken out
    demands.check(request.headers, request.version)
    headers, credentials = split(request.headers, request.method, request.admitted.key_field)
    if "via" in headers or request.version != "1.1":  # else the session says who we are
        headers.add("via", f"{request.version} headgate")  # spelt as its other lines, or aiohttp drops those
    target = target_of(request.raw_url, place.mount_bytes)
    asked = Request(request.method, target, headers, may_stream=True)
    if request.stream is not None and request.stream.request_body:
        passthrough.check(place.upstream, asked)
        body = await body_of(request, request.app.longest_bodies.get(place.upstream))
        if isinstance(body, Upload) and body.length is not None:
            headers["Content-Length"] = str(body.length)
        asked = Request(request.method, target, headers, body, may_stream=True)
    entrance = entrance_of(request, place.mount)
    passed = await passthrough.send(place.upstream, asked, credentials, leave=leave, entrance=entrance)
    reply = passed.reply
    if isinstance(reply, Streamed):
        await stream(request, reply)
        return None
    answer = answer_of(passed, reply, head=request.method == "HEAD")
    if reply.source is None:
        told = f"\r\nvia: {VIA}" + (f"\r\ncache-status: {reply.cache}" if reply.cache else "")
        return answer.response(request, told.encode("latin-1"))
    makers = (("passthrough", tuple(vars(passthrough).values())),)
    known = request.app.answers.kept(
        request.question, answer, [reply.source], makers, request.template, path_of(request.raw_url)
    )
    return answer.response(request, answer.said(known.sources, time(), reply.cache))


def mount(app: EdgeApp, upstream: str, path: str, kind: str = "mount") -> None:
    """Offers the own API of `upstream` under `path`; once more under another, as another `kind`."""
    blueprint = Blueprint(f"{kind}_{upstream}", url_prefix=path)
    for name, route in (("root", "/"), ("below", "/<path:path>")):
        blueprint.add_route(
            pass_through,
            route,
            methods=METHODS,
            strict_slashes=False,
            name=name,
            stream=True,
            ctx_upstream=upstream,
            ctx_mount=path,
            ctx_mount_bytes=len(path),
            ctx_any_method=True,
        )
    app.blueprint(blueprint)
