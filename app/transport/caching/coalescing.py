"""One flight per key: however many ask for the same at once, upstream is asked once (also by the machine's other workers).

A flight runs in a task of its own, with a call of its own, so a caller who leaves cancels nobody. It is as urgent as the
most urgent of those who wait for it, and begins something until the most patient of them leaves; what is under way by
then it ends, for the cache.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from math import inf
from typing import Protocol

from app.call import Call, current_call, set_call
from app.errors import DeadlineExceeded, HeadgateError, SessionNotOpen
from app.logs.logger import logger_of
from app.transport.caching.entries import nothing_yet
from app.transport.caching.entry import Entry, Key
from app.transport.caching.flight import AnotherVariant, Flight, NotForThisOne, NotShared, Passenger
from app.transport.caching.store import Lease
from app.transport.caching.ticket import Ticket
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage

logger = logger_of(__name__)

FIRST_LOOK_SECONDS = 0.005
LAST_LOOK_SECONDS = 0.1
"""How long between two looks whether another worker's flight has landed, at first and at last."""
UNSHAREABLE_SECONDS = 60.0
"""For so long a reply that was too large to be shared is expected to be so again."""
UNSHAREABLE_KEYS = 10_000


FlightName = tuple[Key, tuple[tuple[str, str], ...], bool]
"""Those who ask for the same in the same way can share one answer: the key, the condition, whether it may stream."""


class Sharing(Stage, Protocol):
    """The stage below, which knows who may have what came of it."""

    async def has_answer(self, request: Request, ticket: Ticket) -> bool:
        """Whether something has been stored meanwhile that answers `request`, so that nobody need be asked."""
        ...

    def may_share(self, reply: Buffered, ticket: Ticket) -> bool:
        """Whether others than the one who asked may have the reply, who asked for the same meanwhile."""
        ...

    def fits(self, reply: Reply, asked: Request, other: Request) -> bool:
        """Whether the reply to `asked` may answer `other`."""
        ...


class Marks(Protocol):
    """Of a store what flights need: what was written since, and who may ask."""

    @property
    def sequence(self) -> int: ...

    def is_marked(self, entry: Entry) -> bool: ...

    def lease(self, key: Key) -> Lease | None: ...


class Coalescing:
    """Shares the reply of one request among all who ask for the same meanwhile.

    Raises:
        DeadlineExceeded: The caller's own deadline came before the end of the flight, which goes on.
    """

    def __init__(
        self,
        following: Sharing,
        upstream: str,
        store: Marks,
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

    async def send(self, request: Request, until: float = inf) -> Reply:
        """As every stage's, and what nobody would wait for is not begun.

        Args:
            request: With its ticket, where it may be shared.
            until: When the caller stops waiting, where that is before its deadline (on the event loop's clock).
        """
        ticket = request.ticket
        if ticket is None:
            return await self._following.send(request)
        loop = asyncio.get_running_loop()
        if self._unshareable and self._unshareable.get(ticket.key, 0) > loop.time():
            return await self._following.send(request)
        call = current_call()
        passenger = Passenger(request, call.urgency, call.begin_until, call.caller)
        until = min(until, call.begin_until)
        while True:
            if until <= loop.time():
                raise DeadlineExceeded(f"no time left to ask {self._upstream}")
            flight = self._flights.get((ticket.key, ticket.condition, request.may_stream))
            leads = flight is None or self._is_outdated(flight) or (passenger.again and flight.began_as < call.urgency)
            if flight is None or leads:
                flight = self._started(request, ticket, call, loop)
            try:
                return await flight.landing(passenger, until, self._upstream)
            except AnotherVariant:
                continue  # whoever comes first now asks for all who want this one
            except NotForThisOne:
                # From here on it waits with nobody of a lower class, so that this ends.
                passenger = passenger._replace(again=True)
            except NotShared:
                break
            finally:
                if leads:
                    call.points += flight.call.points
        return await self._following.send(request)

    def refresh(self, request: Request) -> None:
        """Sends `request` in the background, unless it is under way already: for whoever comes next."""
        ticket = request.ticket
        if ticket is None:
            return
        flight = self._flights.get((ticket.key, ticket.condition, request.may_stream))
        if flight is None:
            flight = self._started(request, ticket, current_call(), asyncio.get_running_loop())
        flight.want_until(inf)

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
        """A flight that nobody waits for yet: whoever does says until when it is wanted."""
        now = loop.time()
        its_call = call.of_flight(now, now + self._flight_seconds)
        flight = Flight(request, its_call, self._store.sequence, loop)
        self._flights[ticket.key, ticket.condition, request.may_stream] = flight
        self._under_way.add(flight)
        flight.task = loop.create_task(self._fly(flight, request, ticket))
        return flight

    async def _fly(self, flight: Flight, request: Request, ticket: Ticket) -> None:
        set_call(flight.call)
        try:
            await self._lease(request, ticket, flight.call)
            reply = await self._following.send(request)
        except Exception as error:
            flight.fail(error)
            if not isinstance(error, HeadgateError):
                logger.exception("a request ended by an error that nobody foresaw", upstream=self._upstream)
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

    async def _lease(self, request: Request, ticket: Ticket, call: Call) -> None:
        """Waits while another worker asks for the same, then asks, or finds what it has stored. `call` is the flight's:
        it may be wanted for longer once others have joined. On a hot key that is never fresh the other worker may have
        the lease again before we look: what it has stored meanwhile does as well.
        """
        pause = FIRST_LOOK_SECONDS
        loop = asyncio.get_running_loop()
        while (lease := self._store.lease(ticket.key)) is None:
            if loop.time() + pause > call.begin_until:
                raise DeadlineExceeded(f"another worker had no answer of {self._upstream} in time")
            await self._sleep(pause)
            if await self._following.has_answer(request, ticket):
                return
            pause = min(LAST_LOOK_SECONDS, pause * 1.5)
        ticket.release = lease.release

    def _remember_unshareable(self, key: Key) -> None:
        if len(self._unshareable) >= UNSHAREABLE_KEYS:
            self._unshareable.clear()
        self._unshareable[key] = asyncio.get_running_loop().time() + UNSHAREABLE_SECONDS


def _ticket(request: Request) -> Ticket:
    assert request.ticket is not None  # noqa: S101 -- only such requests fly
    return request.ticket
