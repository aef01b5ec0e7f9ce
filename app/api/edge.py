"""The edge: where a request gets its id and its call, and every answer its `X-Request-ID`.

Subclasses of Sanic's own request and application, and no middleware: Sanic's middleware machinery costs a fifth of
what it takes to answer from memory (docs/performance.md), and does not run for requests that cannot be parsed.
"""

import asyncio
import re
from functools import cached_property
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

from sanic import HTTPResponse, Request, Sanic
from sanic.config import Config
from sanic.exceptions import BadURL
from sanic.response import BaseHTTPResponse

from app.call import Call, serving

REQUEST_ID_HEADER = "X-Request-ID"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:@-]{1,128}")


class EdgeRequest(Request["EdgeApp", SimpleNamespace]):
    """A request that has an id. One from outside is kept when it is short and harmless, so that logs can be joined."""

    def __init__(self, url_bytes: bytes, headers: Any, version: str, method: str, *others: Any, **keywords: Any) -> None:
        try:
            super().__init__(url_bytes, headers, version, method, *others, **keywords)
        except BadURL:
            # To answer a request that it could not read, Sanic makes an empty one (method NONE) with the same URL,
            # and would fail a second time, with no answer at all.
            if method != "NONE":
                raise
            super().__init__(b"*", headers, version, method, *others, **keywords)

    @cached_property
    def request_id(self) -> str:
        given = self.headers.get(REQUEST_ID_HEADER, "")
        return given if _REQUEST_ID.fullmatch(given) else uuid4().hex

    async def respond(self, response: BaseHTTPResponse | None = None, **keywords: Any) -> Any:
        """As Sanic's, with the id on the answer."""
        if response is None:
            response = HTTPResponse(**keywords)
        response.headers[REQUEST_ID_HEADER] = self.request_id
        return await super().respond(response)


class EdgeApp(Sanic[Config, SimpleNamespace]):
    """A Sanic application that serves every request as a call.

    Attributes:
        deadline_seconds: How long a request may take, unless its caller says less.
        public_url: What the gateway is called from outside; None: as each caller addresses it.
        ready: Whether a load balancer should send requests here.
    """

    __slots__ = ("deadline_seconds", "public_url", "ready")

    deadline_seconds: float
    public_url: str | None
    ready: bool

    async def handle_request(self, request: Request) -> None:
        deadline = asyncio.get_running_loop().time() + self.deadline_seconds
        with serving(Call(request_id=cast(EdgeRequest, request).request_id, deadline=deadline)):
            await super().handle_request(request)
