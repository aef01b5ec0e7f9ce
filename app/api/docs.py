"""/docs and /openapi.json: this API's own documents, for people and for programs."""

from typing import NamedTuple

from pydantic_core import to_json
from sanic import Blueprint, HTTPResponse

from app.api.constant import ConstantAnswer
from app.api.docs_page import render_page, stylesheet
from app.api.edge import EdgeApp, EdgeRequest
from app.api.openapi import build_document
from app.api.operation import READ, described
from app.api.written import JSON

HTML = "text/html; charset=utf-8"
CSS = "text/css; charset=utf-8"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""The page holds no script and loads nothing but its stylesheet; its icon is in the page."""

blueprint = Blueprint("documentation")


class Documents(NamedTuple):
    """Written once for each application."""

    openapi: ConstantAnswer
    page: ConstantAnswer
    style: ConstantAnswer


@blueprint.route("/openapi.json", methods=READ)
@described("The OpenAPI document", answers=dict, also={304: None})
async def openapi(request: EdgeRequest) -> HTTPResponse:
    """OpenAPI 3.1 of everything that this gateway answers itself."""
    return _documents(request).openapi.answer(request)


@blueprint.route("/docs", methods=READ)
@described("This page", answers=str, media_type=HTML, also={304: None})
async def page(request: EdgeRequest) -> HTTPResponse:
    """The same for people. `/docs#not_found` leads to what the code `not_found` means."""
    return _documents(request).page.answer(request)


@blueprint.route("/docs/style.css", methods=READ)
@described("Its stylesheet", answers=str, media_type=CSS, also={304: None})
async def style(request: EdgeRequest) -> HTTPResponse:
    return _documents(request).style.answer(request)


def _documents(request: EdgeRequest) -> Documents:
    """Those of the application, written when they are first asked for: most workers never are."""
    context = request.app.ctx
    if not hasattr(context, "documents"):
        context.documents = _written(request.app)
    documents: Documents = context.documents
    return documents


def _written(app: EdgeApp) -> Documents:
    document = build_document(app, app.public_url)
    page_headers = {
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Frame-Options": "DENY",  # the policy says so, too; for browsers that do not read it
    }
    return Documents(
        openapi=ConstantAnswer(to_json(document), JSON),
        page=ConstantAnswer(render_page(document), HTML, page_headers),
        style=ConstantAnswer(stylesheet(), CSS),
    )
