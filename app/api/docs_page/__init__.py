"""The page at /docs, rendered on the server from the OpenAPI document: plain HTML and one stylesheet, no script."""

from app.api.docs_page.page import render_page, stylesheet

__all__ = ["render_page", "stylesheet"]
