"""One upstream as the layers above see it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from app.transport.access import Access
from app.transport.budget.stage import Budget
from app.transport.caching.coalescing import Coalescing
from app.transport.caching.store import Store
from app.transport.dialect import Dialect
from app.transport.health import Health
from app.transport.session import UpstreamSession
from app.transport.stage import Stage


@dataclass(frozen=True, slots=True)
class Upstream:
    """Everything of one upstream, put together once per worker.

    Attributes:
        name: As the configuration names it.
        kind: Which dialect it speaks (`github`, `facebook`, `http`).
        base_url: Absolute, ending in `/`.
        dialect: Its rules.
        transport: The outermost stage: where requests go in.
        direct: A stage below the cache: for what only the upstream itself can answer.
        session: Holds its `ClientSession`.
        health: What this worker has seen of it.
        flights: What is under way there, whoever waits for it.
        budget: What its quotas allow, and who waits; None where nothing is ever asked.
        access: What of it a mount offers; None: everything.
    """

    name: str
    kind: str
    base_url: str
    dialect: Dialect
    transport: Stage
    direct: Stage
    session: UpstreamSession
    health: Health = field(default_factory=Health)
    flights: tuple[Coalescing, ...] = ()
    budget: Budget | None = None
    access: Access | None = None


Upstreams = Mapping[str, Upstream]
"""All upstreams of the configuration, by name, in its order."""


async def open_sessions(upstreams: Upstreams, store: Store) -> AsyncIterator[None]:
    """The container's managed resource: a worker's store and sessions, opened in its loop, closed with it.

    When one cannot be opened (an unreadable CA file), what was opened before it is closed and the error goes up. At the
    end what is still under way is ended before its session is closed, and the store, which keeps its reply, comes last.
    """
    async with AsyncExitStack() as stack:
        await store.open()
        stack.push_async_callback(store.close)
        for upstream in upstreams.values():
            await upstream.session.open()
            stack.push_async_callback(upstream.session.close)
            for flights in upstream.flights:
                stack.push_async_callback(flights.close)
        yield
