"""Identical questions that HTTP takes for writes, GraphQL's queries, share one reply while they are under way.

Nothing of them is stored, so that other workers gain nothing by waiting: there is no lease.
"""

from collections.abc import Callable
from hashlib import blake2b
from time import time
from typing import Final

from app.call import current_call
from app.identity import Identity
from app.transport.caching import status_field
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.entry import Entry, Key
from app.transport.caching.memory import FreeLease
from app.transport.caching.policy import Freshness
from app.transport.caching.reuse import NOTHING_WANTED
from app.transport.caching.store import Lease, Store
from app.transport.caching.ticket import Ticket
from app.transport.dialect import Dialect
from app.transport.exchange import Buffered, Reply, Request
from app.transport.stage import Stage

_AS_UPSTREAM_SAYS: Final = Freshness()
_THAT_COUNT: Final = ("accept", "content-type")


class Queries:
    """Sends a query, or joins the one that is the same to the letter and asked on the same behalf."""

    def __init__(
        self,
        following: Stage,
        upstream: str,
        store: Store,
        dialect: Dialect,
        own: Identity,
        *,
        flight_seconds: float,
        clock: Callable[[], float] = time,
    ) -> None:
        """Besides its collaborators.

        Args:
            own: The gateway's own identity there, for calls that bring none.
            flight_seconds: How long one may take at most, whoever waits for it.
            clock: Seconds since the epoch.
        """
        self._upstream = upstream
        self._dialect = dialect
        self._own = own
        self._clock = clock
        self.flights = Coalescing(_Unkept(following), upstream, _Marks(store), flight_seconds=flight_seconds)

    async def send(self, request: Request) -> Reply:
        return await self.flights.send(request.with_ticket(self._ticket(request)))

    def _ticket(self, request: Request) -> Ticket:
        body, headers = request.body, request.headers
        assert isinstance(body, bytes)  # noqa: S101 -- nobody can tell of a stream that it is a query
        target = request.target
        fields = tuple(", ".join(headers.getall(name, ())) for name in _THAT_COUNT)
        asked = f"{target}#{blake2b(body, digest_size=16).hexdigest()}"
        partition = (current_call().identity or self._own).partition
        key = Key(self._upstream, partition, asked, (*self._dialect.key_fields(headers), *fields))
        # What is written to the target (a mutation) makes those outdated that left before: who comes after asks anew.
        tags = (f"{self._upstream}/{target}",)
        return Ticket(key, tags, NOTHING_WANTED, _AS_UPSTREAM_SAYS, False, "method", (), self._clock())


class _Unkept:
    """In the place of the stage that stores: what comes is for those who wait, if they may have it, and for nobody else."""

    def __init__(self, following: Stage) -> None:
        self._following = following

    async def send(self, request: Request) -> Reply:
        reply = await self._following.send(request.with_ticket(None))
        return reply.told(status_field.forwarded("method"))

    async def has_answer(self, request: Request, ticket: Ticket) -> bool:  # noqa: ARG002 -- nothing is stored
        return False

    def may_share(self, reply: Buffered, ticket: Ticket) -> bool:  # noqa: ARG002 -- they are on the same behalf
        return "Set-Cookie" not in reply.headers

    def fits(self, reply: Reply, asked: Request, other: Request) -> bool:  # noqa: ARG002 -- they are the same
        return True


class _Marks:
    """Of the store only what was written, and no lease that anybody would wait for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def sequence(self) -> int:
        return self._store.sequence

    def is_marked(self, entry: Entry) -> bool:
        return self._store.is_marked(entry)

    def lease(self, key: Key) -> Lease | None:  # noqa: ARG002 -- the protocol's
        return FreeLease()
