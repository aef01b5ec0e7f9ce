"""What the stages of the cache tell each other about one request on its way down."""

from collections.abc import Callable
from dataclasses import dataclass

from app.transport.caching.entry import Entry, Key
from app.transport.caching.policy import Freshness
from app.transport.caching.reuse import Wants


@dataclass(slots=True, eq=False)
class Ticket:
    """Made by lookup, read by coalescing and filling.

    Attributes:
        key: Where the reply is found and kept.
        tags: What a write can mark it by.
        wants: What the caller's Cache-Control asks for.
        freshness: What the policy says of this route.
        shared: Whether replies are for everybody, so that what is `private` is not kept.
        reason: Why upstream is asked (`fwd` of RFC 9211 section 2.2).
        condition: The caller's own If-None-Match and If-Modified-Since lines, where upstream is to be asked with them.
        asked_at: When the caller came (seconds since the epoch).
        entry: What is stored and must be validated; None where there is nothing.
        sequence: The newest mark that was known when upstream was asked.
        release: Gives back the right to be the one who asks; called once others can see what came of it.
    """

    key: Key
    tags: tuple[str, ...]
    wants: Wants
    freshness: Freshness
    shared: bool
    reason: str
    condition: tuple[tuple[str, str], ...]
    asked_at: float
    entry: Entry | None = None
    sequence: int = 0
    release: Callable[[], None] | None = None
