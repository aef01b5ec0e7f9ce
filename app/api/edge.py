"""The edge: where a request gets its id, its call and its time, and every answer its `X-Request-ID`.

Subclasses of Sanic's own request and application, and no middleware: Sanic's middleware machinery costs a fifth of
what it takes to answer from memory (docs/performance.md), and does not run for requests that cannot be parsed.
"""

import asyncio
import re
from collections.abc import Coroutine, Mapping
from hashlib import blake2b
from math import inf
from random import getrandbits
from time import perf_counter, time
from types import SimpleNamespace
from typing import Any, cast

from sanic import HTTPResponse, Request, Sanic
from sanic.compat import Header
from sanic.config import Config
from sanic.exceptions import BadURL, RequestCancelled
from sanic.http import Stage
from sanic.models.protocol_types import TransportProtocol
from sanic.response import BaseHTTPResponse

from app.api.admission import NOBODY, Admission, Admitted
from app.api.answer_memory import AnswerMemory, KnownAnswer, Question
from app.api.at_once import AtOnce
from app.api.http1 import StrictHttp
from app.api.noting import served, served_from_memory
from app.api.overdue import Overdue
from app.api.own_fields import cache_control_of, says_own, timeout_seconds, urgency_of
from app.api.proxies import TrustedProxies
from app.api.routing import template_of
from app.api.traces import Traces
from app.api.unread import answer_comes_early, take_rest
from app.api.written import WrittenResponse, add_lines
from app.call import Call, Urgency, set_call
from app.errors import DeadlineExceeded
from app.journal.journal import Journal

REQUEST_ID_HEADER = "X-Request-ID"
UNREAD = "NONE"
"""The method that Sanic gives to a request whose head it could not read."""
TYPED_API = b"/api/v1/"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:@-]{1,128}")
_NOT_ADMITTED = Admitted(NOBODY)


class EdgeRequest(Request["EdgeApp", SimpleNamespace]):
    """A request that has an id. One from outside is kept when it is short and harmless, so that logs can be joined.

    Attributes:
        admitted: Who asks.
        began: When, by `perf_counter`.
        call: What is done for it.
        is_noted: Whether the journal has its record.
        problem_code: Of the problem that the answer is; empty: it is none.
        sent_bytes: Of a body that streamed; 0: it was written as a whole.
    """

    _request_id: str | None = None
    admitted: Admitted = _NOT_ADMITTED
    began: float = inf
    call: Call | None = None
    is_noted: bool = False
    problem_code: str = ""
    sent_bytes: int = 0

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
            if method != UNREAD:
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
    def template(self) -> str:
        """Of its route, as few as there are routes; `-` where it has none."""
        return "-" if self.route is None else template_of(self.route)

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
        if told := self.admitted.told:
            if isinstance(response, WrittenResponse):
                response.told = told
            else:
                add_lines(response.headers, told)
        return super().respond(response)


