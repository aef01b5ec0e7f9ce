"""Which handler a request goes to: Sanic's router, and every method on a mount."""

import re
from functools import lru_cache
from typing import Any, Final

from sanic.exceptions import MethodNotAllowed
from sanic.models.handler_types import RouteHandler
from sanic.router import Router
from sanic_routing import Route

ANY_METHOD: Final = "POST"
"""A route that takes any method is registered for this one, among others."""

_NEVER: Final = frozenset({"CONNECT", "TRACE"})
"""One asks for a tunnel; the other would show a caller what we added to the request (RFC 9110 section 9.3.8)."""

_TYPE: Final = re.compile(r":[^>]*>")
"""Sanic adds it to each part of a path (`<owner:str>`)."""
_is_method = re.compile(r"[A-Z][A-Z0-9._-]{0,31}").fullmatch


def template_of(route: Route) -> str:
    """As people write it (`/api/v1/repos/<owner>/<repo>`), or `/github/*` for all below a mount."""
    mount = getattr(route.ctx, "mount", None)
    return _without_types(route.path) if mount is None else f"{mount}/*"


@lru_cache(1_024)
def _without_types(path: str) -> str:
    return "/" + _TYPE.sub(">", path)


class AnyMethodRouter(Router):
    """Finds a route for a method that nobody knows (`M-SEARCH`, `PURGE`) where the route says `ctx.any_method`.

    Sanic caches what `get` found, so that this costs nothing on the path of a request that has been here before.
    """

    def _get(self, path: str, method: str, host: str | None) -> tuple[Route, RouteHandler, dict[str, Any]]:
        try:
            return super()._get(path, method, host)
        except MethodNotAllowed:
            if method in _NEVER or not _is_method(method):
                raise
            try:
                found = super()._get(path, ANY_METHOD, host)
            except MethodNotAllowed:
                found = None
            if found is None or not getattr(found[0].ctx, "any_method", False):
                raise
            return found
