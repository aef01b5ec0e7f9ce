"""Traces, on the way to an upstream: what it is told of ours, and a span for each stage while spans are made."""

from collections.abc import Callable
from functools import partial
from random import getrandbits
from time import time_ns
from urllib.parse import urlsplit

from multidict import CIMultiDict

from app.errors import HeadgateError
from app.spans.current import current_trace, under_way
from app.spans.span import Attribute, Kind, Span, Spans, method_attribute
from app.trace import TraceContext, traceparent_of
from app.transport.caching.coalescing import Sharing
from app.transport.caching.ticket import Ticket
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage


class TracePropagation:
    """The stage that tells upstream which trace it is asked in. It stands below the cache, so that no key holds a trace, and
    above the credentials.
    """

    def __init__(self, following: Stage) -> None:
        self._following = following

    async def send(self, request: Request) -> Reply:
        trace = current_trace()
        if trace is None:
            return await self._following.send(request)
        headers = CIMultiDict(request.headers)
        headers["traceparent"] = traceparent_of(trace)
        if trace.state:
            headers["tracestate"] = trace.state
        else:
            headers.popall("tracestate", None)
        return await self._following.send(request.with_headers(headers))


class Traced:
    """A stage with a span of its own, to the end of the reply's body."""

    def __init__(
        self,
        following: Stage,
        name: str,
        upstream: str,
        spans: Spans,
        *,
        clock_ns: Callable[[], int] = time_ns,
        randbits: Callable[[int], int] = getrandbits,
    ) -> None:
        """Besides its collaborators.

        Args:
            following: The stage that the span is about.
            name: What that stage is called.
            clock_ns: Nanoseconds since the epoch.
            randbits: `randbits(n)` is a number of n random bits.
        """
        self._following = following
        self._name = name
        self._upstream = upstream
        self._spans = spans
        self._clock_ns = clock_ns
        self._randbits = randbits

    async def send(self, request: Request) -> Reply:
        above = current_trace()
        if above is None or not above.is_recorded:
            return await self._following.send(request)
        trace = above.child(self._randbits)
        began_ns = self._clock_ns()
        with under_way(trace):
            try:
                reply = await self._following.send(request)
            except BaseException as error:  # a caller who has left, too, ends the span
                self._end(request, trace, began_ns, None, error)
                raise
        if isinstance(reply, Buffered):
            self._end(request, trace, began_ns, reply, None)
        else:
            reply.on_end(partial(self._end, request, trace, began_ns, reply))
        return reply

    def _end(
        self, request: Request, trace: TraceContext, began_ns: int, reply: Reply | None, error: BaseException | None
    ) -> None:
        attributes = self._attributes(request)
        if reply is not None:
            attributes["http.response.status_code"] = reply.status
            if reply.cache:
                attributes["headgate.cache"] = reply.cache
        if error is not None:
            attributes["error.type"] = error.code if isinstance(error, HeadgateError) else type(error).__name__
        elif self._is_failure(reply):
            attributes["error.type"] = str(attributes["http.response.status_code"])
        name, kind = self._called(request)
        failed = "error.type" in attributes
        self._spans.ended(Span(name, kind, trace, began_ns, self._clock_ns(), attributes, failed))

    def _called(self, request: Request) -> tuple[str, Kind]:  # noqa: ARG002 -- a client's span is called by the method
        return self._name, Kind.INTERNAL

    def _attributes(self, request: Request) -> dict[str, Attribute]:  # noqa: ARG002 -- a client's has more
        return {"headgate.upstream": self._upstream}

    def _is_failure(self, reply: Reply | None) -> bool:  # noqa: ARG002 -- a client's looks at it
        return False


class TracedSharing(Traced):
    """The same for the stage that stores, which knows more than to send."""

    def __init__(self, following: Sharing, name: str, upstream: str, spans: Spans) -> None:
        super().__init__(following, name, upstream, spans)
        self._sharing = following

    async def has_answer(self, request: Request, ticket: Ticket) -> bool:
        return await self._sharing.has_answer(request, ticket)

    def may_share(self, reply: Buffered, ticket: Ticket) -> bool:
        return self._sharing.may_share(reply, ticket)

    def fits(self, reply: Reply, asked: Request, other: Request) -> bool:
        return self._sharing.fits(reply, asked, other)


class TracedClient(Traced):
    """The span of one request to the upstream, as OpenTelemetry wants a client's."""

    def __init__(self, following: Stage, upstream: str, base_url: str, spans: Spans) -> None:
        super().__init__(following, "", upstream, spans)
        parts = urlsplit(base_url)
        self._base_url = base_url
        self._address: dict[str, Attribute] = {
            "server.address": parts.hostname or "",
            "server.port": parts.port or (443 if parts.scheme == "https" else 80),
        }

    def _called(self, request: Request) -> tuple[str, Kind]:
        method = method_attribute(request.method)
        return method if method == request.method else "HTTP", Kind.CLIENT

    def _attributes(self, request: Request) -> dict[str, Attribute]:
        path, _, _ = request.target.partition("?")
        return {
            "http.request.method": method_attribute(request.method),
            "url.full": f"{self._base_url}{path}",
            **self._address,
            **super()._attributes(request),
        }

    def _is_failure(self, reply: Reply | None) -> bool:
        return reply is not None and reply.status >= 400
