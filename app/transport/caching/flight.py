"""One question that is under way, and those who wait for the answer: until when it is wanted, and who gets what of it."""

import asyncio
from collections.abc import Callable
from math import inf
from typing import NamedTuple

from app.call import Call, Urgency
from app.errors import CallerPointsSpent, DeadlineExceeded, HeadgateError, QueueFull, RateLimited
from app.transport.exchange import Buffered, Reply, Request


class NotShared(Exception):
    """The reply is another's alone (a stream, or what is private to whoever asked): the others ask for themselves."""


class AnotherVariant(Exception):
    """The reply varies with a field that this request has otherwise: those who have it alike ask together."""


class NotForThisOne(Exception):
    """What refused those with whom this one waited need not refuse it: it asks for itself and its like."""


class Passenger(NamedTuple):
    """One who waits for a flight.

    Attributes:
        request: What is asked.
        urgency: The class of who asks.
        begin_until: Until when something may be begun for it, on the event loop's clock (seconds).
        caller: Who asks (`Call.caller`).
        again: Whether it waited for another flight before, whose refusal was not about it.
    """

    request: Request
    urgency: Urgency
    begin_until: float
    caller: str = ""
    again: bool = False


class Flight:
    """One question that is under way, and those who wait for the answer.

    Attributes:
        request: What is asked, as who asked first has it.
        call: The flight's own.
        began_as: The class of who asked first.
        sequence: The newest mark that was known when it began.
        task: Runs it.
    """

    __slots__ = ("_loop", "_waiters", "began_as", "call", "request", "sequence", "task")

    def __init__(self, request: Request, call: Call, sequence: int, loop: asyncio.AbstractEventLoop) -> None:
        self.request = request
        self.call = call
        self.began_as = call.urgency
        self.sequence = sequence
        self.task: asyncio.Task[None] | None = None
        self._loop = loop
        self._waiters: list[tuple[asyncio.Future[Reply], Passenger]] = []

    async def landing(self, passenger: Passenger, until: float, upstream: str) -> Reply:
        """What the flight brings for `passenger`.

        Args:
            passenger: Whose class and patience the flight has from here on, where they are more than those it had.
            until: When to stop waiting, on the event loop's clock.
            upstream: Named in the error.

        Raises:
            DeadlineExceeded: `until` comes first; the flight goes on.
            NotShared, AnotherVariant, NotForThisOne: What came of it is not for this one.
        """
        call = self.call
        call.urgency = max(call.urgency, passenger.urgency)
        self.want_until(passenger.begin_until)
        waiter: asyncio.Future[Reply] = self._loop.create_future()
        self._waiters.append((waiter, passenger))
        timer = None if until == inf else self._loop.call_at(until, _expire, waiter, upstream)
        try:
            return await waiter
        except asyncio.CancelledError:
            _give_up(waiter)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def want_until(self, moment: float) -> None:
        """Somebody wants it until then (on the event loop's clock); whoever leaves earlier takes nothing away."""
        call = self.call
        call.wanted_until = min(max(call.wanted_until, moment), call.deadline)

    def land(self, reply: Reply, fits: Callable[[Request], bool], *, shared: bool) -> None:
        """Gives `reply` to those who wait: to one only unless it may be `shared`."""
        waiters, self._waiters = self._waiters, []
        taken = False
        for waiter, (request, *_) in waiters:
            if waiter.done():
                continue
            if taken and not shared:
                waiter.set_exception(NotShared())
            elif request is not self.request and not fits(request):
                waiter.set_exception(AnotherVariant())
            else:
                waiter.set_result(reply.told(f"{reply.cache}; collapsed") if taken else reply)
                taken = True
        if not taken and not isinstance(reply, Buffered):
            reply.close()

    def fail(self, error: Exception) -> None:
        """Each who waits gets an error of its own: a shared one would collect the tracebacks of all. Or none, and asks
        again: whom the refusal was not about. Those are told first of whom it is least likely to be, so that it leads
        the others.
        """
        waiters, self._waiters = self._waiters, []
        for waiter, passenger in sorted(waiters, key=_rank, reverse=True):
            if waiter.done():
                continue
            if self._is_about(passenger, error):
                waiter.set_exception(error.fresh() if isinstance(error, HeadgateError) else error)
            else:
                waiter.set_exception(NotForThisOne())

    def _is_about(self, passenger: Passenger, error: Exception) -> bool:
        """Whether an error ends the waiting of `passenger`, too.

        Not a refusal for want of budget, of a turn or of time where it is of a higher class than who asked first: it
        may spend what is kept from lower ones, and may have come when the refusal was decided already. Nor a want of
        time where it has more than the flight had; but that once, and never for who asked first. Nor what another may not
        spend: each has an allowance of its own.
        """
        if not isinstance(error, RateLimited | QueueFull | DeadlineExceeded):
            return True
        if isinstance(error, CallerPointsSpent):
            return passenger.caller == self.call.caller
        if passenger.urgency > self.began_as:
            return False
        if passenger.again or passenger.request is self.request or not isinstance(error, DeadlineExceeded):
            return True
        return passenger.begin_until <= self.call.begin_until


def _rank(waiting: "tuple[asyncio.Future[Reply], Passenger]") -> tuple[Urgency, float]:
    _, passenger = waiting
    return passenger.urgency, passenger.begin_until


def _expire(waiter: "asyncio.Future[Reply]", upstream: str) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceeded(f"{upstream} had not answered when the caller's time ran out"))


def _give_up(waiter: "asyncio.Future[Reply]") -> None:
    """Its caller left in the moment in which it was answered: a stream must be closed by somebody."""
    if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
        reply = waiter.result()
        if not isinstance(reply, Buffered):
            reply.close()
