"""What transport asks about an upstream: its rules, as pure functions on values. Each client package implements it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple, Protocol

from app.transport.credential_forms import CredentialForm
from app.transport.exchange import Buffered, Headers, Request


class Meaning(Enum):
    """What a reply says, whatever status this upstream says it with."""

    SUCCESS = auto()
    REDIRECT = auto()
    COMPUTING = auto()
    PRIMARY_LIMIT = auto()
    SECONDARY_LIMIT = auto()
    CREDENTIAL_REJECTED = auto()
    FORBIDDEN = auto()
    NOT_FOUND = auto()
    GONE = auto()
    LEGALLY_UNAVAILABLE = auto()
    CONFLICT = auto()
    REJECTED = auto()
    FAILURE = auto()
    UNEXPECTED = auto()


class ErrorReply(NamedTuple):
    """An error of the gateway's own as the upstream would have told it.

    Attributes:
        status: The HTTP status.
        content_type: Of the body.
        body: As it goes out.
    """

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """How a dialect reads a reply.

    Attributes:
        meaning: What it says.
        message: The upstream's own sentence about it, where its error body has one. May hold user text.
        retry_after_seconds: For limits, failures and computing: how long to wait, at least; `None` where upstream does
            not say.
        resource: For limits: the quota that is spent.
        passing: For failures: whether upstream itself says that it will be well in a moment, whatever the status.
    """

    meaning: Meaning
    message: str | None = None
    retry_after_seconds: float | None = None
    resource: str | None = None
    passing: bool = False


class Quota(NamedTuple):  # made for every reply: a tuple costs a third of what a frozen dataclass does
    """What an upstream says of one quota of one credential.

    Attributes:
        resource: The upstream's name for it (`core`, `search`).
        limit: Points in a window.
        remaining: Points left.
        used: Points spent.
        reset_epoch_seconds: When the window ends; `None` where upstream does not say.
    """

    resource: str
    limit: int
    remaining: int
    used: int
    reset_epoch_seconds: int | None


@dataclass(frozen=True, slots=True)
class UrlFields:
    """Where a reply of an upstream holds URLs of its own API, for who must lead callers elsewhere by them.

    Attributes:
        names: The names of JSON fields that hold one.
        endings: What the names of such fields may end with.
        exceptions: Names that end so and do not: they lead to a web site, or hold what somebody has entered.
        links: The names of objects in which each `href` is one, and each string that stands in it directly.
        foreign: The names of objects and lists that are somebody's own data: nothing in them is looked at.
        any_json: Whether a media type that ends in `+json` counts as JSON, too.
        page_relations: The `rel` of a Link to another part of what was asked, whatever path upstream writes there.
    """

    names: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    any_json: bool = False
    page_relations: tuple[str, ...] = ()


class Dialect(Protocol):
    """One upstream's rules. Every method is pure; the clock is passed in."""

    def request_headers(self) -> Mapping[str, str]:
        """Header fields that every typed request carries (media type, API version)."""
        ...

    def credential_form(self) -> CredentialForm:
        """How a credential is sent."""
        ...

    def quota_resource(self, request: Request) -> str:
        """Which quota the request is counted against."""
        ...

    def quota_points(self, request: Request) -> int:
        """How many points of that quota the request costs, as far as the request tells; 0: it is free."""
        ...

    def pacing_points(self, request: Request) -> int:
        """How much the request weighs where upstream limits how much is asked in a minute."""
        ...

    def reads_only(self, request: Request) -> bool:
        """Whether a request changes nothing although its method says nothing of that: those that are identical may share a
        reply, and no pause follows it.
        """
        ...

    def quota_target(self) -> str | None:
        """Where all quotas of a credential can be asked for, at no cost; `None`: nowhere."""
        ...

    def reported_quotas(self, reply: Buffered) -> tuple[Quota, ...]:
        """The quotas in the body of a reply to `quota_target`; empty for anything else, and for nonsense."""
        ...

    def quotas(self, headers: Headers) -> tuple[Quota, ...]:
        """What the reply's header fields say of quotas; empty where they say nothing."""
        ...

    def quota_fields(self, quota: Quota) -> Mapping[str, str]:
        """The header fields by which upstream would say `quota`; the reverse of `quotas`. Empty where it has none."""
        ...

    def read(self, reply: Buffered, now_epoch_seconds: float) -> Reading:
        """What the reply means. Asked of every reply that is parsed or stored: a large success must cost next to nothing.

        A 2xx reply that is not read as SUCCESS has an error inside, or says that upstream is still computing: it is
        neither parsed nor stored.
        """
        ...

    def error_reply(self, status: int, code: str, detail: str, limit: Meaning | None) -> ErrorReply | None:
        """How upstream would tell an error that the gateway made; None: it has no form of its own.

        Args:
            status: What the gateway would answer.
            code: The gateway's word for it.
            detail: One sentence, safe to show.
            limit: Which of the two limits it is; None: no limit.
        """
        ...

    def polling_delay_seconds(self, attempt: int) -> float | None:
        """How long to wait before asking again for what is still being computed; `None`: give up.

        Args:
            attempt: 1 after the first such reply.
        """
        ...

    def key_fields(self, headers: Headers) -> tuple[str, ...]:
        """What of a request's fields always belongs in the cache key, whether Vary names it or not."""
        ...

    def covered_fields(self) -> frozenset[str]:
        """The names (lower case) of those fields: Vary need not be looked at for them."""
        ...

    def immutable_routes(self) -> tuple[str, ...]:
        """Patterns of targets whose replies never change (as in `FreshnessPolicy`)."""
        ...

    def tags(self, target: str) -> tuple[str, ...]:
        """The groups of things to which the reply to `target` belongs, as far as a write may make it stale."""
        ...

    def made_stale(self, method: str, target: str) -> tuple[str, ...]:
        """The groups that a successful unsafe request makes stale beyond its own URL (RFC 9111 section 4.4)."""
        ...

    def probe_target(self) -> str:
        """A target that is cheap and free of quota, to learn whether upstream is there."""
        ...

    def url_fields(self, request: Request) -> UrlFields:
        """Which fields of the reply to `request` may hold URLs of this upstream's API."""
        ...
