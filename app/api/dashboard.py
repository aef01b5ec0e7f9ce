"""The dashboard at /: a page, its scripts and styles, all from here."""

import gzip
from typing import Final, NamedTuple

from sanic import Blueprint, HTTPResponse
from sanic.exceptions import NotFound

from app.api.constant import ConstantAnswer
from app.api.edge import EdgeRequest
from app.api.operation import READ
from app.dashboard import files

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere, and no script or style inside of the page: what somebody writes into a name cannot run."""
PAGE_FIELDS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Frame-Options": "DENY",  # the policy says so, too; for browsers that do not read it
}

blueprint = Blueprint("dashboard")


class _Asset(NamedTuple):
    plain: ConstantAnswer
    compressed: ConstantAnswer


def open_paths() -> tuple[str, ...]:
    """What is read without a key: the page itself asks for one."""
    return ("/", *(f"/assets/{name}" for name in files.names() if name != files.PAGE))


@blueprint.route("/", methods=READ)
async def page(request: EdgeRequest) -> HTTPResponse:
    if request.raw_url.startswith(b"*"):  # it names no page (RFC 9112 section 3.2.4)
        raise NotFound("there is no such page")
    return _answer(request, files.PAGE)


@blueprint.route("/assets/<name:path>", methods=READ)
async def asset(request: EdgeRequest, name: str) -> HTTPResponse:
    if name == files.PAGE or name not in _assets(request):
        raise NotFound("there is no such file")
    return _answer(request, name)


def _answer(request: EdgeRequest, name: str) -> HTTPResponse:
    found = _assets(request)[name]
    takes_gzip = "gzip" in ", ".join(request.headers.getall("accept-encoding", []))
    return (found.compressed if takes_gzip else found.plain).answer(request)


def _assets(request: EdgeRequest) -> dict[str, _Asset]:
    """Those of the application, read when they are first asked for: most workers never are."""
    context = request.app.ctx
    if not hasattr(context, "dashboard"):
        context.dashboard = {name: _read(name) for name in files.names()}
    assets: dict[str, _Asset] = context.dashboard
    return assets


def _read(name: str) -> _Asset:
    body, media_type = files.content(name), files.media_type(name)
    fields = {"Vary": "Accept-Encoding", **(PAGE_FIELDS if name == files.PAGE else {})}
    return _Asset(
        ConstantAnswer(body, media_type, fields),
        ConstantAnswer(gzip.compress(body, mtime=0), media_type, {**fields, "Content-Encoding": "gzip"}),
    )