class EdgeApp(Sanic[Config, SimpleNamespace]):
    """A Sanic application that serves every request as a call.

    Attributes:
        admission: Lets requests in.
        answers: The answers that this worker knows already.
        at_once: How many requests each caller has under way.
        caller_class: The class of who does not say.
        deadline_seconds: How long a request may take, unless its caller says less.
        is_leaving: Whether each answer is the last one on its connection, and says so.
        journal: Gets a record of each request.
        longest_bodies: How many bytes may be sent to an upstream in one request, by its name; any number where it is not
            among them.
        metrics_are_public: Whether anyone may read them.
        overdue: Ends what takes longer.
        public_url: What the gateway is called from outside; None: as each caller addresses it.
        ready: Whether a load balancer should send requests here.
        traces: Gives each request its trace, and takes its span.
        trusted_proxies: Whose word counts for how a caller addresses it.
    """

    __slots__ = (
        "admission",
        "answers",
        "at_once",
        "caller_class",
        "deadline_seconds",
        "is_leaving",
        "journal",
        "longest_bodies",
        "metrics_are_public",
        "overdue",
        "public_url",
        "ready",
        "traces",
        "trusted_proxies",
    )

    admission: Admission
    answers: AnswerMemory
    at_once: AtOnce
    caller_class: Urgency
    deadline_seconds: float
    is_leaving: bool
    journal: Journal
    longest_bodies: Mapping[str, int]
    metrics_are_public: bool
    overdue: Overdue
    public_url: str | None
    ready: bool
    traces: Traces
    trusted_proxies: TrustedProxies

    def handle_request(self, request: Request) -> Coroutine[Any, Any, None]:
        """Serves one request.

        Raises:
            HeadgateError: It is not let in (`Admission.admitted`), or its caller has too many under way.
            InvalidRequest: One of our own header fields makes no sense.
        """
        asked = cast(EdgeRequest, request)
        asked.began = perf_counter()
        if self.is_leaving and asked.stream is not None:
            asked.stream.keep_alive = False  # type: ignore[attr-defined]  # Sanic's type of it has too little
        headers, method, now = asked.headers, asked.method, time()
        if method == "OPTIONS" and (told := self.admission.cors.preflight(headers)) is not None:
            return self._allowed_to_ask(asked, told)
        if self.admission.cors:  # pages read refusals, too
            asked.admitted = _NOT_ADMITTED._replace(told=self.admission.cors.fields(headers))
        asked.admitted = admitted = self.admission.admitted(asked, now)
        cache_control = cache_control_of(headers)
        if cache_control is None and (method == "GET" or method == "HEAD"):  # noqa: PLR1714 -- faster
            known = self.answers.fresh(asked.question, now)
            if known is not None:
                if says_own(headers):  # it can neither be late nor wait for others, but what makes no sense is refused
                    urgency_of(headers, self.caller_class, None)
                    timeout_seconds(headers, self.deadline_seconds)
                return self._given_again(asked, known, now)
        # Set, and never reset: a connection's requests come one after the other in its own task, each with its call.
        asked.call = call = Call(asked.request_id)
        set_call(call)
        caller = admitted.caller
        call.cache_control = cache_control
        call.caller_name = caller.name
        call.caller = f"key {caller.name}" if admitted.key_field else asked.peer
        call.allowance = caller.allowance
        call.urgency = urgency_of(headers, self.caller_class, caller.urgency)
        call.trace = self.traces.of(headers)
        seconds = timeout_seconds(headers, self.deadline_seconds)
        call.deadline = asyncio.get_running_loop().time() + seconds
        self.at_once.check(call.caller)
        return self._served(asked, call, super().handle_request(request))

    async def handle_exception(self, request: Request, exception: BaseException, run_middleware: bool = True) -> None:
        """As Sanic's. What was not even begun is noted here."""
        asked = cast(EdgeRequest, request)
        # Half a head whose caller has left is no request.
        is_begun = self.at_once.holds(asked) or (asked.method == UNREAD and isinstance(exception, RequestCancelled))
        try:
            await super().handle_exception(request, exception, run_middleware)
        finally:  # also where its caller has left, and nobody could be answered
            if not is_begun:
                self._note(asked)
        if not is_begun and asked.stream is not None and asked.stream.request_body:
            await take_rest(asked.stream)

    async def _served(self, request: EdgeRequest, call: Call, handling: Coroutine[Any, Any, None]) -> None:
        stream, is_over = request.stream, False
        try:
            with self.at_once.one_of(call.caller, request):
                try:
                    await self.overdue.served(request, handling, call.deadline)
                except DeadlineExceeded as late:
                    await self.handle_exception(cast("Request[Any, Any]", request), late)
                if stream is not None and stream.request_body:
                    await take_rest(stream)
            is_over = True
        finally:
            # Where it was cut off before an answer began and its caller is still there, Sanic goes on to answer it.
            is_lost = request.conn_info is not None and request.conn_info.lost
            if is_over or is_lost or stream is None or stream.stage is not Stage.HANDLER:
                self._note(request)

    def _note(self, request: EdgeRequest) -> None:
        if request.is_noted:
            return
        request.is_noted = True
        response = None if request.stream is None else request.stream.response
        call = request.call or Call(request.request_id)
        record = served(request, call, response, time())
        self.journal.write(record)
        self.traces.ended(record, call.trace)

    async def _given_again(self, request: EdgeRequest, known: KnownAnswer, now: float) -> None:
        """Answers without routing: an answer is known only where a handler has made it before for the same question."""
        stream, admitted, request_id = request.stream, request.admitted, request.request_id
        assert stream is not None  # noqa: S101 -- a request that is being handled has one
        response = known.answer.response(request, known.answer.lines(known.sources, now))
        response.told = admitted.told
        request.responded = True
        try:
            if isinstance(stream, StrictHttp) and not stream.request_body:
                await stream.send_whole(response, request_id)
            else:
                response.headers[REQUEST_ID_HEADER] = request_id
                stream.respond(response)
                await response.send(end_stream=True)
        finally:  # also where its caller has left meanwhile
            request.is_noted = True
            trace = self.traces.of_known(request.headers)
            record = served_from_memory(request, known, response, now, trace)
            self.journal.write(record)
            self.traces.ended(record, trace)

    async def _allowed_to_ask(self, request: EdgeRequest, told: Mapping[str, str]) -> None:
        """Answers a browser that asks on behalf of a page whether it may ask."""
        response = await request.respond(HTTPResponse(status=204, headers=dict(told)))
        await response.send(end_stream=True)
        self._note(request)
