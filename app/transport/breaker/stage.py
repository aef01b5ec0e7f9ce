"""The stage that leaves a failing upstream alone. Every attempt passes it, a repeated one like the first."""

from collections.abc import Callable
from functools import partial
from math import ceil
from typing import Final

from app.errors import CircuitOpen, RedirectRefused, ReplyTooLarge, TransportError
from app.logs.logger import logger_of
from app.transport.breaker.circuit import Circuit, Transition
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage

logger = logger_of(__name__)

PROBING_SECONDS: Final = 1.0
"""When to come again while a probe is under way: nobody knows how long it takes, and most take less."""

_OF_THE_REQUEST: Final = frozenset({501, 505})


def is_failure(status: int) -> bool:
    """Whether a reply's status says that upstream is not well.

    500 is one: what the breaker asks is whether it is worth asking upstream at all, and one that answers every second
    request with 500 serves a caller worse than a stale answer does. (Whether it is worth asking the same again is
    another question, the retry stage's.) One broken path does not open a circuit, which takes a share of all requests.
    Those that no document names (a CDN's 520 to 530) count as 500 does (RFC 9110 section 15).

    501 and 505 are about what was asked (RFC 9110 sections 15.6.2 and 15.6.6). Anything below 500 is a sign of life, a
    limit (403, 429) as well.
    """
    return status >= 500 and status not in _OF_THE_REQUEST


def _nobody(refusal: Callable[[], CircuitOpen]) -> None:
    """Where nobody waits below."""


class Breaker:
    """Asks upstream as long as its circuit admits it, and tells the circuit what came of it.

    A reply that streams is settled by the end of its body, but a probe by its head: a long download would keep all
    others out. What says nothing of upstream settles nothing: a caller who left or whose time ran out, a request that
    could not be sent, one that the budget below did not let pass.

    Raises:
        CircuitOpen: Upstream is left alone, or a probe is under way. It was not asked.
    """

    def __init__(
        self,
        following: Stage,
        upstream: str,
        circuit: Circuit,
        *,
        clock: Callable[[], float],
        turn_away: Callable[[Callable[[], CircuitOpen]], None] = _nobody,
    ) -> None:
        """Besides its collaborators.

        Args:
            clock: Seconds since any moment, never going back.
            turn_away: Refuses those who were let pass and wait below, each with an error of its own.
        """
        self._turn_away = turn_away
        self._following = following
        self._upstream = upstream
        self._circuit = circuit
        self._clock = clock

    async def send(self, request: Request) -> Reply:
        circuit = self._circuit
        now = self._clock()
        ticket = circuit.admit(now)
        if ticket is None:
            raise self._refusal(now)
        try:
            reply = await self._following.send(request)
        except BaseException as error:  # a caller who leaves gives the probe's place back, too
            self._ended(ticket, error)
            raise
        if is_failure(reply.status):
            self._failed(ticket, f"status {reply.status}")
        elif isinstance(reply, Buffered) or circuit.probing:
            self._succeeded(ticket)
        else:
            reply.on_end(partial(self._ended, ticket))
        return reply

    def _ended(self, ticket: int, error: BaseException | None) -> None:
        if error is None or isinstance(error, ReplyTooLarge | RedirectRefused):  # it answers, if more than we take
            self._succeeded(ticket)
        elif isinstance(error, TransportError):
            self._failed(ticket, error.code)
        else:
            self._circuit.abandoned(ticket)

    def _succeeded(self, ticket: int) -> None:
        if self._circuit.succeeded(ticket, self._clock()) is Transition.CLOSED:
            logger.info("circuit closed", upstream=self._upstream)

    def _failed(self, ticket: int, reason: str) -> None:
        now = self._clock()
        match self._circuit.failed(ticket, now):
            case Transition.OPENED:
                self._turn_away(partial(self._refusal, now))
                seen = self._circuit.snapshot(now)
                logger.warning(
                    "circuit opened",
                    upstream=self._upstream,
                    failures=seen.failures,
                    of=seen.requests,
                    within_seconds=self._circuit.rules.window_seconds,
                    last=reason,
                )
            case Transition.OPENED_AGAIN:
                logger.info("circuit opened again", upstream=self._upstream, probe=reason)
            case _:
                pass

    def _refusal(self, now: float) -> CircuitOpen:
        seconds = self._circuit.left_alone_seconds(now)
        if seconds > 0:
            future = f"is left alone for {ceil(seconds)} s"
        else:
            seconds, future = PROBING_SECONDS, "is being asked whether it is well again"
        return CircuitOpen(
            self._upstream,
            f"{self._upstream} failed too often a moment ago and {future}",
            retry_after_seconds=seconds,
        )
