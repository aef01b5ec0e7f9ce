"""The call: who asks, how long there is, how urgent it is, and the record of what was done for it.

One value, set at the edge and read by transport, so that the signatures between them stay clean. Code that runs
without one (a REPL, a unit test) gets the defaults: the upstream's own credential, no deadline, normal urgency.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import IntEnum
from math import inf
from typing import Any, Final, NamedTuple, Protocol

from app.identity import Identity
from app.trace import TraceContext

OF_FEW: Final = 8


class Urgency(IntEnum):
    """A caller's class; the higher may spend what is kept from the lower."""

    BATCH = 0
    NORMAL = 1
    INTERACTIVE = 2


class Exchange(NamedTuple):  # made for every request: a tuple costs a third of what a frozen dataclass does
    """One question to an upstream, as telemetry saw it end.

    Attributes:
        upstream: The name in the configuration.
        method: The HTTP method.
        status: The reply's status, or `None` when none arrived.
        outcome: `reply`, or the `code` of the error that was raised.
        seconds: From the first stage to the end of the body.
        cache: What the cache did, as a member of Cache-Status has it (RFC 9211), without `ttl`.
        worth: How many points it costs of a quota, unless the cache answers.
    """

    upstream: str
    method: str
    status: int | None
    outcome: str
    seconds: float
    cache: str = ""
    worth: int = 1


class Source(Protocol):
    """A reply that an answer was made of, as the cache remembers it. Whoever keeps the answer asks it whether it holds.

    Attributes:
        born_at: Now minus this is the reply's age (seconds since the epoch).
        fresh_until: Seconds since the epoch.
        status: How the cache came by it, as a member of Cache-Status has it (RFC 9211), without `ttl`.
        made: What somebody has made of it, by a name of theirs, for whoever wants the same again. Small things, and few.
    """

    born_at: float
    fresh_until: float
    status: str
    made: dict[object, Any]

    @property
    def size_bytes(self) -> int:
        """About what it takes in memory for as long as somebody keeps it, whatever the cache itself has dropped."""
        ...

    def is_fresh(self, now: float) -> bool:
        """Whether the same question would be answered with the same reply, without asking upstream."""
        ...

    def distrust(self) -> None:
        """Nobody could read it: before it is used again, upstream is asked whether it still is what it says."""
        ...

    def derived(self, name: Hashable, make: Callable[[], bytes]) -> bytes:
        """Another form of its body: made once, and kept beside it with what was made under the last few names."""
        ...

    async def again(self) -> "Source | None":
        """Asks the same question once more; None when the reply has another body than this one."""
        ...


class Allowance(Protocol):
    """What of the upstreams' quotas a caller may spend, on all workers of the machine together.

    Attributes:
        limit: How many points it has altogether.
    """

    limit: int

    @property
    def left(self) -> int:
        """How many of them are left."""
        ...

    def take(self, points: int) -> float | None:
        """Takes points; None when they are there, else nothing is taken, and in how many seconds there may be some again."""
        ...

    def give_back(self, points: int) -> None:
        """They were not spent after all (a 304, no answer)."""
        ...


def is_served_stale(source: Source, now: float) -> bool:
    """Whether a reply was given although it is older than upstream would have it, because upstream was not asked, failed or
    refused (RFC 5861; `now` in seconds since the epoch). One of which upstream never said for how long it holds, as GitHub says
    nothing of a 204, cannot be older than that.
    """
    if "; hit" in source.status:
        return source.born_at < source.fresh_until <= now or "; detail=" in source.status
    return (
        "; fwd=stale" in source.status and "; stored" not in source.status and "; fwd-status=304" not in source.status
    )


def of_few(made: dict[object, Any], group: str, name: Hashable, make: Callable[[], Any]) -> Any:
    """What is kept in `made` (as in `Source`) under `name`; `make` makes it where it is not there. Of the names of a
    group, which callers may have made up, the oldest goes where there are more than `OF_FEW`.
    """
    kept = made.setdefault(group, {})
    if name not in kept:
        kept[name] = make()
        if len(kept) > OF_FEW:
            del kept[next(iter(kept))]
    return kept[name]


@dataclass(slots=True)
class Call:
    """What travels with a request through every layer.

    Attributes:
        request_id: The `X-Request-ID` of the answer.
        identity: On whose behalf; `None` means the upstream's own credential from the settings.
        deadline: When what has been begun must end, on the event loop's clock (seconds); infinite by default.
        wanted_until: When the last of those who wait for it leaves, on the same clock: what only begins after that is
            begun for nobody. Later than that a flight only ends what is under way. It may move while others join.
        urgency: The caller's class.
        caller: Who asks, as far as callers are told apart when several wait for their turn (a key's name, or an address).
        caller_name: As it is shown in logs, metrics and usage.
        route: The template of the route, for the same.
        allowance: What of the upstreams' quotas the caller may spend; None: no limit of its own.
        trace: Which trace this is a part of; None: of none.
        points: What it has spent of quotas so far.
        cache_control: The caller's own Cache-Control, where it has one: how fresh the answer must be.
        exchanges: What was asked of upstreams so far, oldest first.
        sources: The replies that came, oldest first; None for one that no cache remembers.
        had: Those that came before the answer was begun anew: for this call they are new enough.
    """

    request_id: str = ""
    identity: Identity | None = None
    deadline: float = inf
    wanted_until: float = inf
    urgency: Urgency = Urgency.NORMAL
    caller: str = ""
    caller_name: str = "-"
    route: str = "-"
    allowance: Allowance | None = None
    trace: TraceContext | None = None
    points: int = 0
    cache_control: str | None = None
    exchanges: list[Exchange] = field(default_factory=list)
    sources: list[Source | None] = field(default_factory=list)
    had: tuple[Source | None, ...] = ()

    @property
    def begin_until(self) -> float:
        """Until when something may be begun for it, on the event loop's clock (seconds)."""
        return min(self.deadline, self.wanted_until)

    def of_flight(self, wanted_until: float, deadline: float) -> "Call":
        """The call of what is begun on its behalf and may outlive it. Whoever caused it answers for what it spends."""
        return Call(
            self.request_id,
            self.identity,
            deadline,
            wanted_until,
            self.urgency,
            self.caller,
            self.caller_name,
            self.route,
            self.allowance,
            self.trace,
        )

    def of_part(self) -> "Call":
        """The call of one of several things that are done for it at once: what becomes of each is told apart until it is
        `joined`.
        """
        return replace(self, points=0, exchanges=[], sources=[])

    def join(self, part: "Call") -> None:
        """What was done for `part` was done for this call."""
        self.points += part.points
        self.exchanges += part.exchanges
        self.sources += part.sources

    def begin_anew(self) -> None:
        """For an answer that is made once more, because what was remembered of it holds no longer."""
        self.had, self.sources = tuple(self.sources), []


_CURRENT: ContextVar[Call | None] = ContextVar("headgate_call", default=None)


def current_call() -> Call:
    """The call being served, or one with the defaults where there is none."""
    return _CURRENT.get() or Call()


def set_call(call: Call) -> None:
    """Makes `call` the current one of this task from here on: for the edge, where a request begins."""
    _CURRENT.set(call)


@contextmanager
def serving(call: Call) -> Iterator[Call]:
    """Makes `call` the current one for the code inside, and for the tasks that it starts."""
    token = _CURRENT.set(call)
    try:
        yield call
    finally:
        _CURRENT.reset(token)
