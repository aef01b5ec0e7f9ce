"""A stored reply as the layers above meet it: they keep it beside what they made of it, and ask it whether it holds."""

from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Any

from app.call import Exchange, current_call
from app.transport.caching.entry import Entry, Key
from app.transport.caching.reuse import NOTHING_WANTED, Verdict, judge
from app.transport.caching.status_field import CACHE_NAME
from app.transport.caching.store import Store
from app.transport.exchange import Buffered, Reply, Request

HIT = f"{CACHE_NAME}; hit"
_DERIVED_LIMIT = 4


class Shelf:
    """Where the stored replies of one upstream stand.

    Attributes:
        upstream: Its name in the configuration.
        store: Holds them.
        decompressed_limit_bytes: As in `Buffered`.
        ask: Asks through the cache; lookup, which is made later, puts itself there.
    """

    __slots__ = ("ask", "decompressed_limit_bytes", "store", "upstream")

    ask: Callable[[Request], Awaitable[Reply]]

    def __init__(self, upstream: str, store: Store, decompressed_limit_bytes: int) -> None:
        self.upstream = upstream
        self.store = store
        self.decompressed_limit_bytes = decompressed_limit_bytes

    def reply(self, entry: Entry, key: Key, request: Request, status: str) -> Buffered:
        """The stored reply as an answer to `request`; `status` as in `Source`."""
        source = Remembered(self, entry, key, request, status)
        return Buffered(
            self.upstream,
            entry.status,
            entry.headers,
            entry.content.body,
            self.decompressed_limit_bytes,
            source,
            status,
        )


class Remembered:
    """A `Source` (app/call.py) that stands for an entry.

    Attributes:
        entry: What is stored.
        made: What somebody above has made of the reply, by a name of theirs, for whoever wants the same again.
    """

    __slots__ = ("_key", "_request", "_shelf", "born_at", "entry", "fresh_until", "made", "status")

    def __init__(self, shelf: Shelf, entry: Entry, key: Key, request: Request, status: str) -> None:
        self._shelf = shelf
        self._key = key
        self._request = request
        self.entry = entry
        self.born_at = entry.born_at
        self.fresh_until = entry.fresh_until
        self.status = status
        self.made: dict[object, Any] = {}

    @property
    def size_bytes(self) -> int:
        return self.entry.size_bytes

    def is_fresh(self, now: float) -> bool:
        """Whether the store would answer the same question with this entry, without asking upstream."""
        store = self._shelf.store
        if self.entry not in store.glance(self._key):  # entries compare by identity
            return False
        return judge(self.entry, NOTHING_WANTED, now, marked=store.is_marked(self.entry)) is Verdict.FRESH

    def decoded_to(self, body: bytes) -> None:
        """Keeps the body without its content coding beside the stored one."""
        self.entry.content.decoded = body
        self._shelf.store.grown(self._key)

    def distrust(self) -> None:
        """Upstream is asked before this worker uses it again. Where it says that it still holds, that costs nothing."""
        self.entry.always_validate = True

    def derived(self, name: Hashable, make: Callable[[], bytes]) -> bytes:
        """As in `Source`. It outlives a 304, which makes a new entry on the same content."""
        kept = self.entry.content.derived
        if name not in kept:
            kept[name] = make()
            if len(kept) > _DERIVED_LIMIT:
                del kept[next(iter(kept))]
            self._shelf.store.grown(self._key)
        return kept[name]

    async def again(self) -> "Remembered | None":
        """Asks the same question once more; None when what comes has another body or is not remembered."""
        started = monotonic()
        reply = await self._shelf.ask(self._request)
        current_call().exchanges.append(
            Exchange(
                self._shelf.upstream, self._request.method, reply.status, "reply", monotonic() - started, reply.cache
            )
        )
        source = reply.source
        if isinstance(source, Remembered) and source.entry.content is self.entry.content:
            return source
        if not isinstance(reply, Buffered):
            reply.close()
        return None
