"""A page's posts, turned by cursors: https://developers.facebook.com/docs/graph-api/results."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from app.demo.facebook import errors
from app.demo.facebook.pages import DEFAULT_POST_FIELDS, MOST_POSTS, POST_FIELDS

DEFAULT_LIMIT = 25


def published(posts: Sequence[dict[str, Any]], request: web.Request, node: str) -> dict[str, Any]:
    """The asked page of `posts`. Graph's own URLs of the pages around it hold the token that was asked with."""
    query = request.query
    asked = [name for name in query.get("fields", "").split(",") if name] or list(DEFAULT_POST_FIELDS)
    for name in asked:
        if name not in POST_FIELDS:
            raise errors.unknown_field(name)
    written = query.get("limit", "")
    limit = min(int(written) if written.isascii() and written.isdigit() and int(written) else DEFAULT_LIMIT, MOST_POSTS)
    places = {_cursor(post): place for place, post in enumerate(posts)}
    begin = 0
    if "after" in query:
        begin = _place(places, query["after"]) + 1
    elif "before" in query:
        begin = max(0, _place(places, query["before"]) - limit)
    shown = posts[begin : begin + limit]
    data = [{name: post[name] for name in dict.fromkeys([*asked, "id"]) if name in post} for post in shown]
    if not shown:
        return {"data": []}
    cursors = {"before": _cursor(shown[0]), "after": _cursor(shown[-1])}
    paging: dict[str, Any] = {"cursors": cursors}
    if begin + limit < len(posts):
        paging["next"] = _url(request, node, "after", cursors["after"])
    if begin > 0:
        paging["previous"] = _url(request, node, "before", cursors["before"])
    return {"data": data, "paging": paging}


def _cursor(post: dict[str, Any]) -> str:
    return urlsafe_b64encode(f"cursor:{post['id']}".encode()).decode().rstrip("=")


def _place(places: dict[str, int], cursor: str) -> int:
    if cursor not in places:
        raise errors.invalid_cursor()
    return places[cursor]


def _url(request: web.Request, node: str, direction: str, cursor: str) -> str:
    kept = {name: value for name, value in request.query.items() if name not in {"after", "before"}}
    token = request.headers.get("Authorization", "").rpartition(" ")[2]
    return f"{request.url.origin()}/v23.0/{node}?{urlencode({'access_token': token, **kept, direction: cursor})}"
