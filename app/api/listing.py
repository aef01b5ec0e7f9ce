"""How a slice of a list is written: its items, and the URLs of its neighbours in the body and as a Link field."""

import re
from collections.abc import Mapping
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json

from app.api.edge import EdgeRequest
from app.api.written import JsonAnswer
from app.services.answers.answer import CountedSlice, CursorSlice, Slice

T = TypeVar("T")

_HOST = re.compile(r"[A-Za-z0-9._-]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")


class Listing(BaseModel, Generic[T]):
    """A page of a list."""

    # Pydantic gives a parametrised class no docstring of its own.
    model_config = ConfigDict(frozen=True, json_schema_extra={"description": "A page of a list."})

    items: tuple[T, ...]
    next: str | None = Field(description="The URL of the next page; null on the last.")
    previous: str | None = Field(description="The URL of the page before; null on the first.")


class CountedListing(Listing[T], Generic[T]):
    """A page of a list whose length is known."""

    model_config = ConfigDict(json_schema_extra={"description": "A page of a list whose length is known."})

    total: int = Field(description="How many items all pages hold.")
    incomplete: bool = Field(description="Whether upstream gave up before it had seen everything.")


def written_list(request: EdgeRequest, part: Slice[Any] | CursorSlice[Any], public_url: str | None) -> JsonAnswer:
    """The answer for a page of a list.

    Args:
        request: What was asked: its neighbours are asked for in the same way.
        part: The page.
        public_url: What the gateway is called from outside; None: as the caller addressed it.
    """
    before, after = (
        None if parameters is None else _neighbour(request, parameters, public_url) for parameters in part.neighbours
    )
    body: dict[str, Any] = {"items": part.items, "next": after, "previous": before}
    if isinstance(part, CountedSlice):
        body |= {"total": part.total, "incomplete": part.incomplete}
    link = ", ".join(f'<{url}>; rel="{relation}"' for url, relation in ((after, "next"), (before, "prev")) if url)
    return JsonAnswer(to_json(body), link or None)


def _neighbour(request: EdgeRequest, parameters: Mapping[str, str | None], public_url: str | None) -> str:
    asked: dict[str, str | None] = {**dict(parse_qsl(request.query_string)), **parameters}
    query = {name: value for name, value in asked.items() if value is not None}
    return f"{_origin(request) if public_url is None else public_url.rstrip('/')}{request.path}?{urlencode(query)}"


def _origin(request: EdgeRequest) -> str:
    """Scheme and host as the caller wrote them; empty, so that the URL is relative, when that is no host."""
    host = request.headers.get("host", "")
    return f"{request.scheme}://{host}" if _HOST.fullmatch(host) else ""
