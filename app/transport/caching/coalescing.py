"""One flight per key: however many ask for the same at once, upstream is asked once (also by the machine's other workers).

A flight runs in a task of its own with a deadline of its own, so a caller who leaves cancels nobody.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from math import inf

from app.call import Call, current_call, set_call
from app.errors import DeadlineExceeded, HeadgateError, SessionNotOpen
from app.transport.caching.entries import nothing_yet
from app.transport.caching.entry import Key
from app.transport.caching.filling import CacheFilling
from app.transport.caching.store import Store
from app.transport.caching.ticket import Ticket
from app.transport.exchange import Buffered, Reply, Request

logger = logging.getLogger(__name__)

FIRST_LOOK_SECONDS = 0.005
LAST_LOOK_SECONDS = 0.1
"""How long between two looks whether another worker's flight has landed, at first and at last."""
UNSHAREABLE_SECONDS = 60.0
"""For so long a reply that was too large to be shared is expected to be so again."""
UNSHAREABLE_KEYS = 10_000


FlightName = tuple[Key, tuple[tuple[str, str], ...], bool]
"""Those who ask for the same in the same way can share one answer: the key, the condition, whether it may stream."""


class NotShared(Exception):
    """The reply is another's alone (a stream, or what is private to whoever asked): the others ask for themselves."""


class AnotherVariant(Exception):
    """The reply varies with a field that this request has otherwise: those who have it alike ask together."""


class Flight:
    """One question that is under way, and those who wait for the answer."""

    __slots__ = ("_loop", "_waiters", "request", "sequence", "task")

    def __init__(self, request: Request, sequence: int, loop: asyncio.AbstractEventLoop) -> None:
        self.request = request
        self.sequence = sequence
        self.task: asyncio.Task[None] | None = None
        self._loop = loop
        self._waiters: list[tuple[asyncio.Future[Reply], Request]] = []

    async def landing(self, request: Request, deadline: float, upstream: str) -> Reply:
        """What the flight brings for `request`.

        Raises:
            DeadlineExceeded: `deadline` (the event loop's clock) comes first; the flight goes on.
            NotShared, AnotherVariant: It is not for this one.
        """
        waiter: asyncio.Future[Reply] = self._loop.create_future()
        self._waiters.append((waiter, request))
        timer = None if deadline == inf else self._loop.call_at(deadline, _expire, waiter, upstream)
        try:
            return await waiter
        except asyncio.CancelledError:
            _give_up(waiter)
            raise
        finally:
            if timer is not None:
                timer.cancel()

    def land(self, reply: Reply, fits: Callable[[Request], bool], *, shared: bool) -> None:
        """Gives `reply` to those who wait: to one only unless it may be `shared`."""
        waiters, self._waiters = self._waiters, []
        taken = False
        for waiter, request in waiters:
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
        """Each who waits gets an error of its own: a shared one would collect the tracebacks of all."""
        waiters, self._waiters = self._waiters, []
        for waiter, _ in waiters:
            if not waiter.done():
                waiter.set_exception(error.fresh() if isinstance(error, HeadgateError) else error)


