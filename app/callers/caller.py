"""A caller as everything behind the edge sees one."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

from app.call import Allowance, Urgency


class Leave(IntEnum):
    """How far a caller who brings no credential of its own may use the gateway's; each includes the one before."""

    NONE = 0
    READ = 1
    WRITE = 2


class Scope(Protocol):
    """What a key may be used for."""

    def leave(self, method: str, path: str) -> Leave | None:
        """What `method` and `path` allow; None: they are not for this key.

        Args:
            method: As the caller gave it.
            path: Of the gateway's own, raw (percent-encoded), with its first slash and without a query.
        """
        ...


class RateState(
    NamedTuple
):  # made for every request of a key with a limit: a tuple costs a third of what a dataclass does
    """A caller's rate limit as of now, for the RateLimit fields (draft-ietf-httpapi-ratelimit-headers).

    Attributes:
        quota: How many requests a window takes.
        window_seconds: How long it is.
        remaining: How many more would be taken now.
        reset_seconds: In how many seconds all of the quota is there again.
        retry_after_seconds: 0 where this request was taken; else in how many seconds the next one will be.
    """

    quota: int
    window_seconds: int
    remaining: int
    reset_seconds: int
    retry_after_seconds: float = 0.0


class Rate(Protocol):
    """A caller's limit of requests, on all workers of the machine together."""

    def take(self) -> RateState:
        """Counts one request, unless `retry_after_seconds` of what is answered is above 0."""
        ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Attributes:
        name: Of the key; for who needs none `local` on this machine, else `anonymous`. It is shown in logs, metrics and usage.
        urgency: The highest class it may have, and the one it has where it says nothing; None: any, and the gateway's own
            setting.
        operator: Whether it may do what only who runs the gateway may.
        scope: What it may ask for; None: everything, with `leave`.
        leave: Where there is no scope.
        rate: None: no limit.
        allowance: None: no limit.
    """

    name: str
    urgency: Urgency | None = None
    operator: bool = False
    scope: Scope | None = None
    leave: Leave = Leave.READ
    rate: Rate | None = None
    allowance: Allowance | None = None


KEY_PREFIX: Final = "hg_"
"""What every key begins with: recognisable in a field that could hold an upstream's credential as well, and by who looks for
leaked secrets.
"""


class Keys(Protocol):
    """The keys of this gateway."""

    @property
    def any(self) -> bool:
        """Whether there are any: then nobody is served without one."""
        ...

    def caller(self, presented: str, now: float) -> Caller | None:
        """Whose key was presented, in constant time for all that are not; None: nobody's (unknown, expired, revoked, garbled).

        Args:
            presented: Beginning with `KEY_PREFIX`.
            now: Seconds since the epoch.
        """
        ...


class NoKeys:
    """A gateway without any: nobody needs one."""

    @property
    def any(self) -> bool:
        return False

    def caller(self, presented: str, now: float) -> Caller | None:  # noqa: ARG002 -- nobody's
        return None
