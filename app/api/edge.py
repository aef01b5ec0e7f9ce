"""The edge: where a request gets its id, its call and its time, and every answer its `X-Request-ID`.

Subclasses of Sanic's own request and application, and no middleware: Sanic's middleware machinery costs a fifth of
what it takes to answer from memory (docs/performance.md), and does not run for requests that cannot be parsed.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from hashlib import blake2b
from random import getrandbits
from time import time
from types import SimpleNamespace
from typing import Any, cast

from multidict import istr
from sanic import HTTPResponse, Request, Sanic
from sanic.compat import Header
from sanic.config import Config
from sanic.exceptions import BadURL
from sanic.models.protocol_types import TransportProtocol
from sanic.response import BaseHTTPResponse

from app.api.answer_memory import AnswerMemory, KnownAnswer, Question
from app.api.overdue import Overdue
from app.api.proxies import TrustedProxies
from app.api.unread import answer_comes_early, take_rest
from app.call import Call, Urgency, set_call
from app.errors import DeadlineExceeded, InvalidRequest, ParameterFault

REQUEST_ID_HEADER = "X-Request-ID"
# As `istr` a name is folded once, which is most of what looking for it costs.
TIMEOUT_HEADER = istr("X-Request-Timeout")
CLASS_HEADER = istr("X-Request-Class")
CLASSES = {urgency.name.lower(): urgency for urgency in sorted(Urgency, reverse=True)}
"""What a caller may say in `X-Request-Class`, the highest first."""
TYPED_API = b"/api/v1/"

_CACHE_CONTROL = istr("Cache-Control")
_PRAGMA = istr("Pragma")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:@-]{1,128}")
_SECONDS = re.compile(r"[0-9]+\.?[0-9]*|\.[0-9]+")


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
    def path(self) -> str:
        """As Sanic's, which has none where the URL has none (`GET http://gate HTTP/1.1`): there it is the root (RFC 9112
        section 3.2.1).
        """
        return super().path if self._parsed_url.path else "/"

    @property
    def peer(self) -> str:
        """The address that the connection comes from; empty where it has none."""
        return self.conn_info.client_ip if self.conn_info else ""

    @property
    def question(self) -> Question:
        """What is asked, to the letter. On a mount every field may count, and who the peer is; of the typed API the URL,
        and how we were called: a list's answer names its neighbours' URLs.
        """
        if self.raw_url.startswith(TYPED_API):
            return self.raw_url, self.headers.get("host", "")
        return blake2b(self.head, digest_size=16).digest(), self.peer  # a digest: the head may hold a credential

    def respond(self, response: BaseHTTPResponse | None = None, **keywords: Any) -> Coroutine[Any, Any, Any]:
        """As Sanic's, with the id on the answer, which is no longer late once it begins."""
        self.app.overdue.begins(self)
        if self.stream is not None and self.stream.request_body:
            answer_comes_early(self.stream)
        if response is None:
            response = HTTPResponse(**keywords)
        response.headers[REQUEST_ID_HEADER] = self.request_id
        return super().respond(response)


class EdgeApp(Sanic[Config, SimpleNamespace]):
    """A Sanic application that serves every request as a call.

    Attributes:
        answers: The answers that this worker knows already.
        caller_class: The class of who does not say.
        deadline_seconds: How long a request may take, unless its caller says less.
        longest_bodies: How many bytes may be sent to an upstream in one request, by its name; any number where it is not
            among them.
        overdue: Ends what takes longer.
        public_url: What the gateway is called from outside; None: as each caller addresses it.
        ready: Whether a load balancer should send requests here.
        trusted_proxies: Whose word counts for how a caller addresses it.
    """

    __slots__ = (
        "answers",
        "caller_class",
        "deadline_seconds",
        "longest_bodies",
        "overdue",
        "public_url",
        "ready",
        "trusted_proxies",
    )

    answers: AnswerMemory
    caller_class: Urgency
    deadline_seconds: float
    longest_bodies: Mapping[str, int]
    overdue: Overdue
    public_url: str | None
    ready: bool
    trusted_proxies: TrustedProxies

    def handle_request(self, request: Request) -> Coroutine[Any, Any, None]:
        """Serves one request.

        Raises:
            InvalidRequest: One of our own header fields makes no sense. Not where the answer is known already: it can
                neither be late nor wait for others, so nobody looks at them.
        """
        asked = cast(EdgeRequest, request)
        headers = asked.headers
        cache_control = _cache_control(headers)
        # Set, and never reset: a connection's requests come one after the other in its own task, each with its call.
        # Of what is known already it has only the record; the rest is filled in for who goes further.
        call = Call(asked.request_id)
        set_call(call)
        if cache_control is None and (asked.method == "GET" or asked.method == "HEAD"):  # noqa: PLR1714 -- faster
            now = time()
            known = self.answers.fresh(asked.question, now)
            if known is not None:
                return _given_again(asked, known, now)
        call.cache_control = cache_control
        call.caller = asked.peer
        call.urgency = _urgency(headers, self.caller_class)
        seconds = timeout_seconds(headers, self.deadline_seconds)
        call.deadline = deadline = asyncio.get_running_loop().time() + seconds
        return self._served(request, super().handle_request(request), deadline)

    async def _served(self, request: Request, handling: Coroutine[Any, Any, None], deadline: float) -> None:
        try:
            await self.overdue.served(request, handling, deadline)
        except DeadlineExceeded as late:
            await self.handle_exception(request, late)
        if request.stream is not None and request.stream.request_body:
            await take_rest(request.stream)


def timeout_seconds(headers: Header, longest_seconds: float) -> float:
    """How long the caller gives us for its answer, or for the head of one whose body streams; never longer than
    `longest_seconds`.

    Raises:
        InvalidRequest: It is no number of seconds above zero, or said twice.
    """
    if TIMEOUT_HEADER not in headers:
        return longest_seconds
    said = _only(headers, TIMEOUT_HEADER)
    if _SECONDS.fullmatch(said) is None or (seconds := float(said)) == 0:
        raise _fault(TIMEOUT_HEADER, "should be a number of seconds above 0, such as 2 or 0.5")
    return min(seconds, longest_seconds)


def _urgency(headers: Header, otherwise: Urgency) -> Urgency:
    """The class that the caller puts itself into.

    Raises:
        InvalidRequest: There is no such class, or it is said twice.
    """
    if CLASS_HEADER not in headers:
        return otherwise
    urgency = CLASSES.get(_only(headers, CLASS_HEADER).lower())
    if urgency is None:
        raise _fault(CLASS_HEADER, f"should be one of {', '.join(CLASSES)}")
    return urgency


def _only(headers: Header, name: str) -> str:
    """The value of a field that may stand in a request once."""
    said: str
    said, *more = headers.getall(name)
    if more:
        raise _fault(name, "is given more than once")
    return said.strip(" \t")


def _fault(name: str, detail: str) -> InvalidRequest:
    return InvalidRequest([ParameterFault("header", name, detail)])


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
    if _CACHE_CONTROL in headers:
        return ", ".join(headers.getall(_CACHE_CONTROL))
    if _PRAGMA in headers and "no-cache" in headers[_PRAGMA].lower():
        return "no-cache"
    return None