class Coalescing:
    """Shares the reply of one request among all who ask for the same meanwhile.

    Raises:
        DeadlineExceeded: The caller's own deadline came before the end of the flight, which goes on.
    """

    def __init__(
        self,
        following: CacheFilling,
        upstream: str,
        store: Store,
        *,
        flight_seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Besides its collaborators.

        Args:
            flight_seconds: How long a flight may take at most, whoever waits for it.
            sleep: Waits between two looks at what another worker does.
        """
        self._following = following
        self._upstream = upstream
        self._store = store
        self._flight_seconds = flight_seconds
        self._sleep = sleep
        self._flights: dict[FlightName, Flight] = {}
        self._under_way: set[Flight] = set()  # also those that something written has made outdated
        self._unshareable: dict[Key, float] = {}

    async def send(self, request: Request) -> Reply:
        ticket = request.ticket
        if ticket is None:
            return await self._following.send(request)
        loop = asyncio.get_running_loop()
        if self._unshareable and self._unshareable.get(ticket.key, 0) > loop.time():
            return await self._following.send(request)
        call = current_call()
        while True:
            flight = self._flights.get((ticket.key, ticket.condition, request.may_stream))
            if flight is None or self._is_outdated(flight):
                flight = self._started(request, ticket, call, loop)
            try:
                return await flight.landing(request, call.deadline, self._upstream)
            except AnotherVariant:
                continue  # whoever comes first now asks for all who want this one
            except NotShared:
                break
        return await self._following.send(request)

    def refresh(self, request: Request) -> None:
        """Sends `request` in the background, unless it is under way already."""
        ticket = request.ticket
        if ticket is not None and (ticket.key, ticket.condition, request.may_stream) not in self._flights:
            self._started(request, ticket, current_call(), asyncio.get_running_loop())

    async def close(self) -> None:
        """Ends what is under way: for the end of a worker, after its last caller."""
        flights = [*self._under_way]
        tasks = [flight.task for flight in flights if flight.task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for flight in flights:  # a task that is cancelled before it began leaves its flight as it was
            self._ended(flight)

    def _is_outdated(self, flight: Flight) -> bool:
        """Whether something was written since it left: who comes after the write must see it."""
        if self._store.sequence == flight.sequence:
            return False
        return self._store.is_marked(nothing_yet(_ticket(flight.request).tags, flight.sequence))

    def _started(self, request: Request, ticket: Ticket, call: Call, loop: asyncio.AbstractEventLoop) -> Flight:
        flight = Flight(request, self._store.sequence, loop)
        self._flights[ticket.key, ticket.condition, request.may_stream] = flight
        self._under_way.add(flight)
        its_call = Call(call.request_id, call.identity, loop.time() + self._flight_seconds, call.urgency)
        flight.task = loop.create_task(self._fly(flight, request, ticket, its_call))
        return flight

    async def _fly(self, flight: Flight, request: Request, ticket: Ticket, call: Call) -> None:
        set_call(call)
        try:
            await self._lease(ticket, call.deadline)
            reply = await self._following.send(request)
        except Exception as error:
            flight.fail(error)
            if not isinstance(error, HeadgateError):
                logger.exception("a request to %s ended by an error that nobody foresaw", self._upstream)
        else:
            if not isinstance(reply, Buffered):
                self._remember_unshareable(ticket.key)
            following = self._following
            shared = isinstance(reply, Buffered) and following.may_share(reply, ticket)
            flight.land(reply, partial(following.fits, reply, request), shared=shared)
        finally:
            self._ended(flight)

    def _ended(self, flight: Flight) -> None:
        request, ticket = flight.request, _ticket(flight.request)
        self._under_way.discard(flight)
        name = (ticket.key, ticket.condition, request.may_stream)
        if self._flights.get(name) is flight:
            del self._flights[name]
        if ticket.release is not None:
            ticket.release()
        flight.fail(SessionNotOpen(f"this worker stops asking {self._upstream}"))  # nobody, but at the very end

    async def _lease(self, ticket: Ticket, deadline: float) -> None:
        """Waits while another worker asks for the same, then asks, or finds what it has stored."""
        pause = FIRST_LOOK_SECONDS
        loop = asyncio.get_running_loop()
        while (lease := self._store.lease(ticket.key)) is None:
            if loop.time() + pause > deadline:
                raise DeadlineExceeded(f"another worker had no answer of {self._upstream} in time")
            await self._sleep(pause)
            pause = min(LAST_LOOK_SECONDS, pause * 1.5)
        ticket.release = lease.release

    def _remember_unshareable(self, key: Key) -> None:
        if len(self._unshareable) >= UNSHAREABLE_KEYS:
            self._unshareable.clear()
        self._unshareable[key] = asyncio.get_running_loop().time() + UNSHAREABLE_SECONDS


def _ticket(request: Request) -> Ticket:
    assert request.ticket is not None  # noqa: S101 -- only such requests fly
    return request.ticket


def _expire(waiter: "asyncio.Future[Reply]", upstream: str) -> None:
    if not waiter.done():
        waiter.set_exception(DeadlineExceeded(f"{upstream} had not answered when the caller's time ran out"))


def _give_up(waiter: "asyncio.Future[Reply]") -> None:
    """Its caller left in the moment in which it was answered: a stream must be closed by somebody."""
    if waiter.done() and not waiter.cancelled() and waiter.exception() is None:
        reply = waiter.result()
        if not isinstance(reply, Buffered):
            reply.close()
