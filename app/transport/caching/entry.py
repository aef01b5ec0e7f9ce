"""A stored reply, and the key under which it is found. Plain values."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from app.transport.exchange import Headers


class Key(NamedTuple):
    """The primary cache key (RFC 9111 section 2). GET and HEAD share one.

    Attributes:
        upstream: Its name in the configuration.
        partition: Whose private corner it is (`Identity.partition`); never a credential.
        target: Path and query relative to the upstream's base URL, as in `Request.target`.
        fields: The values of the request's fields that always count for this upstream (`Dialect.key_fields`).
    """

    upstream: str
    partition: str
    target: str
    fields: tuple[str, ...] = ()

    @property
    def credential_tag(self) -> str:
        """What marks everything that was fetched with the same credential from the same upstream."""
        return f"{self.upstream}@{self.partition}"


class Content:
    """A body as it came, possibly compressed. It outlives a revalidation: a 304 makes a new entry on the same content.

    Attributes:
        body: The bytes as they came.
        decoded: The same without its content coding, once somebody needed that; None before.
        derived: What else somebody has made of it, the oldest first.
    """

    __slots__ = ("body", "decoded", "derived")

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.decoded: bytes | None = None
        self.derived: dict[Hashable, bytes] = {}


@dataclass(slots=True, eq=False)
class Entry:
    """A stored reply with all that decides about its use. Never changed once it is stored: a 304 makes a new one.

    Attributes:
        status: As it came.
        headers: As they came, without those of one connection (RFC 9111 section 3.1).
        content: The body.
        requested_at: When the request was sent that brought it or validated it last (seconds since the epoch).
        born_at: Now minus this is its age (RFC 9111 section 4.2.3), in seconds since the epoch.
        fresh_seconds: For how long from birth it is fresh, by upstream's word and the route's policy.
        stale_while_revalidate_seconds: How long after that it may be served while a new one is fetched (RFC 5861).
        stale_if_error_seconds: How long after that it may be served while upstream fails (RFC 5861).
        always_validate: It may not be used without asking upstream, fresh or not (`no-cache`, or the policy).
        never_stale: It may not be used stale, not even on errors (`must-revalidate`, `proxy-revalidate`).
        immutable: A reload does not make upstream be asked while it is fresh (RFC 8246).
        vary: The request's fields that upstream's Vary nominated, each with its normalised value then.
        tags: What a write can mark: the entry then needs validation (`Store.mark`).
        sequence: The newest mark that was known when it was requested; a later one on a tag of it counts.
        reply: What the cache answers with it, once it has; made once.
        unmarked_in: The stores' own: the generation of marks in which it was last found unmarked (`Marks`).
    """

    status: int
    headers: Headers
    content: Content
    requested_at: float
    born_at: float
    fresh_seconds: float
    stale_while_revalidate_seconds: float = 0.0
    stale_if_error_seconds: float = 0.0
    always_validate: bool = False
    never_stale: bool = False
    immutable: bool = False
    vary: tuple[tuple[str, str], ...] = ()
    tags: tuple[str, ...] = ()
    sequence: int = 0
    reply: object = None
    unmarked_in: object = field(default=None, init=False, repr=False)

    @property
    def fresh_until(self) -> float:
        """Seconds since the epoch."""
        return self.born_at + self.fresh_seconds

    @property
    def size_bytes(self) -> int:
        """About what it takes in memory."""
        content = self.content
        taken = 1_500 + len(content.body) + (len(content.decoded) if content.decoded else 0)
        if content.derived:
            taken += sum(len(body) for body in content.derived.values() if body is not content.body)
        return taken
