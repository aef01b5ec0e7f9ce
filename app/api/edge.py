"""The edge: where a request gets its id and its call, and every answer its `X-Request-ID`.

Subclasses of Sanic's own request and application, and no middleware: Sanic's middleware machinery costs a fifth of
what it takes to answer from memory (docs/performance.md), and does not run for requests that cannot be parsed.
"""

import asyncio
import re
from collections.abc import Coroutine
from hashlib import blake2b
from random import getrandbits
from time import time
from types import SimpleNamespace
from typing import Any, cast

from sanic import HTTPResponse, Request, Sanic
from sanic.compat import Header
from sanic.config import Config
from sanic.exceptions import BadURL
from sanic.models.protocol_types import TransportProtocol
from sanic.response import BaseHTTPResponse

from app.api.answer_memory import AnswerMemory, KnownAnswer, Question
from app.call import Call, set_call

REQUEST_ID_HEADER = "X-Request-ID"
TYPED_API = b"/api/v1/"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:@-]{1,128}")


class EdgeRequest(Request["EdgeApp", SimpleNamespace]):
    """A request that has an id. One from outside is kept when it is short and harmless, so that logs can be joined."""

    _request_id: str | None = None

    def __init__(  # with Sanic's own parameters: to pass on `*args` would cost more than the rest of it
        self,
        url_bytes: bytes,
        headers: Header,
        version: str,
        method: str,
        transport: TransportProtocol,
        app: "EdgeApp",
        head: bytes = b"",
        stream_id: int = 0,
    ) -> None:
        try:
            super().__init__(url_bytes, headers, version, method, transport, app, head, stream_id)
        except BadURL:
            # To answer a request that it could not read, Sanic makes an empty one (method NONE) with the same URL,
            # and would fail a second time, with no answer at all.
            if method != "NONE":
                raise
            super().__init__(b"*", headers, version, method, transport, app, head, stream_id)

    @property
    def request_id(self) -> str:
        found = self._request_id
        if found is None:
            given = self.headers.get(REQUEST_ID_HEADER)
            # No secret, only distinct: the cheap generator does.
            found = given if given and _REQUEST_ID.fullmatch(given) else f"{getrandbits(128):032x}"
            self._request_id = found
        return found

    @property
    def question(self) -> Question:
        """What is asked, to the letter. On a mount every field may count, and who the peer is; of the typed API the URL,
        and how we were called: a list's answer names its neighbours' URLs.
        """
        if self.raw_url.startswith(TYPED_API):
            return self.raw_url, self.headers.get("host", "")
        peer = self.conn_info.client_ip if self.conn_info else ""
        return blake2b(self.head, digest_size=16).digest(), peer  # a digest: the head may hold a credential

    def respond(self, response: BaseHTTPResponse | None = None, **keywords: Any) -> Coroutine[Any, Any, Any]:
        """As Sanic's, with the id on the answer."""
        if response is None:
            response = HTTPResponse(**keywords)
        response.headers[REQUEST_ID_HEADER] = self.request_id
        return super().respond(response)


class EdgeApp(Sanic[Config, SimpleNamespace]):
    """A Sanic application that serves every request as a call.

    Attributes:
        deadline_seconds: How long a request may take, unless its caller says less.
        answers: The answers that this worker knows already.
        public_url: What the gateway is called from outside; None: as each caller addresses it.
        ready: Whether a load balancer should send requests here.
    """

    __slots__ = ("answers", "deadline_seconds", "public_url", "ready")

    answers: AnswerMemory
    deadline_seconds: float
    public_url: str | None
    ready: bool

    def handle_request(self, request: Request) -> Coroutine[Any, Any, None]:
        asked = cast(EdgeRequest, request)
        cache_control = _cache_control(asked.headers)
        deadline = asyncio.get_running_loop().time() + self.deadline_seconds
        # Set, and never reset: a connection's requests come one after the other in its own task, each with its call.
        set_call(Call(asked.request_id, deadline=deadline, cache_control=cache_control))
        if cache_control is None and (asked.method == "GET" or asked.method == "HEAD"):  # noqa: PLR1714 -- faster
            now = time()
            known = self.answers.fresh(asked.question, now)
            if known is not None:
                return _given_again(asked, known, now)
        return super().handle_request(request)


async def _given_again(request: EdgeRequest, known: KnownAnswer, now: float) -> None:
    """Answers without routing: an answer is known only where a handler has made it before for the same question."""
    stream = request.stream
    assert stream is not None  # noqa: S101 -- a request that is being handled has one
    response = known.answer.response(request, known.answer.lines(known.sources, now))
    response.headers[REQUEST_ID_HEADER] = request.request_id
    stream.respond(response)
    request.responded = True
    await response.send(end_stream=True)


def _cache_control(headers: Header) -> str | None:
    """What the caller wants of caches; Pragma counts where there is no Cache-Control (RFC 9111 section 5.4)."""
    if "cache-control" in headers:
        return ", ".join(headers.getall("cache-control"))
    if "pragma" in headers and "no-cache" in headers["pragma"].lower():
        return "no-cache"
    return None
