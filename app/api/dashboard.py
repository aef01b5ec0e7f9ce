"""The dashboard at /: a page, its scripts and styles, all from here.

The page names its files with the digest of them all: `/assets/<digest>/app.js` never changes and is kept for a year, and no
page ever puts scripts of two versions together. Without the digest they are there, too, and are asked for anew each time.
"""

import gzip
import re
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

ASSETS: Final = "/assets/"
FOR_GOOD: Final = {"Cache-Control": "public, max-age=31536000, immutable"}
ASK_AGAIN: Final = {"Cache-Control": "no-cache"}

_REFUSED: Final = re.compile(r"q=0(\.0{0,3})?")

blueprint = Blueprint("dashboard")


class _Asset(NamedTuple):
    plain: ConstantAnswer
    compressed: ConstantAnswer


def open_paths() -> tuple[str, ...]:
    """What is read without a key: the page itself asks for one."""
    return ("/", *(ASSETS + path for path in _paths(files.digest())))


@blueprint.route("/", methods=READ)
async def page(request: EdgeRequest) -> HTTPResponse:
    if request.raw_url.startswith(b"*"):  # it names no page (RFC 9112 section 3.2.4)
        raise NotFound("there is no such page")
    return _answer(request, _assets(request)[""])


@blueprint.route("/assets/<path:path>", methods=READ)
async def asset(request: EdgeRequest, path: str) -> HTTPResponse:
    found = _assets(request).get(path) if path else None
    if found is None:
        raise NotFound("there is no such file")
    return _answer(request, found)


def _answer(request: EdgeRequest, found: _Asset) -> HTTPResponse:
    takes_gzip = _takes_gzip(", ".join(request.headers.getall("accept-encoding", [])))
    return (found.compressed if takes_gzip else found.plain).answer(request)


def _takes_gzip(accept_encoding: str) -> bool:
    """RFC 9110 section 12.5.3; a weight of 0 says no."""
    for each in accept_encoding.lower().split(","):
        coding, _, weight = each.partition(";")
        if coding.strip() in {"gzip", "x-gzip"}:
            return _REFUSED.fullmatch(weight.strip()) is None
    return False


def _assets(request: EdgeRequest) -> dict[str, _Asset]:
    """Those of the application by path, the page by none, made when they are first asked for: most workers never are."""
    context = request.app.ctx
    if not hasattr(context, "dashboard"):
        context.dashboard = _made(files.digest())
    assets: dict[str, _Asset] = context.dashboard
    return assets


def _made(digest: str) -> dict[str, _Asset]:
    page = files.content(files.PAGE).replace(ASSETS.encode(), f"{ASSETS}{digest}/".encode())
    made = {"": _asset(page, files.media_type(files.PAGE), {**PAGE_FIELDS, **ASK_AGAIN})}
    for path, name in _paths(digest).items():
        kept = FOR_GOOD if path != name else ASK_AGAIN
        made[path] = _asset(files.content(name), files.media_type(name), kept)
    return made


def _paths(digest: str) -> dict[str, str]:
    """By the path below /assets/, the file's name."""
    names = [name for name in files.names() if name != files.PAGE]
    return {prefix + name: name for prefix in ("", f"{digest}/") for name in names}


def _asset(body: bytes, media_type: str, fields: dict[str, str]) -> _Asset:
    fields = {"Vary": "Accept-Encoding", **fields}
    return _Asset(
        ConstantAnswer(body, media_type, fields),
        ConstantAnswer(gzip.compress(body, mtime=0), media_type, {**fields, "Content-Encoding": "gzip"}),
    )
