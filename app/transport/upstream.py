"""One upstream as the layers above see it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

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
        session: Holds its `ClientSession`.
        health: What this worker has seen of it.
    """

    name: str
    kind: str
    base_url: str
    dialect: Dialect
    transport: Stage
    session: UpstreamSession
    health: Health = field(default_factory=Health)


Upstreams = Mapping[str, Upstream]
"""All upstreams of the configuration, by name, in its order."""


async def open_sessions(upstreams: Upstreams) -> AsyncIterator[None]:
    """The container's managed resource: a worker's sessions, one per upstream, opened in its loop, closed with it.

    When one cannot be opened (an unreadable CA file), those opened before it are closed and the error goes up.
    """
    async with AsyncExitStack() as stack:
        for upstream in upstreams.values():
            await upstream.session.open()
            stack.push_async_callback(upstream.session.close)
        yield
